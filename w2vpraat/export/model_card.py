"""The card of a fine-tuned model, in the form that transformers' users know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from w2vpraat import __version__

if TYPE_CHECKING:
    from w2vpraat.models.finetuning.results import TaskFigures

_WHOSE = {
    "test": "test speakers, who had no part in training nor in any choice",
    "held_out": "held-out speakers, who also decided when training stopped: slightly too good",
    "train": "the training speakers themselves: these are no estimates for other speakers",
}


@dataclass(frozen=True, eq=False)
class Card:
    """What a card says.

    Parameters
    ----------
    name, title, base, base_hash, licence, corpus : str
        Of the model, its base, the base's licence, and the folder it was trained on.
    languages : tuple of str
        Of the base.
    questions : sequence of (name, source, classes, weight)
        Tasks.
    figures : sequence of TaskFigures
        How well they are done.
    split : str
        By whom: test, held_out, train.
    splits, seconds : mapping of str to number
        Speakers and seconds of sound by use.
    steps, best_step, layers : int
        Updates made, updates behind the kept weights, Transformer layers.
    settings, facts : mapping
        `FinetuneParams`, and device, precision, versions.
    notes : sequence of str
        What the reader should know.
    """

    name: str
    title: str
    base: str
    base_hash: str
    licence: str
    languages: tuple[str, ...]
    questions: Sequence[tuple[str, str, tuple[str, ...], float]]
    figures: Sequence[TaskFigures]
    split: str
    splits: Mapping[str, int]
    seconds: Mapping[str, float]
    steps: int
    best_step: int
    settings: Mapping[str, Any]
    facts: Mapping[str, Any]
    notes: Sequence[str]
    layers: int
    corpus: str


def card_text(card: Card) -> str:
    """Write the card as Markdown with a head for model hubs."""
    head = ["---", *([f"license: {card.licence.lower()}"] if card.licence else [])]
    head += [f"language: {card.languages[0]}"] if len(card.languages) == 1 else []
    head += ["library_name: transformers", "tags: [wav2vec2, phonetics, w2vpraat]", "---"]
    parts = [
        "\n".join(head),
        f"# {card.name}",
        f"{card.title}. Made with w2vpraat {__version__} (`w2vpraat finetune`), after Wang, Yang & Yuan 2025 "
        "(arXiv:2503.04814): the last hidden state, one linear layer per task, cross-entropy per frame.",
        _usage(card),
        "## Tasks\n\n" + _tasks(card),
        "## Figures\n\n" + _figures(card),
        "## Training\n\n" + _training(card),
        "## Limits\n\n" + _limits(card),
    ]
    return "\n\n".join(parts) + "\n"


def _usage(card: Card) -> str:
    return (
        "```\nw2vpraat run CORPUS --model FOLDER -o RESULTS\n```\n\n"
        "```python\nfrom transformers import AutoFeatureExtractor, AutoModel\n"
        'model = AutoModel.from_pretrained("FOLDER")\n```\n\n'
        f"Hidden states 0 (input of the first Transformer layer) to {card.layers} (the last, normed). "
        "The heads are in `heads.safetensors` (`TASK.weight`, `TASK.bias`), their classes in `w2vpraat.json`."
    )


def _tasks(card: Card) -> str:
    rows = ["| task | labels from | classes | weight |", "| --- | --- | --- | --- |"]
    for name, source, classes, weight in card.questions:
        listed = ", ".join(classes) if len(classes) <= 60 else f"{len(classes)} classes"
        rows.append(f"| {name} | {_cell(source)} | {_cell(listed)} | {weight:g} |")
    return "\n".join(rows)


def _figures(card: Card) -> str:
    rows = [
        f"Frames of {_WHOSE[card.split]}. In brackets 95 % bootstrap intervals over speakers.",
        "",
        "| task | accuracy | balanced accuracy | macro F1 | majority class | classes | frames | speakers |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in card.figures:
        low, high = one.interval()
        span = f" [{100 * low:.1f}, {100 * high:.1f}]" if low == low else ""
        cells = [
            f"{100 * one.accuracy:.1f} %{span}",
            f"{100 * one.balanced_accuracy:.1f} %",
            f"{one.macro_f1:.3f}",
            f"{100 * one.majority:.1f} %",
            str(len(one.classes)),
            str(one.n_frames),
            str(len(one.by_speaker)),
        ]
        rows.append(f"| {one.task} | {' | '.join(cells)} |")
    rows += ["", "Per class, and apart for women and men: `figures.csv`. Confusions: `confusion_TASK.csv`."]
    return "\n".join(rows)


def _training(card: Card) -> str:
    uses = ", ".join(
        f"{card.splits[use]} speakers ({card.seconds[use] / 60:.1f} min) {words}"
        for use, words in (("train", "for training"), ("held_out", "held out"), ("test", "for the figures"))
        if card.splits[use]
    )
    versions = ", ".join(f"{name} {value}" for name, value in card.facts.get("versions", {}).items())
    lines = [
        f"Base: {card.base} (SHA-256 of its weights `{card.base_hash}`).",
        f"Corpus: `{card.corpus}`; {uses}. No speaker has two uses; who is who, and the SHA-256 of every"
        " sound file and TextGrid, stands in `provenance.json`.",
        f"{card.steps} updates, weights of update {card.best_step}; {card.facts.get('seconds', 0):.0f} s on"
        f" {card.facts.get('device', '')} in {card.facts.get('precision', '')}; {versions}.",
        "",
        "| setting | value |",
        "| --- | --- |",
    ]
    # Folders are the maker's own business.
    for name, value in {**card.settings, "base": card.base}.items():
        shown = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
        lines.append(f"| {name} | {_cell(str(shown))} |")
    return "\n".join(lines)


def _limits(card: Card) -> str:
    lines = [f"- {note}." for note in card.notes]
    lines.append(
        "- A frame's vector depends on its neighbours, and in models with group norm on the whole recording."
    )
    lines.append(
        f"- The weights come from {card.base}"
        + (f" ({card.licence})" if card.licence else ", whose licence is not known here")
        + "; the licence of your recordings may add conditions."
    )
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
