"""Waveform to hidden states: whole recordings, long ones in windows, stretches.

torch is loaded when the first pass needs it, so that a run from the cache does without.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import AudioError, ModelError
from w2vpraat.models import checkpoint, hub
from w2vpraat.models.catalogue import ModelRecord, find_model
from w2vpraat.models.frames import FrameClock
from w2vpraat.models.windows import Overlapping, Window
from w2vpraat.params import EmbedParams

if TYPE_CHECKING:
    from w2vpraat.models.network import Network, Prepared

Samples = NDArray[np.float32]
States = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FrameStack:
    """Hidden states of one recording.

    Parameters
    ----------
    states : mapping of int to ndarray of float32, shape (n_frames, dim)
        Layer -> frames. Layer 0 is the input of the first Transformer layer, the highest is normed.
    clock : FrameClock
        Times of the frames.
    windows : tuple of Window
        The forward passes that made them.
    """

    states: Mapping[int, States]
    clock: FrameClock
    windows: tuple[Window, ...]

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(next(iter(self.states.values())))

    def __getitem__(self, layer: int) -> States:
        return self.states[layer]


class Encoder:
    """A model that turns waveforms into hidden states. Made by `load_encoder`.

    One stretch of one recording at a time, without padding and without attention mask: the same stretch gives
    the same frames whatever else is encoded. Not for use from several threads at once.

    Parameters
    ----------
    record : ModelRecord
        The model.
    folder : Path
        Its files.
    params : EmbedParams
        Device, precision, longest stretch.

    Attributes
    ----------
    device, precision : str
        As decided; `device_reason` and `precision_reason` say why.
    n_passes : int
        Forward passes so far.
    """

    def __init__(self, record: ModelRecord, folder: Path, params: EmbedParams) -> None:
        self.record = record
        self.params = params
        self.clock = record.clock
        self.n_passes = 0
        self._folder = folder
        self._files = checkpoint.weight_files(folder, allow_pickle=params.allow_pickle)
        self._stamp = self._file_times()
        self._network: Network | None = None
        self._rule = Overlapping.of(self.clock, params.max_seconds, params.overlap_seconds)

    @cached_property
    def _device(self) -> tuple[str, str]:
        return _choose_device(self.params.device)

    @property
    def device(self) -> str:
        """``"cpu"``, ``"cuda"`` or ``"mps"``."""
        return self._device[0]

    @property
    def device_reason(self) -> str:
        """Why it runs there."""
        return self._device[1]

    @property
    def precision(self) -> str:
        """``"float32"``, ``"bfloat16"`` or ``"float16"``."""
        return "float32" if self.params.precision == "auto" else self.params.precision

    @property
    def precision_reason(self) -> str:
        """Why it computes so."""
        if self.params.precision == "auto":
            return "auto: float32, whose vectors agree best between machines"
        return "asked for"

    @cached_property
    def weight_hash(self) -> str:
        """SHA-256 of the weights."""
        return checkpoint.weight_hash(self._files)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over all that decides its frames: weights, configuration, input normalization, rate."""
        config = checkpoint.read_config(self._folder)
        facts: list[Any] = [self.weight_hash, config, self.record.do_normalize, self.record.rate]
        return hashlib.sha256(json.dumps(facts, sort_keys=True, default=list).encode()).hexdigest()

    def layers(self, wanted: Sequence[int] = ()) -> tuple[int, ...]:
        """Check layer numbers; none means the recommended layer.

        Raises
        ------
        ModelError
            If the model has no such layer.
        """
        for layer in wanted:
            if not 0 <= layer <= self.record.layers:
                raise ModelError(
                    f"the model {self.record.name} has no layer {layer}",
                    f"0 (input of the first Transformer layer) to {self.record.layers} (the last, normed)",
                )
        return tuple(dict.fromkeys(wanted)) or (self.record.recommended_layer,)

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._folder

    @property
    def pickled(self) -> bool:
        """Whether its weights are in pickle form."""
        return self._files[0].suffix != ".safetensors"

    @property
    def is_outdated(self) -> bool:
        """Whether its files were changed or removed since this object was made."""
        return self._file_times() != self._stamp

    def _file_times(self) -> tuple[tuple[int, int] | None, ...]:
        times: list[tuple[int, int] | None] = []
        for file in (*self._files, self._folder / "config.json"):
            try:
                found = file.stat()
                times.append((found.st_mtime_ns, found.st_size))
            except OSError:
                times.append(None)
        return tuple(times)

    @property
    def loaded(self) -> bool:
        """Whether the weights are in memory."""
        return self._network is not None

    def load(self) -> Network:
        """Load the weights now rather than with the first pass.

        Raises
        ------
        ModelError
            If they can't be loaded, don't fit the model, or the device refuses them.
        """
        if self._network is None:
            from w2vpraat.models.network import Network

            self._network = Network(
                self._folder,
                self.clock,
                do_normalize=self.record.do_normalize,
                device=self.device,
                precision=self.precision,
                pickled=self.pickled,
            )
        return self._network

    def prepare(self, samples: Samples) -> Prepared:
        """Normalize a whole recording, for `stretch`.

        Raises
        ------
        AudioError
            If it is shorter than the receptive field, or holds values that are not numbers.
        """
        samples = np.asarray(samples, np.float32)
        if self.clock.n_frames(len(samples)) == 0:
            raise AudioError(
                f"{len(samples)} samples at {self.clock.rate} Hz are too short for the model",
                f"it needs {self.clock.receptive_field} samples",
            )
        if not np.isfinite(samples).all():
            raise AudioError("holds samples that are not numbers", "export the sound again")
        return self.load().prepare(samples)

    def stretch(self, recording: Prepared, window: Window, layers: Sequence[int]) -> dict[int, States]:
        """Encode one window of a prepared recording, and return the frames that it keeps.

        Raises
        ------
        ModelError
            If memory does not suffice.
        """
        self.n_passes += 1
        try:
            found = self.load().states(recording, window.first, window.stop, layers)
        except (RuntimeError, MemoryError) as error:
            seconds = (window.stop - window.first) * self.clock.hop_seconds
            raise ModelError(
                f"can't encode {seconds:.3g} s at once: {' '.join(str(error).split())}",
                "make max_seconds smaller, or use another device",
            ) from error
        kept = slice(window.keep_first - window.first, window.keep_stop - window.first)
        return {layer: states[kept] for layer, states in found.items()}

    def encode(self, samples: Samples, layers: Sequence[int] = ()) -> FrameStack:
        """Encode a whole recording; beyond `max_seconds`, in overlapping windows.

        Parameters
        ----------
        samples : ndarray, shape (n,)
            Mono, float32, at the model's rate.
        layers : sequence of int
            Layers wanted; none means the recommended one. Nothing above the highest is computed.

        Returns
        -------
        FrameStack

        Raises
        ------
        AudioError
            If the recording is too short.
        ModelError
            If a layer doesn't exist, or the model fails.
        """
        layers = self.layers(layers)
        recording = self.prepare(samples)
        windows = self._rule.plan(self.clock.n_frames(len(samples)))
        if len(windows) == 1:
            return FrameStack(self.stretch(recording, windows[0], layers), self.clock, windows)
        n_frames = windows[-1].keep_stop
        states = {layer: np.empty((n_frames, self.record.dim), np.float32) for layer in layers}
        for window in windows:
            for layer, kept in self.stretch(recording, window, layers).items():
                states[layer][window.keep_first : window.keep_stop] = kept
        return FrameStack(states, self.clock, windows)

    @property
    def window_rule(self) -> str:
        """How long recordings are cut, in one sentence."""
        return self._rule.describe(self.clock)

    @property
    def provenance(self) -> dict[str, Any]:
        """What made the frames: model, weights, device, precision, rules, versions."""
        found: dict[str, Any] = {
            "model": self.record.name,
            "source": self.record.source,
            "revision": self.record.revision,
            "weights_sha256": self.weight_hash,
            "family": self.record.family,
            "model_layers": self.record.layers,
            "norm_kind": self.record.norm_kind,
            "input_normalization": self.record.do_normalize,
            "rate": self.clock.rate,
            "hop": self.clock.hop,
            "receptive_field": self.clock.receptive_field,
            "device": self.device,
            "device_reason": self.device_reason,
            "precision": self.precision,
            "precision_reason": self.precision_reason,
            "batching": "one stretch of one recording per pass, no padding, no attention mask",
            "versions": dict(_versions()),
        }
        if self._network is not None:
            found["unused_weights"] = list(self._network.unexpected)
            found["missing_weights"] = list(self._network.missing)
        return found


