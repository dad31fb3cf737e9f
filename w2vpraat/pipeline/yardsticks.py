"""All yardsticks on the same tokens: scores, ranking, pairs, shares of variance, maps, cautions.

What the command line, the report, the window and Praat show about a set of representations comes from here,
so that a table without audio gets the same as a run.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from w2vpraat.errors import ComparisonError, InputError
from w2vpraat.events import Progress, relayed
from w2vpraat.representation import Representation
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare import Projection, Scores
    from w2vpraat.compare.cautions.words import Caution
    from w2vpraat.compare.ranking import Ranking
    from w2vpraat.compare.separation.pairs import PairTable
    from w2vpraat.compare.separation.variance import Separation
    from w2vpraat.compare.tokens.disagreement import Review
    from w2vpraat.corpus.clipping import Clipping


@dataclass(frozen=True)
class Roles:
    """Columns of the token table."""

    label: str = "label"
    speaker: str = "speaker"
    sex: str = "sex"
    file: str = "file_name"


@dataclass(frozen=True, eq=False)
class Yardsticks:
    """What was found.

    Attributes
    ----------
    representations : tuple of Representation
    table : pandas.DataFrame
        One row per token.
    roles : Roles
    scores : Scores
    ranking : Ranking
    differences : pandas.DataFrame
        Every two representations, for every goal by the probe that stands for it.
    pairs : PairTable or None
        None if no two labels have enough tokens.
    separation : Separation or None
    review : Review or None
        Tokens worth a second look.
    maps : tuple of Projection
        Of the same tokens, formants first, laid alike.
    cautions : tuple of Caution
    notes : tuple of str
    """

    representations: tuple[Representation, ...]
    table: pd.DataFrame
    roles: Roles
    scores: Scores
    ranking: Ranking
    differences: pd.DataFrame
    pairs: PairTable | None
    separation: Separation | None
    review: Review | None
    maps: tuple[Projection, ...]
    cautions: tuple[Caution, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class LabelSeparation:
    """How far labels lie apart: two at a time, and all of them.

    Attributes
    ----------
    pairs : PairTable
    separation : Separation
        Shares of variance and silhouettes.
    """

    pairs: PairTable
    separation: Separation

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, each once."""
        return tuple(dict.fromkeys((*self.pairs.notes, *self.separation.notes)))


def separating_labels(
    representations: Sequence[Representation],
    table: pd.DataFrame,
    settings: Settings,
    *,
    label: str = "label",
    speaker: str = "speaker",
    following: str = "fol_seg",
    preceding: str = "pre_seg",
) -> Iterator[Progress | LabelSeparation]:
    """Measure how far labels lie apart, pair by pair and all together.

    Parameters
    ----------
    representations, table
        As for `judging`.
    settings : Settings
        Sections `pairs` and `compare`.
    label, speaker, following, preceding : str
        Columns.

    Yields
    ------
    Progress, then LabelSeparation

    Raises
    ------
    ComparisonError
        Unknown labels or columns, too few tokens of a label, no token in the context.
    """
    from w2vpraat.compare.separation.pairs import PairTable, separating
    from w2vpraat.compare.separation.variance import separation_of_all

    where = {"label": label, "speaker": speaker, "following": following, "preceding": preceding}
    events = separating(representations, table, settings.pairs, settings.compare, **where)
    pairs: PairTable = yield from relayed(events, PairTable)
    everything = separation_of_all(representations, table, settings.pairs, settings.compare, **where)
    yield LabelSeparation(pairs, everything)


def judging(
    representations: Sequence[Representation],
    table: pd.DataFrame,
    settings: Settings,
    *,
    roles: Roles | None = None,
    mapped: Sequence[str] | None = None,
    window: float = 0.0,
    clipping: Mapping[str, Clipping] | None = None,
) -> Iterator[Progress | Yardsticks]:
    """Apply all yardsticks.

    Parameters
    ----------
    representations : sequence of Representation
        Raw formants first, where they were measured: the others are measured by the first.
    table : pandas.DataFrame
        One row per token, with a column ``id``.
    settings : Settings
        Sections `compare`, `pairs` and `review`.
    roles : Roles, optional
        Columns.
    mapped : sequence of str, optional
        Tokens that the maps show (vowels); default: all.
    window : float
        Window of the formant measurement in seconds; 0: not known.
    clipping : mapping of str to Clipping, optional
        Of the recordings, by the column of the file.

    Yields
    ------
    Progress, then Yardsticks

    Raises
    ------
    ComparisonError
        If nothing can be compared. What only some yardsticks can't do becomes a note.
    """
    from w2vpraat.compare.cautions.material import cautions
    from w2vpraat.compare.comparison import compare_each
    from w2vpraat.compare.ranking import rank
    from w2vpraat.compare.scores import Scores

    roles = Roles() if roles is None else roles
    params = settings.compare
    total, scores = len(representations), None
    yield Progress("compare", 0, total)
    done = 0
    for event in compare_each(
        representations,
        table,
        params,
        label=roles.label,
        speaker=roles.speaker,
        sex=roles.sex,
        file=roles.file,
    ):
        if isinstance(event, Scores):
            scores = event
        elif done < total:
            done += 1
            yield Progress("compare", done, total, event)
    if scores is None:
        raise RuntimeError("the comparison ended without a result")
    notes: list[str] = []
    pairs = yield from _pairs(representations, table, settings, roles, notes)
    separation = _separation(representations, table, settings, roles, notes)
    review = yield from _review(representations, table, settings, roles, notes)
    yield Progress("map", 0, 1)
    maps = tuple(_maps(representations, table, settings, roles, mapped, notes))
    yield Progress("map", 1, 1)
    found = cautions(
        representations,
        table,
        left_out=list(scores.left_out["id"]),
        label=roles.label,
        speaker=roles.speaker,
        sex=roles.sex,
        file=roles.file,
        window=window,
        clipping=clipping,
    )
    ranking = rank(scores)
    yield Yardsticks(
        representations=tuple(representations),
        table=table,
        roles=roles,
        scores=scores,
        ranking=ranking,
        differences=all_differences(scores, ranking),
        pairs=pairs,
        separation=separation,
        review=review,
        maps=maps,
        cautions=found,
        notes=tuple(notes),
    )


