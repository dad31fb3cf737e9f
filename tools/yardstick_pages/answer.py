"""Lobanov or wav2vec? Writes docs/lobanov-or-wav2vec.md and what it rests on.

Usage: python -m tools.yardstick_pages.answer ../shared/data

The tests make the same tables again and compare them with the stored ones.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from tools.yardstick_pages.markdown import plain_table, ranking_table, words
from w2vpraat.compare import compare
from w2vpraat.compare.ranking import rank
from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity, explain_sensitivity
from w2vpraat.export.figures import save_figure, side_by_side
from w2vpraat.export.tables import write_table
from w2vpraat.pipeline.running import Results, running
from w2vpraat.pipeline.sensitivity import sensing
from w2vpraat.pipeline.several_models import ModelVectors, find_models, model_vectors
from w2vpraat.pipeline.yardstick_folder import write_report
from w2vpraat.pipeline.yardsticks import Yardsticks, judging
from w2vpraat.representation import Representation
from w2vpraat.resources import sample_corpus
from w2vpraat.session.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, FOLDER, IMAGES = DOCS / "lobanov-or-wav2vec.md", DOCS / "reports" / "answer", DOCS / "images"
MODELS, LAYER = ("base", "phone", "sex", "phone+sex"), 6
TABLES = ("scores", "ranking", "sensitivity_summary", "sensitivity_differences")


@dataclass(frozen=True)
class Corpus:
    """One of the corpora.

    Attributes
    ----------
    name, title : str
    folder, speakers : str
        Below the folder of real speech; empty: the bundled corpus.
    tokens, compare : dict
        Settings that are not the defaults.
    """

    name: str
    title: str
    folder: str
    speakers: str
    tokens: dict[str, Any]
    compare: dict[str, Any] = field(default_factory=dict)


CORPORA = (
    Corpus(
        "librispeech",
        "LibriSpeech test-other: English, read",
        "librispeech/test-other",
        "librispeech/files.csv",
        {"tier": "phones", "label_map": "arpabet", "label_class": "vowel"},
    ),
    Corpus(
        "emodb",
        "EmoDB: German, acted emotions",
        "emodb",
        "emodb/files.csv",
        {"tier": "phones", "label_map": "sampa_de", "label_class": "vowel"},
        {"columns": ["emotion"], "across": ["sex", "emotion"]},
    ),
    Corpus(
        "bundled",
        "The bundled corpus: synthetic voices",
        "",
        "",
        {"tier": "phones", "label_map": "ipa", "label_class": "vowel", "stop_words": ["say", "again"]},
    ),
)
GOALS = (
    "label",
    "label_across_sex",
    "speaker_given_label",
    "sex_given_label",
    "sex_of_speaker",
    "emotion_given_label",
    "label_across_emotion",
)


@dataclass(frozen=True, eq=False)
class Answer:
    """What was found in one corpus."""

    corpus: Corpus
    settings: Settings
    results: Results
    yardsticks: Yardsticks
    sensitivity: Sensitivity

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return what is stored, and compared by the tests."""
        return {
            "scores": self.yardsticks.scores.table,
            "ranking": self.yardsticks.ranking.table,
            "sensitivity_summary": self.sensitivity.summary,
            "sensitivity_differences": self.sensitivity.differences,
        }


def settings_of(corpus: Corpus, shared: Path) -> Settings:
    """Return the settings of a corpus; what they leave out is the default."""
    folder = shared / corpus.folder if corpus.folder else sample_corpus()
    speakers = shared / corpus.speakers if corpus.speakers else folder / "speakers.csv"
    return Settings(str(folder), str(speakers)).updated(
        {
            # Formants at their best: a ceiling for each speaker, no token shorter than two windows.
            "tokens": {"min_duration": 0.05, **corpus.tokens},
            "formants": {"ceiling_mode": "speaker"},
            # Logistic regression says what LDA says here, and takes most of the time.
            "compare": {"probes": ["lda", "knn", "rbf"], **corpus.compare},
            "embed": {"model": "phone", "layers": [LAYER], "device": "cpu"},
            "layers": {"models": list(MODELS)},
        }
    )


def last(events: Iterator[Any], kind: type) -> Any:
    """Run to the end and return the result."""
    return next(event for event in events if isinstance(event, kind))


def represented(corpus: Corpus, shared: Path) -> tuple[Settings, Results, list[Representation]]:
    """Measure, and embed with every model."""
    settings = settings_of(corpus, shared)
    results: Results = last(running(settings, steps=("measure", "embed")), Results)
    items = [item for item in results.spaces.representations if item not in results.spaces.vectors]
    for event in model_vectors(results.opened, find_models(settings), (LAYER,)):
        if isinstance(event, ModelVectors):
            items.append(event.layers[LAYER])
    items += [item for item in results.spaces.vectors if item.name not in {one.name for one in items}]
    return settings, results, items


