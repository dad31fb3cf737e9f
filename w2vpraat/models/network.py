"""A loaded checkpoint: waveform in, hidden states of chosen layers out. Imports torch and transformers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch.nn.utils import parametrize

from w2vpraat.errors import ModelError
from w2vpraat.models.convolution import FrontEnd, Layer
from w2vpraat.models.frames import FrameClock

Samples = NDArray[np.float32]
# Never used outside training.
_UNUSED = ("masked_spec_embed",)


@dataclass(frozen=True, eq=False)
class Prepared:
    """One recording as the model hears it, with what depends on all of it."""

    samples: Samples
    first_layer: Layer


class Network:
    """The bare model of a checkpoint, ready for inference on one device in one precision.

    Parameters
    ----------
    folder : Path
        Standard folder with ``config.json`` and weights.
    clock : FrameClock
        Kernels and strides of the configuration.
    do_normalize : bool
        Bring each recording to zero mean and unit variance, as the feature extractor does.
    device : {"cpu", "cuda", "mps"}
        Where it runs.
    precision : {"float32", "bfloat16", "float16"}
        Of all matrix products but the first convolution.
    pickled : bool
        Read pickled weights.

    Attributes
    ----------
    missing, unexpected : tuple of str
        Weights that the checkpoint lacks (all unused here) and those that the bare model has no place for (a
        fine-tuned head).

    Raises
    ------
    ModelError
        If the weights can't be read, don't fit, or leave part of the encoder random.
    """

    def __init__(
        self,
        folder: Path,
        clock: FrameClock,
        *,
        do_normalize: bool,
        device: str,
        precision: str,
        pickled: bool = False,
    ) -> None:
        model, self.missing, self.unexpected = load_checkpoint(folder, pickled)
        model.requires_grad_(False)
        self.do_normalize = do_normalize
        self.device = torch.device(device)
        self.dtype: torch.dtype = getattr(torch, precision)
        _bake_weight_norm(model)
        self._front_end = FrontEnd(model.feature_extractor.to(self.device), clock, self.dtype)
        self._projection = model.feature_projection.to(self.device, self.dtype)
        self._encoder = model.encoder.to(self.device, self.dtype)
        self._layers = tuple(self._encoder.layers)

    def prepare(self, samples: Samples) -> Prepared:
        """Normalize a whole recording and take its statistics.

        Parameters
        ----------
        samples : ndarray, shape (n,)
            float32 at the model's rate; at least one receptive field.
        """
        if self.do_normalize:
            # As transformers' Wav2Vec2FeatureExtractor, with sums in float64.
            mean = samples.mean(dtype=np.float64)
            spread = np.sqrt(samples.var(dtype=np.float64) + 1e-7)
            samples = ((samples - np.float32(mean)) / np.float32(spread)).astype(np.float32, copy=False)
        return Prepared(samples, self._front_end.first_layer(samples))

    def states(
        self, recording: Prepared, first: int, stop: int, layers: Sequence[int]
    ) -> dict[int, NDArray[np.float32]]:
        """Compute hidden states of the frames [first, stop), with nothing beyond them as context.

        Parameters
        ----------
        recording : Prepared
            From `prepare`.
        first, stop : int
            Frames on the recording's own grid.
        layers : sequence of int
            0 (input of the first Transformer layer) to L (the last, normed). Nothing above the highest is
            computed.

        Returns
        -------
        dict of int to ndarray of float32, shape (stop - first, dim)
        """
        begin, end = self._front_end.clock.samples(first, stop)
        with torch.inference_mode(), _full_float32(self.device):
            features = self._front_end.features(recording.samples[begin:end], recording.first_layer)
            projected = self._projection(features[None])
            if isinstance(projected, tuple):
                projected = projected[0]
            found = self._transform(projected, layers)
            return {layer: found[layer][0].float().cpu().numpy() for layer in layers}

    def _transform(self, projected: torch.Tensor, layers: Sequence[int]) -> dict[int, torch.Tensor]:
        """Run the model's own encoder on as many layers as needed, and note the states asked for."""
        found: dict[int, torch.Tensor] = {}
        highest, top = max(layers), len(self._layers)

        def note(layer: int) -> Any:
            def hook(_module: Any, _inputs: Any, output: Any) -> None:
                found[layer] = output[0] if isinstance(output, tuple) else output

            return hook

        # In every family the encoder's own dropout is the last step before the first layer.
        hooks = [self._encoder.dropout.register_forward_hook(note(0))] if 0 in layers else []
        hooks += [self._layers[k - 1].register_forward_hook(note(k)) for k in layers if 0 < k < top]
        self._encoder.layers = torch.nn.ModuleList(self._layers[:highest])
        try:
            last = self._encoder(projected).last_hidden_state
        finally:
            for hook in hooks:
                hook.remove()
        if highest == top:
            # Not the output of the last layer: models with pre-norm layers normalize once more.
            found[top] = last
        return found


def load_checkpoint(folder: Path, pickled: bool = False) -> tuple[Any, tuple[str, ...], tuple[str, ...]]:
    """Load the bare model of a checkpoint in float32, ready for inference.

    Returns
    -------
    model, missing, unexpected
        The transformers model, weights that the checkpoint lacks (all unused), and those that the bare model
        has no place for.

    Raises
    ------
    ModelError
        If the weights can't be read, don't fit, or leave part of the encoder random.
    """
    with quiet_transformers():
        try:
            model, report = transformers.AutoModel.from_pretrained(
                folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=not pickled,
                dtype=torch.float32,
                output_loading_info=True,
            )
        except (OSError, ValueError, RuntimeError, ImportError, SafetensorError) as error:
            reason = " ".join(str(error).split())
            raise ModelError(f"its weights can't be loaded: {reason}", file=folder) from error
    missing = tuple(sorted(report["missing_keys"]))
    random = [key for key in missing if not key.endswith(_UNUSED)]
    random += sorted(str(key[0] if isinstance(key, tuple) else key) for key in report["mismatched_keys"])
    if random:
        raise ModelError(
            f"{len(random)} weights of the encoder are missing or of another size and would be random:"
            f" {', '.join(random[:3])}{' ...' if len(random) > 3 else ''}",
            "the checkpoint is damaged, or of another architecture than its config.json says",
            file=folder,
        )
    return model.eval(), missing, tuple(sorted(report["unexpected_keys"]))


def _bake_weight_norm(model: Any) -> None:
    """Compute the weight-normed positional convolution once instead of in every pass."""
    for module in model.encoder.pos_conv_embed.modules():
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight")
            module.weight.requires_grad_(False)


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers' report and progress bar off the terminal; what they say is checked here."""
    logging: Any = transformers.utils.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


@contextmanager
def _full_float32(device: torch.device) -> Iterator[None]:
    """Keep CUDA from rounding float32 convolutions to TF32 (10 bits), as it does by default."""
    if device.type != "cuda":
        yield
        return
    with torch.backends.cudnn.flags(
        enabled=torch.backends.cudnn.enabled, benchmark=False, deterministic=True, allow_tf32=False
    ):
        yield
