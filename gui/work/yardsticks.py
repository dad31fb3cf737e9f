"""What the jobs of the yardsticks do: make the values that are missing, compare, draw, put into words, write.

Nothing here knows Qt. The numbers are those of the command line: the same functions of `w2vpraat.pipeline`
on the same settings.
"""

from __future__ import annotations

import io
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.corpus.discover import Corpus
from w2vpraat.errors import InputError
from w2vpraat.events import Progress, Skipped, relayed
from w2vpraat.pipeline.running import VALUES, Results, judging_spaces, running
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from w2vpraat.pipeline.layers import Prepared

RANKING, PAIRS, LAYERS, CLAIMS, SENSITIVITY = KINDS = ("ranking", "pairs", "layers", "claims", "sensitivity")
SECTIONS: Mapping[str, tuple[str, ...]] = {
    RANKING: (*VALUES, "compare"),
    PAIRS: (*VALUES, "compare", "pairs"),
    LAYERS: (*VALUES, "compare", "layers"),
    CLAIMS: ("read", "tokens", "embed", "compare", "layers", "claims"),
    SENSITIVITY: (*VALUES, "compare", "sensitivity"),
}
"""Sections of the settings that each yardstick depends on."""
CHOSEN = ("sources", "speakers", "ceilings", "metadata")
"""What else all of them depend on."""
STEPS = ("measure", "embed")
DPI = 200
"""Of the pictures: two dots for each pixel of an ordinary screen."""
Events = Iterator[Any]


@dataclass(frozen=True, eq=False)
class Found:
    """What a yardstick found.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    settings : Settings
        As they were when it was asked.
    outcome : object
        ranking: `Results` with yardsticks; pairs: `LabelSeparation`; layers: `LayersResults`; claims:
        `ClaimsResults`; sensitivity: `SensitivityResults`.
    run : Results or None
        Tokens and values it was made of; None for layers and claims, which have models of their own.
    said, warnings, notes : tuple of str
        The result in words; traps in these data; what else the reader should know.
    pictures : mapping of str to bytes
        Name of the figure -> PNG.
    sentences : mapping
        Two labels -> what is said of the pair.
    methods : str
        Paragraph and references, ready to paste.
    seconds : float
        How long it took.
    """

    kind: str
    settings: Settings
    outcome: Any
    run: Results | None = None
    said: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    sentences: Mapping[tuple[str, str], str] = field(default_factory=dict)
    methods: str = ""
    skipped: tuple[Skipped, ...] = ()
    seconds: float = 0.0

    def is_outdated(self, settings: Settings) -> bool:
        """Whether it would be another result with these settings."""
        then, now = asked(self.kind, self.settings), asked(self.kind, settings)
        return any(then.group(name) != now.group(name) for name in SECTIONS[self.kind]) or any(
            getattr(then, name) != getattr(now, name) for name in CHOSEN
        )


def asked(kind: str, settings: Settings) -> Settings:
    """Return the settings that a yardstick is asked with: all layers, whichever are measured, for layers."""
    if kind in (LAYERS, CLAIMS):
        return replace(settings, embed=replace(settings.embed, layers=()))
    return settings


def finding(
    kind: str,
    settings: Settings,
    corpus: Corpus,
    known: Results | None = None,
    workers: int | None = None,
) -> Iterator[Progress | Skipped | Found]:
    """Ask a yardstick of what is on the screen.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    settings : Settings
    corpus : Corpus
        With the annotations of the window.
    known : Results, optional
        Values that are used if they are those of these tokens and settings.
    workers : int, optional
        Measuring processes, if values are missing.

    Yields
    ------
    Progress, Skipped, then Found
    """
    began = time.monotonic()
    makers = {
        RANKING: _ranking,
        PAIRS: _pairs,
        LAYERS: _layers,
        CLAIMS: _claims,
        SENSITIVITY: _sensitivity,
    }
    skipped: list[Skipped] = []
    made = makers[kind](asked(kind, settings), corpus, known, workers)
    found = yield from relayed(made, Found, skipped)
    yield replace(found, skipped=tuple(skipped), seconds=time.monotonic() - began)


def _run(
    settings: Settings, corpus: Corpus, known: Results | None, workers: int | None
) -> Generator[Any, None, Results]:
    if settings.embed.pooling == "frames":
        raise InputError(
            'pooling "frames" gives many vectors per token, which can\'t be compared',
            "choose another pooling in the Measure panel",
        )
    events = running(settings, corpus=corpus, steps=STEPS, workers=workers, known=known)
    found: Results = yield from relayed(events, Results)
    return found


