"""Whisper base encoder as a teacher: CTranslate2 weights read into plain PyTorch."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .data import HOP, n_frames

_TYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}
WINDOW = 30 * 16000
# The lower layer that is learned, too, counted from 1.
LOW = 3


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """Return the variables of a CTranslate2 ``model.bin`` by name."""
    with path.open("rb") as file:

        def number(kind: str) -> int:
            return struct.unpack("<" + kind, file.read(struct.calcsize(kind)))[0]

        def text() -> str:
            return file.read(number("H"))[:-1].decode()

        number("I"), text(), number("I")
        weights = {}
        for _ in range(number("I")):
            name = text()
            shape = [number("I") for _ in range(number("B"))]
            kind, size = number("B"), number("I")
            weights[name] = np.frombuffer(file.read(size), _TYPES[kind]).reshape(shape)
    return weights


class _Layer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, time, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(batch, time, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(*qkv)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, time, width))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class WhisperEncoder(nn.Module):
    """The encoder of Whisper (Radford et al. 2022), 20 ms frames, frame j centred at 20 j ms.

    Parameters
    ----------
    path : Path
        CTranslate2 ``model.bin``.
    heads : int
        Attention heads, 8 in Whisper base.
    """

    def __init__(self, path: Path, heads: int = 8) -> None:
        super().__init__()
        weights = {
            k[8:]: torch.from_numpy(v.astype("f4"))
            for k, v in read_weights(path).items()
            if k.startswith("encoder/")
        }
        width = weights["conv1/bias"].numel()
        self.conv1 = nn.Conv1d(80, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        numbers = [k.split("/")[0][6:] for k in weights if k.startswith("layer_")]
        n_layers = 1 + max(int(n) for n in numbers if n.isdigit())
        self.layers = nn.ModuleList(_Layer(width, heads) for _ in range(n_layers))
        self.norm = nn.LayerNorm(width)
        self.register_buffer("position", weights["position_encodings/encodings"])
        _fill(self.conv1, weights, "conv1")
        _fill(self.conv2, weights, "conv2")
        _fill(self.norm, weights, "layer_norm")
        for i, layer in enumerate(self.layers):
            _fill(layer.norm1, weights, f"layer_{i}/self_attention/layer_norm")
            _fill(layer.qkv, weights, f"layer_{i}/self_attention/linear_0")
            _fill(layer.out, weights, f"layer_{i}/self_attention/linear_1")
            _fill(layer.norm2, weights, f"layer_{i}/ffn/layer_norm")
            _fill(layer.up, weights, f"layer_{i}/ffn/linear_0")
            _fill(layer.down, weights, f"layer_{i}/ffn/linear_1")
        self.eval().requires_grad_(False)

    def forward(self, mel: torch.Tensor) -> list[torch.Tensor]:
        """Return the states after each layer, the last one normalized.

        Parameters
        ----------
        mel : Tensor, shape (batch, 80, 3000)
            Log-mel features of 30 s.

        Returns
        -------
        list of Tensor, shape (batch, 1500, width)
            One entry per layer.
        """
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.position[: x.shape[1]]
        states = []
        for layer in self.layers:
            x = layer(x)
            states.append(x)
        states[-1] = self.norm(x)
        return states


def _fill(module: nn.Module, weights: dict[str, torch.Tensor], name: str) -> None:
    first, second = ("gamma", "beta") if isinstance(module, nn.LayerNorm) else ("weight", "bias")
    module.weight.data.copy_(weights[f"{name}/{first}"])
    module.bias.data.copy_(weights[f"{name}/{second}"])


def encode(
    encoder: WhisperEncoder, mel_of: Callable[[np.ndarray], np.ndarray], samples: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the teacher's last and a lower layer at the wav2vec 2.0 frame times of one recording.

    Teacher frame j is centred at 20 j ms and frame i of the student at 12.5 + 20 i ms, so the
    target is 0.375 of teacher frame i and 0.625 of frame i + 1. Recordings longer than 30 s are
    encoded in windows of 30 s.

    Parameters
    ----------
    encoder : WhisperEncoder
        The teacher.
    mel_of : callable
        Samples to log-mel features, shape (80, 3000).
    samples : ndarray of float32
        16 kHz mono.

    Returns
    -------
    tuple of ndarray of float32, shape (n_frames, width)
        Last layer, and layer `LOW`.
    """
    parts: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for start in range(0, len(samples), WINDOW):
        piece = samples[start : start + WINDOW]
        mel = torch.from_numpy(mel_of(piece))[None]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            states = encoder(mel)
        for layer, found in zip((-1, LOW - 1), parts, strict=True):
            found.append(states[layer][0].float()[: max(1, len(piece) // HOP)].numpy())
    return _moved(np.concatenate(parts[0]), samples), _moved(np.concatenate(parts[1]), samples)


def _moved(frames: np.ndarray, samples: np.ndarray) -> np.ndarray:
    n = n_frames(len(samples))
    frames = np.concatenate([frames, frames[-1:]])[: n + 1]
    return 0.375 * frames[:n] + 0.625 * frames[1 : n + 1]
