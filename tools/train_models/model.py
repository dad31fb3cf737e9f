"""The student: a small wav2vec 2.0 encoder with a phone head and a distillation head."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F
from transformers import (
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForAudioFrameClassification,
    Wav2Vec2Model,
)

from .data import FIELD, HOP, IGNORE, PHONES, RATE

N_BANDS = 40


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
        "id2label": dict(enumerate(PHONES)),
        "label2id": {phone: i for i, phone in enumerate(PHONES)},
        "vocab_size": len(PHONES),
    }
    return Wav2Vec2Config(**{**settings, **changes})


class Student(nn.Module):
    """Encoder, framewise phone head and a linear map to the teacher's components.

    Parameters
    ----------
    config : Wav2Vec2Config
        Shape of the encoder; ``id2label`` sets the size of the phone head.
    n_targets : int
        Number of teacher components.
    """

    def __init__(self, config: Wav2Vec2Config, n_targets: int) -> None:
        super().__init__()
        self.model = Wav2Vec2ForAudioFrameClassification(config)
        self.distill = nn.Linear(config.hidden_size, n_targets)
        self.bands = nn.Linear(config.conv_dim[-1], N_BANDS)
        # The library's 0.02 suits wide models; here it would leave the layers idle for too long.
        for layer in self.model.wav2vec2.encoder.layers:
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

    def forward(self, samples: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return phone logits, predicted teacher components and predicted log-mel bands.

        Parameters
        ----------
        samples : Tensor, shape (batch, n_samples)
            Normalized 16 kHz audio, no padding.

        Returns
        -------
        tuple of Tensor
            Logits (batch, n_frames, n_phones), components (batch, n_frames, n_targets) and bands
            (batch, n_frames, `N_BANDS`), the last from the convolutions alone.
        """
        encoder = self.model.wav2vec2
        convolved = convolve(encoder.feature_extractor, samples)
        hidden, _ = encoder.feature_projection(convolved)
        hidden = encoder._mask_hidden_states(hidden)
        top = encoder.encoder(hidden).last_hidden_state
        return self.model.classifier(top), self.distill(top), self.bands(convolved)


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


def losses(
    student: Student,
    samples: torch.Tensor,
    targets: torch.Tensor,
    weights: torch.Tensor,
    labels: torch.Tensor,
    soft: torch.Tensor | None = None,
) -> dict[str, torch.Tensor]:
    """Return the named losses of one batch.

    Parameters
    ----------
    student : Student
        The network.
    samples : Tensor, shape (batch, n_samples)
        Audio.
    targets : Tensor, shape (batch, n_frames, n_targets)
        Standardized teacher components.
    weights : Tensor, shape (n_targets,)
        Weight of each component, mean 1.
    labels : Tensor of int64, shape (batch, n_frames)
        Phone indices or ``IGNORE``.
    soft : Tensor, shape (batch, n_frames, n_phones), optional
        Phone probabilities read from the teacher.

    Returns
    -------
    dict of str to Tensor
        ``distill``, ``bands``, ``phone``, ``soft`` (if given) and the frame accuracy ``accuracy``.
    """
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, components, bands = student(samples)
    logits, components = logits.float(), components.float()
    found = {
        "distill": (weights * (components - targets) ** 2).mean(),
        "bands": F.mse_loss(bands.float(), mel_bands(samples)),
    }
    kept = labels != IGNORE
    found["phone"] = F.cross_entropy(logits[kept], labels[kept], label_smoothing=0.05)
    found["accuracy"] = (logits[kept].argmax(-1) == labels[kept]).float().mean().detach()
    if soft is not None:
        found["soft"] = -(soft * logits.log_softmax(-1)).sum(-1).mean()
    return found


def export(model: nn.Module, folder: Path) -> None:
    """Write a standard model folder: configuration, fp16 weights and input settings.

    Parameters
    ----------
    model : PreTrainedModel
        `Wav2Vec2Model` or `Wav2Vec2ForAudioFrameClassification`.
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


def bare(model: Wav2Vec2ForAudioFrameClassification) -> Wav2Vec2Model:
    """Return the encoder alone with a configuration that names no phones."""
    encoder = model.wav2vec2
    labels = {"id2label", "label2id", "vocab_size"}
    config = Wav2Vec2Config(**{k: v for k, v in encoder.config.to_dict().items() if k not in labels})
    copy = Wav2Vec2Model(config)
    copy.load_state_dict(encoder.state_dict())
    return copy
