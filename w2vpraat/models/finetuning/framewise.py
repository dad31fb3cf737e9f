"""The network: a wav2vec 2.0 encoder with one linear head per task. Imports torch and transformers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch import nn
from torch.nn import functional as F

from w2vpraat.errors import ModelError
from w2vpraat.models.finetuning.examples import NOT_ASKED, Question
from w2vpraat.models.network import load_checkpoint
from w2vpraat.params import FinetuneParams


class Framewise(nn.Module):
    """Encoder, dropout and linear heads on the last hidden state.

    Parameters
    ----------
    folder : Path
        The checkpoint to start from; its own head, if any, is left behind.
    questions : sequence of Question
        One head each.
    params : FinetuneParams
        What is frozen, masked and dropped out.
    pickled : bool
        The weights are pickled.

    Raises
    ------
    ModelError
        If the weights can't be loaded or there is no such layer to freeze below.
    """

    def __init__(
        self, folder: Path, questions: Sequence[Question], params: FinetuneParams, *, pickled: bool = False
    ) -> None:
        super().__init__()
        self.questions = tuple(questions)
        self.smoothing = params.label_smoothing
        with torch.random.fork_rng():
            torch.manual_seed(params.seed)
            self.encoder, _, _ = load_checkpoint(folder, pickled)
            dim = int(self.encoder.config.hidden_size)
            self.dropout = nn.Dropout(params.head_dropout)
            self.heads = nn.ModuleList(nn.Linear(dim, len(one.classes)) for one in questions)
            if not hasattr(self.encoder, "masked_spec_embed"):  # the base was made without masks
                self.encoder.masked_spec_embed = nn.Parameter(torch.rand(dim))
        for place, one in enumerate(questions):
            weights = torch.tensor(one.class_weights or [1.0] * len(one.classes), dtype=torch.float32)
            self.register_buffer(f"class_weights_{place}", weights, persistent=False)
        self.encoder.requires_grad_(True)
        self._configure(params)
        self._freeze(params)

    def _configure(self, params: FinetuneParams) -> None:
        config = self.encoder.config
        masked = params.mask_time > 0 or params.mask_features > 0
        config.apply_spec_augment = masked
        self.mask_length = params.mask_time_length
        config.mask_time_prob, config.mask_time_length = params.mask_time, params.mask_time_length
        config.mask_feature_prob = params.mask_features
        config.mask_feature_length = min(params.mask_feature_length, config.hidden_size)
        # transformers masks at least two spans however short the stretch: most of an isolated word.
        config.mask_time_min_masks = config.mask_feature_min_masks = 0
        # A layer that is left out now and then would have no gradient on some processes.
        config.layerdrop = 0.0
        if params.recompute:
            # The name until transformers 5.
            old = "gradient_checkpointing_enable"
            enable = getattr(self.encoder, "activation_checkpointing_enable", None) or getattr(
                self.encoder, old
            )
            enable({"use_reentrant": False})

    def _freeze(self, params: FinetuneParams) -> None:
        config, layers = self.encoder.config, len(self.encoder.encoder.layers)
        conformer = "conformer" in config.model_type
        if params.freeze_below > layers:
            raise ModelError(
                f"freeze_below = {params.freeze_below}, but the model has {layers} layers",
                f"0 to {layers}",
            )
        if params.freeze_convolutions:
            self.encoder.feature_extractor._freeze_parameters()
        # What takes no part must not learn: several processes would wait for its gradient.
        self.encoder.masked_spec_embed.requires_grad_(config.apply_spec_augment)
        if conformer:
            self.encoder.encoder.pos_conv_embed.requires_grad_(False)
        if params.freeze_below > 0:
            frozen = [self.encoder.feature_projection, self.encoder.encoder.pos_conv_embed]
            frozen += list(self.encoder.encoder.layers[: params.freeze_below])
            if not conformer and not getattr(config, "do_stable_layer_norm", False):
                frozen.append(self.encoder.encoder.layer_norm)  # it stands before the first layer
            for module in frozen:
                module.requires_grad_(False)
            # Learned, it would send gradients through all the frozen layers.
            self.encoder.masked_spec_embed.requires_grad_(False)

    def train(self, mode: bool = True) -> Framewise:
        """Switch training on or off; frozen batch norms stay as they are."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm1d) and not module.weight.requires_grad:
                module.eval()
        return self

    def forward(self, samples: torch.Tensor) -> list[torch.Tensor]:
        """Return the logits of every task, (batch, n_frames, n_classes) each, in float32."""
        config = self.encoder.config
        n_frames = int(self.encoder._get_feat_extract_output_lengths(samples.shape[1]))
        config.mask_time_length = min(self.mask_length, n_frames)  # transformers refuses longer masks
        hidden = self.dropout(self.encoder(samples).last_hidden_state)
        return [head(hidden).float() for head in self.heads]

    def losses(
        self, logits: Sequence[torch.Tensor], labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the loss of each task and the weighted sum, by which the network learns.

        Parameters
        ----------
        logits : sequence of Tensor
            From `forward`.
        labels : Tensor of int64, shape (n_tasks, batch, n_frames)
            `NOT_ASKED` where there is no label.

        Returns
        -------
        Tensor, shape (n_tasks,), and Tensor, shape ()
        """
        found = []
        for place, answers in enumerate(logits):
            n_frames = min(answers.shape[1], labels.shape[2])
            flat, truth = answers[:, :n_frames].flatten(0, 1), labels[place, :, :n_frames].flatten()
            if bool((truth != NOT_ASKED).any()):
                weights = getattr(self, f"class_weights_{place}")
                loss = F.cross_entropy(
                    flat, truth, weight=weights, ignore_index=NOT_ASKED, label_smoothing=self.smoothing
                )
            else:
                loss = 0.0 * flat.sum()  # keeps the head in the graph, which several processes need
            found.append(loss)
        stacked = torch.stack(found)
        task_weights = torch.tensor([one.weight for one in self.questions], device=stacked.device)
        return stacked, (task_weights * stacked).sum()


@contextmanager
def seeded(*numbers: int) -> Iterator[None]:
    """Make dropout and masks of a step depend on these numbers only, and give back the generators' states.

    transformers draws its masks from numpy's global generator.
    """
    seed = int(np.random.SeedSequence(numbers).generate_state(1, np.uint32)[0])
    before = np.random.get_state()
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        np.random.seed(seed)
        try:
            yield
        finally:
            np.random.set_state(before)


def named_class(family: str) -> Any | None:
    """Return transformers' class for frame classification of a family, or None if it has none."""
    mapping = transformers.MODEL_FOR_AUDIO_FRAME_CLASSIFICATION_MAPPING
    for config_class, model_class in mapping.items():
        if config_class.model_type == family:
            return model_class
    return None