def load_encoder(
    model: str | ModelRecord, params: EmbedParams | None = None, *, lazy: bool = False
) -> Encoder:
    """Load a model.

    Parameters
    ----------
    model : str or ModelRecord
        Bundled or added name, local folder, or hub id.
    params : EmbedParams, optional
        Device, precision, longest stretch; its `model` is not looked at.
    lazy : bool
        Load the weights with the first pass only (a run from the cache then needs no torch).

    Raises
    ------
    ModelError
        If the model can't be found or is refused: unknown kind, pickled weights, weights left random, no such
        device.
    """
    params = params or EmbedParams()
    record = find_model(model) if isinstance(model, str) else model
    if record.kind == "hub":
        folder, commit = hub.fetch_settings(record.source, record.revision or None)
        hub.fetch_weights(record.source, commit, allow_pickle=params.allow_pickle)
    else:
        folder = Path(record.source)
    encoder = Encoder(record, folder, params)
    if not lazy:
        encoder.load()
    elif params.device not in ("auto", "cpu"):
        _choose_device(params.device)  # refused now rather than once per recording
    return encoder


def _choose_device(wanted: str) -> tuple[str, str]:
    import torch

    checks: dict[str, Callable[[], bool]] = {
        "cuda": torch.cuda.is_available,
        "mps": torch.backends.mps.is_available,
    }
    if wanted == "auto":
        for device, available in checks.items():
            if available():
                return device, f"auto: {device} is available"
        return "cpu", "auto: neither cuda nor mps is available"
    if wanted in checks and not checks[wanted]():
        raise ModelError(f"the device {wanted} is not available here", 'use device = "auto" or "cpu"')
    return wanted, "asked for"


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    from importlib.metadata import version

    return tuple((name, version(name)) for name in ("torch", "transformers", "numpy"))
