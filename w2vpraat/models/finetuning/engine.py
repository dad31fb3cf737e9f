"""accelerate, behind the few things that training asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, GradientState
from accelerate.utils import broadcast_object_list, gather_object
from torch import nn

from w2vpraat.errors import ModelError
from w2vpraat.params import FinetuneParams

Value = TypeVar("Value")
_MIXED = {"float32": "no", "bfloat16": "bf16", "float16": "fp16"}
_DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


class Engine:
    """Device, arithmetic and processes of a run; a context manager.

    Parameters
    ----------
    params : FinetuneParams
        Device and precision.

    Raises
    ------
    ModelError
        If the device is not there.
    """

    def __init__(self, params: FinetuneParams) -> None:
        self.params = params

    def __enter__(self) -> Engine:
        device = self._device()
        self.precision = self._precision(device)
        self._accelerator = Accelerator(cpu=device == "cpu", mixed_precision=_MIXED[self.precision])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._accelerator.free_memory()
        if self.processes > 1 and kind is None:
            self._accelerator.end_training()
        elif self.processes == 1:
            # accelerate remembers device and precision for the process; the next run may want others.
            AcceleratorState._reset_state(reset_partial_state=True)
            GradientState._reset_state()

    def _device(self) -> str:
        wanted = self.params.device
        there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
        if wanted == "auto":
            return next(name for name, found in there.items() if found)
        if not there[wanted]:
            raise ModelError(f"the device {wanted} is not available here", 'use device = "auto" or "cpu"')
        return wanted

    def _precision(self, device: str) -> str:
        if self.params.precision != "auto":
            return self.params.precision
        if device != "cuda":
            return "float32"
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        found: torch.device = self._accelerator.device
        return found

    @property
    def dtype(self) -> torch.dtype | None:
        """Of autocast; None: float32."""
        return _DTYPES.get(self.precision)

    @property
    def process(self) -> int:
        """Number of this process, from 0."""
        return int(self._accelerator.process_index)

    @property
    def processes(self) -> int:
        """How many there are."""
        return int(self._accelerator.num_processes)

    @property
    def main(self) -> bool:
        """Whether this process writes."""
        return bool(self._accelerator.is_main_process)

    @property
    def facts(self) -> dict[str, Any]:
        """For the record of the run."""
        packages = ("torch", "transformers", "accelerate", "numpy")
        return {
            "device": self.device.type,
            "precision": self.precision,
            "processes": self.processes,
            "versions": {name: version(name) for name in packages},
        }

    def prepare(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[Any, Any]:
        """Place network and optimizer."""
        model, placed = self._accelerator.prepare(network, optimizer)
        return model, placed

    def autocast(self) -> AbstractContextManager[Any]:
        """Compute in the precision of the run."""
        context: AbstractContextManager[Any] = self._accelerator.autocast()
        return context

    @contextmanager
    def gradients(self, model: Any, *, last: bool) -> Iterator[None]:
        """Gather gradients of the processes only in the last pass of an update."""
        with nullcontext() if last else self._accelerator.no_sync(model):
            yield

    def backward(self, loss: torch.Tensor) -> None:
        """Compute gradients."""
        self._accelerator.backward(loss)

    def clip(self, model: Any, most: float) -> None:
        """Bound the norm of the gradient."""
        self._accelerator.clip_grad_norm_(model.parameters(), most)

    def gather(self, value: Value) -> Sequence[Value]:
        """Return the values of all processes, the same list in each."""
        if self.processes == 1:
            return [value]
        found: list[Value] = gather_object([value])
        return found

    def share(self, value: Value) -> Any:
        """Return the main process's value in all of them."""
        if self.processes == 1:
            return value
        return broadcast_object_list([value])[0]

    def wait(self) -> None:
        """Let all processes come to this point."""
        self._accelerator.wait_for_everyone()

    def save(self, folder: Path) -> None:
        """Write weights, optimizer and scaler."""
        self._accelerator.save_state(str(folder), safe_serialization=True)
        self.wait()  # every process writes a file there
        if self.main:
            # The draws of a step depend on its number, so the generators' states are of no use.
            for path in folder.glob("random_states_*.pkl"):
                path.unlink()

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        self._accelerator.load_state(str(folder))