def _ranking(settings: Settings, corpus: Corpus, known: Results | None, workers: int | None) -> Events:
    from w2vpraat.compare.reading import explain
    from w2vpraat.export.ranking_figure import ranking_figure
    from w2vpraat.pipeline.yardstick_folder import comparison_methods
    from w2vpraat.pipeline.yardsticks import Yardsticks

    run = yield from _run(settings, corpus, known, workers)
    found = yield from relayed(judging_spaces(run.opened, run.spaces), Yardsticks)
    methods = comparison_methods(
        found,
        settings,
        source=Path(settings.corpus).resolve().name,
        speech=True,
        measurements=run.facts["measurements"],
    )
    pictures = yield from _drawn([("ranking", ranking_figure(found.ranking.table))])
    yield Found(
        RANKING,
        settings,
        replace(run, yardsticks=found),
        run,
        said=(explain(found.scores, found.ranking), *found.ranking.sentences.values()),
        warnings=tuple(f"{one.title}: {one.sentence}" for one in found.cautions),
        notes=_unique(run.notes, found.scores.notes, found.notes),
        pictures=pictures,
        methods=f"{methods.text}\n\n{methods.reference_list}\n",
    )


def _pairs(settings: Settings, corpus: Corpus, known: Results | None, workers: int | None) -> Events:
    from w2vpraat.pipeline.yardsticks import LabelSeparation, separating_labels

    run = yield from _run(settings, corpus, known, workers)
    events = separating_labels(run.spaces.representations, run.table.drop_duplicates("id"), settings)
    found = yield from relayed(events, LabelSeparation)
    yield pairs_found(settings, run, found)


def pairs_found(settings: Settings, run: Results, found: Any) -> Found:
    """Put the separation of labels into words.

    Parameters
    ----------
    settings : Settings
    run : Results
    found : LabelSeparation
    """
    from w2vpraat.compare.separation.reading import explain_pair

    sentences = {pair: explain_pair(found.pairs, pair) for pair in found.pairs.pairs}
    return Found(
        PAIRS,
        settings,
        found,
        run,
        said=tuple(sentences.values()),
        notes=_unique(run.notes, found.notes),
        sentences=sentences,
    )


def with_pairs(found: Found) -> tuple[Found, ...]:
    """Return a ranking, and the pairs of labels that were measured with it, if these data allow them."""
    from w2vpraat.pipeline.yardsticks import LabelSeparation

    judged = found.outcome.yardsticks if found.kind == RANKING else None
    if judged is None or judged.pairs is None or judged.separation is None or found.run is None:
        return (found,)
    both = LabelSeparation(judged.pairs, judged.separation)
    return found, replace(pairs_found(found.settings, found.run, both), skipped=found.skipped)


def tokens_of_pair(found: Found, pair: tuple[str, str], speaker: str = "") -> list[str]:
    """Return the ids, as measured, of the tokens that a pair was measured on.

    Parameters
    ----------
    found : Found
        Of kind pairs.
    pair : (str, str)
        Two labels.
    speaker : str
        Only this speaker's; empty: all.
    """
    from w2vpraat.compare.separation.choosing import in_context

    assert found.run is not None
    pairs = found.outcome.pairs
    table = in_context(
        found.run.table.drop_duplicates("id"),
        pairs.before,
        pairs.after,
        following="fol_seg",
        preceding="pre_seg",
    )
    wanted = table["label"].isin(pair) & ~table["id"].isin(set(pairs.left_out["id"]))
    if speaker:
        wanted &= table["speaker"].astype(str) == speaker
    return list(table.loc[wanted, "id"])


def _layers(settings: Settings, corpus: Corpus, _known: Results | None, _workers: int | None) -> Events:
    from w2vpraat.pipeline.layer_folder import layer_drawings
    from w2vpraat.pipeline.layers import LayersResults, looking_into_layers

    found = yield from relayed(looking_into_layers(settings, corpus=corpus), LayersResults)
    pictures = yield from _drawn(layer_drawings(found))
    found = replace(found, prepared=_without_vectors(found.prepared))
    said = tuple(_layer_sentences(found.tables["layers"]))
    yield Found(LAYERS, settings, found, said=said, notes=found.notes, pictures=pictures)


def _layer_sentences(table: pd.DataFrame) -> Iterator[str]:
    """Say for each task which layers tell most and least, by the probe that the figure shows."""
    from w2vpraat.compare.goals.titles import PROBES, goal_title
    from w2vpraat.export.layer_figures import one_unit

    rows = one_unit(table)
    for target, own in rows[rows["layer"].notna()].groupby("target", sort=False):
        probe = str(own["probe"].iloc[0])
        ordered = own.sort_values("value", ascending=False, kind="stable")
        told = [
            f"{row['representation']} ({100 * row['value']:.1f} %)"
            for row in (ordered.iloc[0], ordered.iloc[-1])
        ]
        yield (
            f"{goal_title(str(target))}, {PROBES.get(probe, probe)}: most in {told[0]}, least in {told[1]}; "
            f"chance {100 * own['chance'].median():.1f} %."
        )