def all_differences(scores: Scores, ranking: Ranking) -> pd.DataFrame:
    """Compare every two representations on every goal, by the probe that stands for it."""
    import pandas as pd

    from w2vpraat.compare.paired import COLUMNS, paired_differences

    asked = ranking.table[["goal", "probe", "unit"]].drop_duplicates()
    parts = [
        paired_differences(scores, goal, probe=probe, unit=unit)
        for goal, probe, unit in asked.itertuples(index=False)
    ]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def _pairs(
    representations: Sequence[Representation],
    table: pd.DataFrame,
    settings: Settings,
    roles: Roles,
    notes: list[str],
) -> Generator[Any, None, PairTable | None]:
    """Yield progress and return the pairs, or None with a note."""
    from w2vpraat.compare.separation.pairs import PairTable, separating

    try:
        for event in separating(
            representations,
            table,
            settings.pairs,
            settings.compare,
            label=roles.label,
            speaker=roles.speaker,
        ):
            if isinstance(event, PairTable):
                return event
            yield event
    except (ComparisonError, InputError) as error:
        notes.append(f"pairs of labels are left out: {error}")
    return None


def _separation(
    representations: Sequence[Representation],
    table: pd.DataFrame,
    settings: Settings,
    roles: Roles,
    notes: list[str],
) -> Separation | None:
    from w2vpraat.compare.separation.variance import separation_of_all

    try:
        return separation_of_all(
            representations,
            table,
            settings.pairs,
            settings.compare,
            label=roles.label,
            speaker=roles.speaker,
        )
    except (ComparisonError, InputError) as error:
        notes.append(f"shares of variance are left out: {error}")
        return None


def _review(
    representations: Sequence[Representation],
    table: pd.DataFrame,
    settings: Settings,
    roles: Roles,
    notes: list[str],
) -> Generator[Any, None, Review | None]:
    """Yield progress and return the tokens worth a second look, or None with a note."""
    from w2vpraat.compare.tokens.disagreement import Review, reviewing_tokens
    from w2vpraat.pipeline.reviewing import choose_two

    try:
        chosen, remarks = choose_two(representations, settings.review)
        for event in reviewing_tokens(
            chosen,
            table,
            settings.review,
            settings.compare,
            label=roles.label,
            speaker=roles.speaker,
            file=roles.file,
        ):
            if isinstance(event, Review):
                notes.extend(remarks)
                return event
            yield event
    except (ComparisonError, InputError) as error:
        notes.append(f"the list of tokens worth a second look is left out: {error}")
    return None


def chosen_maps(representations: Sequence[Representation]) -> list[Representation]:
    """Choose what the maps show: two charts of formants (raw, normalized) and two of the others.

    With formants or embeddings alone, up to four of them.
    """
    formants = [item for item in representations if is_chart(item)]
    others = [item for item in representations if not is_chart(item)]
    return [*formants[:2], *others[:2]] if formants and others else [*formants, *others][:4]


def is_chart(item: Representation) -> bool:
    """Whether it can be drawn as a vowel chart: it has F1 and F2, raw or normalized."""
    names = [column.upper()[:2] for column in item.columns]
    return "F1" in names and "F2" in names


def _maps(
    representations: Sequence[Representation],
    table: pd.DataFrame,
    settings: Settings,
    roles: Roles,
    mapped: Sequence[str] | None,
    notes: list[str],
) -> Iterator[Projection]:
    from w2vpraat.compare.maps.projection import align, project

    items = chosen_maps(representations)
    if mapped is not None:
        shown = set(mapped)
        items = [item.take([token for token in item.ids if token in shown]) for item in items]
    first: Projection | None = None
    for item in items:
        method = "plane" if is_chart(item) else settings.compare.projection
        columns = chart_columns(item) if method == "plane" else None
        try:
            found = project(
                item,
                table,
                method,
                columns=columns,
                also=items,
                params=settings.compare,
                label=roles.label,
                speaker=roles.speaker,
            )
        except (ComparisonError, InputError) as error:
            notes.append(f"no map of {item.name}: {error}")
            continue
        if first is None:
            first = found
        elif method != "plane":
            found = align(first, found)
        yield found


def chart_columns(item: Representation) -> tuple[str, str]:
    """Return the columns of F2 and F1, however they are written."""
    found = [next(name for name in item.columns if name.upper().startswith(one)) for one in ("F2", "F1")]
    return found[0], found[1]
