"""Review queues: which tokens are listed to be looked at one by one."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param

QUEUE_KINDS = (
    "disagreement",
    "outlier",
    "confidence",
    "sensitive",
    "short",
    "measurement",
    "random",
    "all",
)


@dataclass(frozen=True)
class QueueParams(ParamGroup):
    """Review queues: tokens to be looked at one by one."""

    kind: str = param(
        "disagreement",
        "What is listed: where formants and vectors disagree with the label, outliers, doubtful labels (low "
        "posterior), tokens sensitive to their boundaries, short ones, suspicious measurements, a random "
        "sample, or all.",
        choices=QUEUE_KINDS,
    )
    representation: str = param(
        "",
        "Representation that outliers and doubtful labels are of (part of a name will do); empty: the first "
        "of the review.",
    )
    doubtful: float = param(
        0.5,
        "A label is doubtful if its posterior, by a classifier that has not met the speaker, is below this.",
        minimum=0.0,
        maximum=1.0,
    )
    moved: float = param(
        2.0,
        "A token is sensitive if moved boundaries change its nearest label, or move it by so many sd between "
        "tokens of its label and speaker.",
        minimum=0.0,
    )
    short_duration: float = param(0.04, "A token is short below this duration.", unit="s", minimum=0.0)
    short_frames: int = param(2, "A token is short if the model has fewer frames in it.", minimum=0)
    sample_size: int = param(100, "Tokens of a random sample.", minimum=1)
    sample_by: tuple[str, ...] = param(
        ("label", "speaker"),
        "Columns whose values have the same shares in the random sample as in all tokens, the most important "
        "one first.",
    )
    sample_seed: int = param(1, "Number of the draw; another number draws other tokens.", minimum=0)
    most_tokens: int = param(0, "Most tokens of a queue, the most suspicious ones; 0: all.", minimum=0)
