"""The convolutional front end, run block by block as matrix products. Imports torch.

Same numbers as the model's own feature encoder (to rounding), with two differences that matter:

- memory and caches: about one second of signal goes through all layers before the next, frames in rows, so
  that convolutions, layer norms and activations work on contiguous rows that stay in the processor's cache;
- group norm: its statistics over a recording follow from the mean and covariance of the signal's short
  windows (``w . m`` and ``w' C w`` for a channel with weights w), so they are taken from the whole recording
  even if only stretches of it are encoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from w2vpraat.errors import ModelError
from w2vpraat.models.frames import FrameClock

# Frames per block: on a processor what its cache holds, on other devices what keeps them busy.
_CPU_BLOCK, _DEVICE_BLOCK = 64, 1024


@dataclass(frozen=True, eq=False)
class Layer:
    """One convolution as a matrix, shape (kernel * channels in, channels out), with what follows it."""

    weight: torch.Tensor
    bias: torch.Tensor | None
    norm: torch.nn.Module | None
    activation: torch.nn.Module
    kernel: int
    stride: int


class FrontEnd:
    """The convolutions of one model.

    Parameters
    ----------
    module : torch module
        The model's ``feature_extractor``.
    clock : FrameClock
        Its kernels and strides.
    dtype : torch.dtype
        Of all layers but the first, which is computed in float32.

    Raises
    ------
    ModelError
        If the module is built otherwise than the known families.
    """

    def __init__(self, module: Any, clock: FrameClock, dtype: torch.dtype) -> None:
        self.clock = clock
        self.dtype = dtype
        self._group: torch.nn.GroupNorm | None = None
        self._layers = []
        for i, part in enumerate(module.conv_layers):
            conv, norm = part.conv, getattr(part, "layer_norm", None)
            if isinstance(norm, torch.nn.GroupNorm):
                if i > 0 or norm.num_groups != conv.out_channels or conv.in_channels != 1:
                    raise ModelError("group norm elsewhere than per channel of the first convolution")
                self._group, norm = norm, None
            if conv.kernel_size[0] != clock.kernels[i] or conv.stride[0] != clock.strides[i]:
                raise ModelError(f"convolution {i + 1} differs from its configuration")
            kind = torch.float32 if i == 0 else dtype
            weight = conv.weight.detach().permute(2, 1, 0).reshape(-1, conv.out_channels)
            bias = None if conv.bias is None else conv.bias.detach().to(kind)
            if norm is not None:
                norm = norm.to(kind)
            self._layers.append(
                Layer(
                    weight.to(kind).contiguous(),
                    bias,
                    norm,
                    part.activation,
                    clock.kernels[i],
                    clock.strides[i],
                )
            )

    def first_layer(self, samples: NDArray[np.float32]) -> Layer:
        """Return the first convolution for one recording, group norm folded in.

        Parameters
        ----------
        samples : ndarray, shape (n,)
            The whole recording, as the model is to hear it.
        """
        layer = self._layers[0]
        if self._group is None:
            return layer
        mean, covariance = window_statistics(samples, layer.kernel, layer.stride)
        weight = layer.weight.cpu().double().numpy()
        gain, offset = (t.detach().cpu().double().numpy() for t in (self._group.weight, self._group.bias))
        variance = np.einsum("ki,kl,li->i", weight, covariance, weight)
        scale = gain / np.sqrt(np.maximum(variance, 0) + self._group.eps)
        # A bias of the convolution itself drops out with the mean.
        bias = offset - (mean @ weight) * scale
        device = layer.weight.device
        return Layer(
            torch.from_numpy((weight * scale).astype(np.float32)).to(device),
            torch.from_numpy(bias.astype(np.float32)).to(device),
            None,
            layer.activation,
            layer.kernel,
            layer.stride,
        )

    def features(self, samples: NDArray[np.float32], first_layer: Layer) -> torch.Tensor:
        """Compute the features of a stretch.

        Parameters
        ----------
        samples : ndarray, shape (n,)
            The stretch; it starts at a multiple of the hop.
        first_layer : Layer
            From `first_layer`.

        Returns
        -------
        torch.Tensor, shape (n_frames, channels)
        """
        layers = [first_layer, *self._layers[1:]]
        signal = torch.from_numpy(np.ascontiguousarray(samples)).to(first_layer.weight.device)
        n_frames = self.clock.n_frames(len(signal))
        out = signal.new_empty((n_frames, self._layers[-1].weight.shape[1]), dtype=self.dtype)
        block = _CPU_BLOCK if signal.device.type == "cpu" else _DEVICE_BLOCK
        for begin in range(0, n_frames, block):
            end = min(begin + block, n_frames)
            first, stop = self.clock.samples(begin, end)
            rows = signal[first:stop, None]
            for layer in layers:
                rows = _apply(layer, rows)
            out[begin:end] = rows
        return out


def _apply(layer: Layer, rows: torch.Tensor) -> torch.Tensor:
    """Convolve, normalize and activate; rows are times, columns channels."""
    kernel, stride, channels = layer.kernel, layer.stride, rows.shape[1]
    if rows.dtype != layer.weight.dtype:
        rows = rows.to(layer.weight.dtype)
    n = (rows.shape[0] - kernel) // stride + 1
    out: torch.Tensor | None = None
    # Kernel taps in groups of one stride: each group is a plain matrix product on a view of the rows.
    for tap in range(0, kernel, stride):
        taps = min(stride, kernel - tap)
        view = rows.as_strided(
            (n, taps * channels), (stride * channels, 1), rows.storage_offset() + tap * channels
        )
        weight = layer.weight[tap * channels : (tap + taps) * channels]
        if out is None:
            out = view @ weight if layer.bias is None else torch.addmm(layer.bias, view, weight)
        else:
            out.addmm_(view, weight)
    assert out is not None
    if layer.norm is not None:
        out = layer.norm(out)
    if type(layer.activation).__name__ == "GELUActivation":
        torch.ops.aten.gelu_(out)  # in place: the rows stay in the cache
        return out
    activated: torch.Tensor = layer.activation(out)
    return activated


def window_statistics(
    samples: NDArray[np.float32], kernel: int, stride: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and covariance of all windows of `kernel` samples, `stride` apart.

    Returns
    -------
    mean : ndarray, shape (kernel,)
    covariance : ndarray, shape (kernel, kernel)
    """
    windows = np.lib.stride_tricks.sliding_window_view(samples, kernel)[::stride]
    total, products = np.zeros(kernel), np.zeros((kernel, kernel))
    for begin in range(0, len(windows), 1 << 16):
        block = windows[begin : begin + (1 << 16)].astype(np.float64)
        total += block.sum(axis=0)
        products += block.T @ block
    mean = total / len(windows)
    return mean, products / len(windows) - np.outer(mean, mean)
