"""Fine-tuning wav2vec 2.0 frame by frame, for one task or several at once.

After Wang, Yang & Yuan 2025 (arXiv:2503.04814) and Zhu, Zhang & Jurgens 2022 (Charsiu, arXiv:2110.03876): the
last hidden state, one linear layer per task, cross-entropy over the frames that have a label.
"""

from w2vpraat.models.finetuning.examples import NOT_ASKED, Example, Question, TaskSpans, frame_labels
from w2vpraat.models.finetuning.results import CurvePoint, Finetuned, TaskFigures

__all__ = [
    "NOT_ASKED",
    "CurvePoint",
    "Example",
    "Finetuned",
    "Question",
    "TaskFigures",
    "TaskSpans",
    "frame_labels",
]
