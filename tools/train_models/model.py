"""The student: a small wav2vec 2.0 encoder that learns a teacher's vectors and the sound itself."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F
from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2Model

from .batches import Batch
from .data import FIELD, HOP, RATE

N_BANDS = 40
# Pitches between 70 and 400 Hz, evenly spaced in the logarithm.
N_PITCH, LOWEST, HIGHEST = 24, 70.0, 400.0
# The hidden state that learns the teacher's lower layer.
MIDDLE = 3


def make_config(**changes: object) -> Wav2Vec2Config:
    """Return the configuration shared by the bundled family.

    The positional convolution is short and dense (16 frames, 4 groups): with the usual 128 frames
    a small network does not find its way to local context in the time given. Layer norm in the
    feature encoder and pre-norm layers make padded batches with an attention mask equal to single
    files; kernels and strides are the standard ones (20 ms hop, 25 ms field).

    Parameters
    ----------
    **changes
        Fields to set otherwise, for tests.

    Returns
    -------
    Wav2Vec2Config
        Ready for `Student`.
    """
    settings: dict[str, object] = {
        "hidden_size": 192,
        "num_hidden_layers": 6,
        "num_attention_heads": 4,
        "intermediate_size": 640,
        "conv_dim": (64, 64, 96, 128, 160, 192, 192),
        "conv_kernel": (10, 3, 3, 3, 3, 2, 2),
        "conv_stride": (5, 2, 2, 2, 2, 2, 2),
        "conv_bias": True,
        "feat_extract_norm": "layer",
        "do_stable_layer_norm": True,
        "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 4,
        "hidden_dropout": 0.05,
        "attention_dropout": 0.0,
        "activation_dropout": 0.0,
        "feat_proj_dropout": 0.0,
        "final_dropout": 0.05,
        "layerdrop": 0.0,
        "mask_time_prob": 0.05,
        "mask_time_length": 4,
        "mask_feature_prob": 0.0,
    }
    return Wav2Vec2Config(**{**settings, **changes})


class Student(nn.Module):
    """Encoder, and linear maps to what it is taught: teacher components, and the sound itself.

    Parameters
    ----------
    config : Wav2Vec2Config
        Shape of the encoder.
    n_top, n_low : int
        Components of the teacher's last layer, read from the top, and of a lower one, read from `MIDDLE`.
    """

    def __init__(self, config: Wav2Vec2Config, n_top: int, n_low: int) -> None:
        super().__init__()
        self.encoder = Wav2Vec2Model(config)
        self.middle = min(MIDDLE, config.num_hidden_layers)
        self.top = nn.Linear(config.hidden_size, n_top)
        self.low = nn.Linear(config.hidden_size, n_low)
        self.sound = nn.Linear(config.hidden_size, N_BANDS + N_PITCH)
        self.bands = nn.Linear(config.conv_dim[-1], N_BANDS)
        # The library's 0.02 suits wide models; here it would leave the layers idle for too long.
        for layer in self.encoder.encoder.layers:
            for name, weight in layer.named_parameters():
                if weight.dim() == 2:
                    share = 0.5 if "out" in name else 1.0
                    nn.init.normal_(weight, std=share * weight.shape[1] ** -0.5)

    def groups(self) -> list[dict[str, object]]:
        """Return parameter groups with a ``factor`` for the learning rate.

        The convolutions come with a start of their own (see `front`); at the full rate they move
        faster than the layers above can follow.
        """
        slow, fast = [], []
        for name, parameter in self.named_parameters():
            (slow if "feature_extractor" in name else fast).append(parameter)
        return [{"params": fast, "factor": 1.0}, {"params": slow, "factor": 0.25}]

    def forward(self, samples: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return what the network makes of each target.

        Parameters
        ----------
        samples : Tensor, shape (batch, n_samples)
            Normalized 16 kHz audio, no padding.

        Returns
        -------
        dict of str to Tensor, shape (batch, n_frames, n)
            ``top`` and ``low`` components, ``sound`` from the top, ``bands`` from the convolutions alone.
        """
        encoder = self.encoder
        convolved = convolve(encoder.feature_extractor, samples)
        hidden, _ = encoder.feature_projection(convolved)
        hidden = encoder._mask_hidden_states(hidden)
        body = encoder.encoder
        states = [body.dropout(hidden + body.pos_conv_embed(hidden))]
        for layer in body.layers:
            states.append(layer(states[-1]))
        top = body.layer_norm(states[-1])
        return {
            "top": self.top(top),
            "low": self.low(states[self.middle]),
            "sound": self.sound(top),
            "bands": self.bands(convolved),
        }


def mel_bands(samples: torch.Tensor) -> torch.Tensor:
    """Return log-mel energies of the very samples that each frame sees.

    Learning them from the convolutions gives a network of random weights a start: without this
    term the loss stays on a plateau for hundreds of steps.

    Parameters
    ----------
    samples : Tensor, shape (batch, n_samples)
        Audio.

    Returns
    -------
    Tensor, shape (batch, n_frames, `N_BANDS`)
        Standardized per band over the batch.
    """
    windows = samples.unfold(1, FIELD, HOP) * torch.hann_window(FIELD)
    power = torch.fft.rfft(windows, 512).abs().square()
    energies = (power @ _mel_filters() + 1e-2).log()
    return (energies - energies.mean((0, 1))) / (energies.std((0, 1)) + 1e-5)