def _claims(settings: Settings, corpus: Corpus, _known: Results | None, _workers: int | None) -> Events:
    from w2vpraat.export.pages.claims_page import claims_figure
    from w2vpraat.pipeline.claims import ClaimsResults, examining_claims

    found = yield from relayed(examining_claims(settings, corpus=corpus), ClaimsResults)
    table = found.table
    pictures = yield from _drawn([("claims", claims_figure(table))] if len(table) else [])
    said = tuple(f"{one.claim}. {one.title}: {one.verdict}. {one.sentence}" for one in found.verdicts)
    found = replace(found, prepared=_without_vectors(found.prepared))
    yield Found(CLAIMS, settings, found, said=said, notes=found.notes, pictures=pictures)


def _without_vectors(prepared: Prepared) -> Prepared:
    # All layers of five models would fill the memory for as long as the result is shown; nothing needs them.
    return replace(prepared, rivals=(), models=tuple(replace(one, layers={}) for one in prepared.models))


def _sensitivity(settings: Settings, corpus: Corpus, known: Results | None, workers: int | None) -> Events:
    from w2vpraat.compare.tokens.sensitivity_summary import explain_sensitivity
    from w2vpraat.pipeline.sensitivity_folder import (
        SensitivityResults,
        moving_boundaries,
        sensitivity_drawings,
    )

    events = moving_boundaries(settings, corpus=corpus, workers=workers, known=known)
    found = yield from relayed(events, SensitivityResults)
    moved = found.sensitivity
    pictures = yield from _drawn(sensitivity_drawings(moved))
    text = explain_sensitivity(moved)
    yield Found(
        SENSITIVITY,
        settings,
        found,
        found.run,
        said=(text,) if text else (),
        notes=_unique(found.run.notes, moved.notes),
        pictures=pictures,
    )


def _drawn(figures: Iterable[tuple[str, Figure]]) -> Generator[Progress, None, dict[str, bytes]]:
    from w2vpraat.export.figures import any_sign

    made: dict[str, bytes] = {}
    for name, figure in figures:
        yield Progress("draw", len(made), len(made) + 1, name)
        buffer = io.BytesIO()
        with any_sign():
            figure.savefig(buffer, format="png", dpi=DPI)
        made[name] = buffer.getvalue()
    return made


def _unique(*notes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note for some in notes for note in some))


# Writing


def saving(found: Found, folder: Path) -> Iterator[tuple[Path, ...]]:
    """Write what the command line writes into a folder, with provenance, and yield the files."""
    if found.kind == RANKING:
        from w2vpraat.pipeline.comparison_folder import write_comparison

        yield write_comparison(found.outcome, folder)
    elif found.kind == PAIRS:
        from w2vpraat.pipeline.comparison_folder import write_separation

        assert found.run is not None
        yield write_separation(found.run, found.outcome, folder)
    elif found.kind == LAYERS:
        from w2vpraat.pipeline.layer_folder import write_layers

        yield write_layers(found.outcome, folder)
    elif found.kind == CLAIMS:
        from w2vpraat.pipeline.claims import write_claims

        yield write_claims(found.outcome, folder)
    else:
        from w2vpraat.pipeline.sensitivity_folder import write_sensitivity

        yield write_sensitivity(found.outcome, folder)


def reporting(
    path: Path,
    settings: Settings,
    corpus: Corpus,
    known: Results | None = None,
    ranking: Found | None = None,
    moved: Found | None = None,
    workers: int | None = None,
) -> Iterator[Any]:
    """Write the page of `w2vpraat run` to a file.

    Parameters
    ----------
    path : Path
    settings, corpus, known, workers
        As for `finding`.
    ranking, moved : Found, optional
        A ranking and a sensitivity of these settings and annotations; what is missing is made.

    Yields
    ------
    Progress, Skipped, then Path
    """
    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.pipeline.results import write_run_report
    from w2vpraat.pipeline.sensitivity import sensing
    from w2vpraat.pipeline.yardsticks import Yardsticks

    wanted = ("pairs", "review")  # beside what makes a ranking another one
    if ranking is not None and all(ranking.settings.group(one) == settings.group(one) for one in wanted):
        results: Results = replace(ranking.outcome, opened=replace(ranking.outcome.opened, settings=settings))
    else:
        run = yield from _run(settings, corpus, known, workers)
        judged = yield from relayed(judging_spaces(run.opened, run.spaces), Yardsticks)
        results = replace(run, yardsticks=judged)
    if settings.sensitivity.sensitivity:
        if moved is not None:
            sensed = moved.outcome.sensitivity
        else:
            sensed = yield from relayed(sensing(results.opened, results.spaces), Sensitivity)
        results = replace(results, sensitivity=sensed)
    yield Progress("report", 0, 1, path.name)
    yield write_run_report(results, path.parent, name=path.name)
