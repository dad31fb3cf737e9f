"""Fine-tuning."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param


@dataclass(frozen=True)
class FinetuneParams(ParamGroup):
    """Fine-tuning frame by frame: what is asked of each frame, and how the model learns it."""

    base: str = param("base", "Model to start from: a bundled or added name, a local folder, or a hub id.")
    tasks: tuple[str, ...] = param(
        ("phone",),
        "Tasks: phone, a column of the speaker table (sex, speaker ...), a tier, NAME=tier:PATTERN, "
        "NAME=column:COLUMN, or NAME=map:FILE[@TIER] (classes of a tier's labels).",
    )
    task_weights: tuple[str, ...] = param(
        (), "Weights of the tasks in the loss, NAME=WEIGHT; the others weigh 1."
    )
    silence: str = param(
        "class",
        "Empty intervals and pauses of a tier: a class of their own, or not asked.",
        choices=("class", "ignore"),
    )
    metadata_frames: str = param(
        "labelled",
        "Which frames carry a speaker's sex, name ...: of labelled intervals, of their voiced part, or all.",
        choices=("labelled", "voiced", "all"),
    )
    edge: float = param(
        0.0,
        "Frames whose centre lies this near to a boundary are not asked, at most a quarter of the interval "
        "at each end (0.01 for forced alignments).",
        unit="s",
        minimum=0.0,
        maximum=0.2,
    )
    min_class_frames: int = param(20, "Classes with fewer training frames are not asked.", minimum=1)
    class_weights: str = param(
        "none",
        "Weight of a class in the loss: all alike, by the inverse of its frequency, or by its square root.",
        choices=("none", "sqrt", "balanced"),
    )
    freeze_convolutions: bool = param(True, "Leave the convolutions as they are.")
    freeze_below: int = param(0, "Leave the Transformer layers below this number as they are.", minimum=0)
    head_dropout: float = param(0.1, "Dropout before the linear heads.", minimum=0.0, maximum=0.9)
    steps: int = param(1500, "Updates of the weights.", minimum=1)
    batch_seconds: float = param(16.0, "Audio per forward pass (and process).", unit="s", minimum=0.5)
    crop_seconds: float = param(
        8.0, "Longest stretch of a recording that is heard at once in training.", unit="s", minimum=0.5
    )
    accumulation: int = param(1, "Forward passes per update.", minimum=1)
    peak_rate: float = param(3e-4, "Highest learning rate.", minimum=0.0)
    warmup: float = param(0.1, "Share of the steps in which the rate rises.", minimum=0.0, maximum=0.9)
    schedule: str = param(
        "linear", "How the rate falls afterwards.", choices=("linear", "cosine", "constant")
    )
    weight_decay: float = param(0.01, "Weight decay (AdamW).", minimum=0.0)
    label_smoothing: float = param(0.0, "Label smoothing.", minimum=0.0, maximum=0.5)
    average: float = param(
        0.0,
        "Decay of a running average of the weights, which is then kept; 0: none.",
        minimum=0.0,
        maximum=0.99999,
    )
    mask_time: float = param(
        0.05, "Share of frames masked before the Transformer (SpecAugment).", minimum=0.0, maximum=0.9
    )
    mask_time_length: int = param(10, "Frames per mask.", minimum=1)
    mask_features: float = param(0.0, "Share of feature channels masked.", minimum=0.0, maximum=0.9)
    mask_feature_length: int = param(10, "Channels per mask.", minimum=1)
    speed: float = param(
        0.0,
        "Half of the stretches are played faster or slower by up to this share (formants, f0, tempo).",
        minimum=0.0,
        maximum=0.5,
    )
    voices: int = param(
        0, "Versions of each recording with other formants and another f0 (Praat's Change gender).", minimum=0
    )
    formant_range: float = param(
        1.2,
        "Greatest factor of the formants in those versions, and the inverse of the smallest.",
        minimum=1.0,
        maximum=1.6,
    )
    held_out: float = param(0.1, "Share of the speakers who decide when to stop.", minimum=0.0, maximum=0.9)
    test: float = param(
        0.1, "Share of the speakers on whom the reported figures are measured.", minimum=0.0, maximum=0.9
    )
    held_out_speakers: tuple[str, ...] = param((), "These speakers decide when to stop, instead of a share.")
    test_speakers: tuple[str, ...] = param((), "These speakers give the figures, instead of a share.")
    evaluate_every: int = param(100, "Steps between evaluations on the held-out speakers.", minimum=1)
    patience: int = param(5, "Stop after so many evaluations without a better one; 0: never.", minimum=0)
    checkpoint_every: int = param(
        100, "Steps between checkpoints, from which an interrupted run goes on.", minimum=1
    )
    device: str = param("auto", "Where the model learns.", choices=("auto", "cpu", "cuda", "mps"))
    precision: str = param(
        "auto",
        "Arithmetic: auto is bfloat16 on a GPU that has it (else float16), float32 elsewhere.",
        choices=("auto", "float32", "bfloat16", "float16"),
    )
    recompute: bool = param(False, "Compute activations twice instead of keeping them: less memory, slower.")
    half: bool = param(False, "Write the weights as float16: half the size on disk.")
    seed: int = param(0, "Seed of everything random.", minimum=0)