def numbers(corpus: Corpus, shared: Path, probes: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Make the tables that are stored again, without the report: what the tests compare."""
    settings, results, items = represented(corpus, shared)
    params = replace(settings.compare, probes=probes)
    scores = compare(items, results.table.drop_duplicates("id"), params)
    moved: Sensitivity = last(sensing(results.opened, results.spaces, workers=2), Sensitivity)
    return {
        "scores": scores.table,
        "ranking": rank(scores).table,
        "sensitivity_summary": moved.summary,
        "sensitivity_differences": moved.differences,
    }


def answer(corpus: Corpus, shared: Path) -> Answer:
    """Apply all yardsticks."""
    settings, results, items = represented(corpus, shared)
    one_row = results.table.drop_duplicates("id")
    found: Yardsticks = last(judging(items, one_row, settings, window=settings.formants.window), Yardsticks)
    moved: Sensitivity = last(sensing(results.opened, results.spaces, workers=2), Sensitivity)
    return Answer(corpus, settings, results, found, moved)


def write(found: Answer) -> None:
    """Write tables, report and figure of one corpus."""
    folder = FOLDER / found.corpus.name
    for name, table in found.tables().items():
        write_table(table, folder / f"{name}.csv", keep_order=True)
    # The report names what was used, not where it lay on the maker's machine.
    told = found.settings.updated(
        {"run": {"corpus": found.corpus.folder or "sample corpus", "speakers": found.corpus.speakers}}
    )
    write_report(
        found.yardsticks,
        folder,
        told,
        source=found.corpus.title,
        speech=True,
        measurements=found.results.facts["measurements"],
        sensitivity=found.sensitivity,
        notes=found.results.notes,
    )
    maps = {item.name: item for item in found.yardsticks.maps}
    chart = next(item for name, item in maps.items() if name.startswith("Lobanov"))
    vectors = next(item for item in maps.values() if item.method != "plane")
    save_figure(side_by_side(chart, vectors), IMAGES / f"answer_{found.corpus.name}.png", dpi=150)


def page(answers: dict[str, dict[str, pd.DataFrame]], texts: dict[str, list[str]]) -> str:
    """Put the page together from the tables and the words around them."""
    head, tail = words("answer")
    parts = [head]
    for corpus in CORPORA:
        tables = answers[corpus.name]
        ranking = tables["ranking"]
        first = tables["scores"].query("goal == 'label'").iloc[0]
        parts += [
            f"## {corpus.title}",
            "",
            f"{first['n_tokens']} tokens of {first['n_labels']} vowels, {first['n_speakers']} speakers. "
            f"[Whole report](reports/answer/{corpus.name}/report.html), "
            f"[scores](reports/answer/{corpus.name}/scores.csv).",
            "",
            f"![Lobanov and an embedding of the same tokens](images/answer_{corpus.name}.png)",
            "",
            *ranking_table(ranking, [goal for goal in GOALS if goal in set(ranking["goal"])]),
            "",
            *texts[corpus.name],
            "",
            "If every boundary moved (start, end or both; largest of eight moves):",
            "",
            *sensitivity_table(tables["sensitivity_summary"]),
            "",
        ]
    return "\n".join([*parts, tail])


def sensitivity_table(summary: pd.DataFrame) -> list[str]:
    """Write how far values move, one line per representation and shift."""
    rows = summary[summary["flip_rate"].notna()]
    shown = pd.DataFrame(
        {
            "name": rows["representation"],
            "shift": [f"{1000 * shift:g} ms" for shift in rows["shift"]],
            "median": [f"{value:.2f}" for value in rows["movement_median"]],
            "p90": [f"{value:.2f}" for value in rows["movement_p90"]],
            "flips": [
                f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
                for value, low, high in rows[["flip_rate", "low", "high"]].itertuples(index=False)
            ],
        }
    )
    heads = (
        "",
        "moved by",
        "median movement (sd between tokens)",
        "90th percentile",
        "other nearest label, % [95 % interval]",
    )
    return plain_table(shown, heads)


def sentences(found: Answer) -> list[str]:
    """Read ranking and sensitivity aloud."""
    wanted = ("Lobanov", "Nearey 2", *(f"{name} layer {LAYER}" for name in MODELS))
    chosen = [
        text
        for name, text in found.yardsticks.ranking.sentences.items()
        if name.startswith(wanted) and "PC" not in name
    ]
    return [*(f"- {text}" for text in chosen), f"- {explain_sensitivity(found.sensitivity)}"]


def main() -> None:
    """Write the page and everything behind it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("shared", type=Path)
    shared = parser.parse_args().shared
    answers, texts = {}, {}
    for corpus in CORPORA:
        start = time.perf_counter()
        found = answer(corpus, shared)
        write(found)
        answers[corpus.name], texts[corpus.name] = found.tables(), sentences(found)
        spent = time.perf_counter() - start
        print(f"{corpus.name}: {len(found.yardsticks.scores.table)} scores, {spent:.0f} s", flush=True)
    PAGE.write_text(page(answers, texts), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