@lru_cache
def _mel_filters() -> torch.Tensor:
    edges = 700 * (torch.exp(torch.linspace(0, math.log(1 + 7800 / 700), N_BANDS + 2)) - 1)
    hertz = torch.linspace(0, RATE / 2, 257)[:, None]
    rise = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    return torch.minimum(rise, fall).clamp(min=0)


def convolve(extractor: nn.Module, samples: torch.Tensor) -> torch.Tensor:
    """Run the layer-norm feature encoder with time before channels.

    The same arithmetic as ``extractor(samples).transpose(1, 2)``; without transposed memory the
    training step takes about half the time on a CPU.

    Parameters
    ----------
    extractor : Wav2Vec2FeatureEncoder
        Source of the weights; every layer has a layer norm and a GELU.
    samples : Tensor, shape (batch, n_samples)
        Audio.

    Returns
    -------
    Tensor, shape (batch, n_frames, channels)
        Output of the last convolution.
    """
    if not hasattr(extractor.conv_layers[-1], "layer_norm"):
        return extractor(samples).transpose(1, 2)
    x = samples.unsqueeze(-1)
    for layer in extractor.conv_layers:
        kernel, stride = layer.conv.kernel_size[0], layer.conv.stride[0]
        n = (x.shape[1] - kernel) // stride + 1
        last = stride * (n - 1) + 1
        windows = torch.cat([x[:, k : k + last : stride] for k in range(kernel)], dim=-1)
        weight = layer.conv.weight.permute(0, 2, 1).reshape(layer.conv.out_channels, -1)
        x = F.gelu(layer.layer_norm(F.linear(windows, weight, layer.conv.bias)))
    return x


def pitch_bins(samples: torch.Tensor) -> torch.Tensor:
    """Return how periodic the sound around each frame is at each of a row of pitches.

    The autocorrelation of 64 ms, divided by that of the window (Boersma 1993). A place on an axis of pitch
    is something that a linear map can read, which the heights of single harmonics are not.

    Parameters
    ----------
    samples : Tensor, shape (batch, n_samples)
        Audio.

    Returns
    -------
    Tensor, shape (batch, n_frames, `N_PITCH`)
        Standardized per pitch over the batch.
    """
    width = 1024
    edge = (width - FIELD) // 2
    window = torch.hann_window(width)
    pieces = F.pad(samples, (edge, edge)).unfold(1, width, HOP)
    pieces = (pieces - pieces.mean(-1, keepdim=True)) * window
    longest = int(RATE / LOWEST) + 2
    own = torch.fft.irfft(torch.fft.rfft(pieces, 2 * width).abs().square())[..., :longest]
    of_window = torch.fft.irfft(torch.fft.rfft(window, 2 * width).abs().square())[:longest]
    # The constant keeps digital silence at zero.
    periodic = own / (own[..., :1] + 0.1) * (of_window[0] / of_window)
    lags = RATE / torch.exp(torch.linspace(math.log(LOWEST), math.log(HIGHEST), N_PITCH))
    low = lags.long()
    share = lags - low
    values = periodic[..., low] * (1 - share) + periodic[..., low + 1] * share
    return (values - values.mean((0, 1))) / (values.std((0, 1)) + 1e-5)


def losses(student: Student, batch: Batch, weights: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return the named losses of one batch, each a squared error in units of the target's variance.

    Parameters
    ----------
    student : Student
        The network.
    batch : Batch
        Heard samples, clean samples and targets.
    weights : Tensor, shape (n_top + n_low,)
        Weight of each component, mean 1 for each of the two layers.

    Returns
    -------
    dict of str to Tensor
        ``top``, ``low``, ``sound``, ``bands``.
    """
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = {name: value.float() for name, value in student(batch.samples).items()}
    n_top = student.top.out_features
    errors = weights[:n_top] * (found["top"] - batch.targets[..., :n_top]) ** 2
    lower = weights[n_top:] * (found["low"] - batch.targets[..., n_top:]) ** 2
    bands = mel_bands(batch.clean)
    sound = torch.cat([bands, pitch_bins(batch.clean)], -1)
    return {
        "top": errors.mean(),
        "low": lower.mean(),
        "sound": F.mse_loss(found["sound"], sound),
        "bands": F.mse_loss(found["bands"], bands),
    }


def export(model: nn.Module, folder: Path) -> None:
    """Write a standard model folder: configuration, fp16 weights and input settings.

    Parameters
    ----------
    model : PreTrainedModel
        The encoder.
    folder : Path
        Created if missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, safe_serialization=True)
    weights = {k: v.half().contiguous() for k, v in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    # Users compute in float32: half precision is only the form on disk.
    settings = json.loads((folder / "config.json").read_text())
    settings["dtype"] = "float32"
    (folder / "config.json").write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")
    Wav2Vec2FeatureExtractor(
        feature_size=1, sampling_rate=RATE, padding_value=0.0, do_normalize=True, return_attention_mask=True
    ).save_pretrained(folder)
