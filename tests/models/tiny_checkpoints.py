"""Tiny random checkpoints of every family, saved once per session in the standard folder layout."""

from __future__ import annotations

import json
from pathlib import Path

_SMALL = {
    "hidden_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "conv_dim": (16, 16, 16, 16, 16, 16, 16),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
    "vocab_size": 12,
    "num_labels": 5,
}
_PRE_NORM = {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True}
# name: (configuration class, model class, settings)
CHECKPOINTS = {
    "w2v_group": ("Wav2Vec2Config", "Wav2Vec2Model", {}),
    "w2v_layer": ("Wav2Vec2Config", "Wav2Vec2Model", _PRE_NORM),
    "w2v_mms": ("Wav2Vec2Config", "Wav2Vec2Model", {**_PRE_NORM, "adapter_attn_dim": 4}),
    "w2v_10ms": ("Wav2Vec2Config", "Wav2Vec2Model", {"conv_stride": (5, 2, 2, 2, 2, 2, 1)}),
    "w2v_relu": ("Wav2Vec2Config", "Wav2Vec2Model", {"feat_extract_activation": "relu", "conv_bias": True}),
    "hubert": ("HubertConfig", "HubertModel", {}),
    "hubert_large": ("HubertConfig", "HubertModel", {**_PRE_NORM, "feat_proj_layer_norm": False}),
    "hubert_25hz": (
        "HubertConfig",
        "HubertModel",
        {
            "conv_pos_batch_norm": True,
            "conv_dim": (16,) * 8,
            "conv_kernel": (10, 3, 3, 3, 3, 2, 2, 2),
            "conv_stride": (5, 2, 2, 2, 2, 2, 2, 2),
        },
    ),
    "wavlm": ("WavLMConfig", "WavLMModel", {}),
    "wavlm_large": ("WavLMConfig", "WavLMModel", _PRE_NORM),
    "data2vec": (
        "Data2VecAudioConfig",
        "Data2VecAudioModel",
        {"num_conv_pos_embeddings": 3, "conv_pos_kernel_size": 7},
    ),
    "conformer": (
        "Wav2Vec2ConformerConfig",
        "Wav2Vec2ConformerModel",
        {"position_embeddings_type": "relative"},
    ),
    "conformer_rotary": (
        "Wav2Vec2ConformerConfig",
        "Wav2Vec2ConformerModel",
        {**_PRE_NORM, "position_embeddings_type": "rotary"},
    ),
    "unispeech": ("UniSpeechConfig", "UniSpeechModel", {}),
    "unispeech_sat": ("UniSpeechSatConfig", "UniSpeechSatModel", _PRE_NORM),
    "w2v_ctc": ("Wav2Vec2Config", "Wav2Vec2ForCTC", {}),
    "w2v_frames": (
        "Wav2Vec2Config",
        "Wav2Vec2ForAudioFrameClassification",
        {**_PRE_NORM, "id2label": {0: "SIL", 1: "AA", 2: "IY", 3: "UW", 4: "S"}},
    ),
    "w2v_sex": ("Wav2Vec2Config", "Wav2Vec2ForSequenceClassification", {"apply_spec_augment": False}),
}


class Checkpoints:
    """Saves a checkpoint the first time it is asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, name: str) -> Path:
        folder = self.root / name
        if not folder.exists():
            self.save(name, folder)
        return folder

    @staticmethod
    def save(name: str, folder: Path, *, do_normalize: bool = True, **changes: object) -> None:
        import torch
        import transformers

        config_class, model_class, own = CHECKPOINTS[name]
        torch.manual_seed(sum(map(ord, name)))
        config = getattr(transformers, config_class)(**{**_SMALL, **own, **changes})
        model = getattr(transformers, model_class)(config).eval()
        with torch.no_grad():  # fresh norms are 1 and 0 and would hide a forgotten one
            for key, value in model.named_parameters():
                if value.dim() == 1 or "pos_bias" in key or "gru" in key:
                    value.add_(torch.randn_like(value) * 0.2)
            for key, value in model.named_buffers():
                if key.endswith(("running_mean", "running_var")):
                    value.add_(torch.rand_like(value))
        transformers.logging.disable_progress_bar()
        model.save_pretrained(folder)
        settings_file = {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "do_normalize": do_normalize}
        settings_file |= {"sampling_rate": 16000, "return_attention_mask": name == "w2v_layer"}
        (folder / "preprocessor_config.json").write_text(json.dumps(settings_file))
