"""Which normalization, or which embedding, keeps labels and removes speakers: a ranking and two maps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from w2vpraat.bridge.commands.pictures import praat_picture
from w2vpraat.bridge.commands.score_text import ranking_lines
from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.pairs import Pairs, open_pairs, without_options
from w2vpraat.bridge.tables import praat_table
from w2vpraat.bridge.warm import Warm
from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress, relayed

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from w2vpraat.pipeline.running import Results
    from w2vpraat.pipeline.yardsticks import Yardsticks

STEPS = ("measure", "embed", "compare")
SCORES = (
    "goal",
    "rank",
    "representation",
    "value",
    "low",
    "high",
    "chance",
    "n_tokens",
    "n_speakers",
    "n_labels",
    "direction",
    "probe",
    "unit",
    "shuffled",
    "dim",
    "sees_speaker",
    "behind",
    "behind_low",
    "behind_high",
    "p_holm",
    "gain",
    "gain_low",
    "gain_high",
    "gain_p_holm",
    "gains",
    "note",
)
"""Columns of the Table of scores: those of ranking.csv and scores.csv, what is read first in front."""

SEPARATION = (
    "representation",
    "n_tokens",
    "n_speakers",
    "n_labels",
    "dim",
    "label_share",
    "speaker_share",
    "silhouette",
    "silhouette_low",
    "silhouette_high",
    "neighbours",
    "neighbours_chance",
)
"""Columns of the Table of separation: shares of variance, silhouette, and the nearest-neighbour probe."""

ONE_SPEAKER = (
    "one speaker: tokens are held out within the speaker, so nothing can be said about speakers that a probe"
    " has not met, nor about what is left of speaker and sex, and there are no intervals. Select the Sounds"
    " and TextGrids of several speakers together and give the command again"
)


def compare_normalizations(job: Job, warm: Warm) -> Iterator[Any]:
    """Compare raw and normalized formants and embeddings of the selected recordings.

    Values are those of ``w2vpraat run`` with the same settings.

    Parameters
    ----------
    job : Job
        Sounds and TextGrids, options of a run.
    warm : Warm

    Yields
    ------
    Progress, Skipped, then Answer
        A Table ``scores`` (the ranking, best first for every goal; columns :data:`SCORES`), a Table
        ``separation`` (columns :data:`SEPARATION`), and a picture of both maps if there are both formants and
        vectors. With one speaker tokens are held out within the speaker; the notes say so, and what it
        takes to say more.

    Raises
    ------
    ComparisonError
        If nothing at all can be said of these tokens.
    W2VPraatError
        As a run.
    """
    from w2vpraat.pipeline.running import Results

    pairs = open_pairs(job)
    # Boundaries have a command of their own, and moving them takes long.
    settings = pairs.settings.updated({"sensitivity": {"sensitivity": False}})
    events = warm.running(settings, corpus=pairs.corpus, steps=STEPS)
    results = yield from relayed(events, Results)
    yield Progress("picture", 0, 1)
    figure = _figure(results)
    found = results.yardsticks
    if found is None and figure is None:
        raise ComparisonError(
            "nothing can be compared: " + "; ".join(results.notes),
            "at least two labels need two tokens each; select more recordings, or choose other labels",
        )
    picture, size = (b"", Answer().picture_size) if figure is None else praat_picture(figure)
    yield Progress("picture", 1, 1)
    yield Answer(
        objects=(
            praat_table("scores", score_rows(found)),
            praat_table("separation", separation_rows(found)),
        ),
        message=_message(found, results),
        notes=_notes(pairs, results, figure),
        picture=picture,
        picture_size=size,
    )


def score_rows(found: Yardsticks | None) -> pd.DataFrame:
    """Return the ranking with what the scores say beside it, goal by goal, best first.

    Parameters
    ----------
    found : Yardsticks or None
        None: no rows.

    Returns
    -------
    pandas.DataFrame
        Columns as in :data:`SCORES`.
    """
    import pandas as pd

    if found is None:
        return pd.DataFrame(columns=list(SCORES))
    keys = ["representation", "goal", "probe", "unit"]
    scores = found.scores.table
    more = [name for name in scores.columns if name in keys or name not in found.ranking.table.columns]
    joined = found.ranking.table.merge(scores[more], on=keys, how="left", sort=False, validate="one_to_one")
    return joined[list(SCORES)]


def separation_rows(found: Yardsticks | None) -> pd.DataFrame:
    """Return how far labels lie apart in each representation, clearest first.

    Parameters
    ----------
    found : Yardsticks or None
        None: no rows.

    Returns
    -------
    pandas.DataFrame
        Columns as in :data:`SEPARATION`: label's and speaker's share of the variance (variance.csv), mean
        silhouette of the labels (silhouette.csv), and how many tokens the nearest-neighbour probe gets right
        (scores.csv), with what answering the most frequent label would get.
    """
    import pandas as pd

    if found is None or found.separation is None:
        return pd.DataFrame(columns=list(SEPARATION))
    shares = found.separation.table
    shares = shares[shares["dimension"] == "all"]
    named = ["representation", "n_tokens", "n_speakers", "n_labels", "dim"]
    table = shares[named].drop_duplicates().set_index("representation")
    for part in ("label", "speaker"):
        table[f"{part}_share"] = shares[shares["part"] == part].set_index("representation")["share"]
    silhouette = found.separation.silhouette.set_index("representation")
    for name, column in {"silhouette": "value", "silhouette_low": "low", "silhouette_high": "high"}.items():
        table[name] = silhouette[column]
    scores = found.scores.table
    nearest = scores[
        (scores["goal"] == "label") & (scores["probe"] == "knn") & (scores["unit"] == "accuracy")
    ]
    nearest = nearest.set_index("representation")
    table["neighbours"] = nearest["value"]
    table["neighbours_chance"] = nearest["chance"]
    table = table.sort_values("silhouette", ascending=False, kind="stable")
    return table.reset_index()[list(SEPARATION)]


def _message(found: Yardsticks | None, results: Results) -> str:
    tokens = len(results.opened.tokens.kept)
    speakers = results.table["speaker"].nunique()
    counts = f"{tokens} tokens, {speakers} speaker{'s' if speakers != 1 else ''}."
    if found is None:
        return f"{counts}\nThese tokens allow no comparison; the notes say why."
    return "\n".join([counts, *ranking_lines(found)])


def _notes(pairs: Pairs, results: Results, figure: Figure | None) -> tuple[str, ...]:
    found = results.yardsticks
    notes = [*results.notes]
    if found is not None:
        separation = found.separation.notes if found.separation is not None else ()
        notes += [*found.scores.notes, *separation, *found.notes]
        notes += [f"{one.title}. {one.sentence}" for one in found.cautions]
    if results.table["speaker"].nunique() < 2:
        # Said once, with the remedy, and not by every yardstick.
        notes = [ONE_SPEAKER, *(one for one in notes if not one.startswith(("one speaker", "Few speakers")))]
    if figure is None:
        notes.append("no picture: it needs three tokens that have both formants and vectors")
    return tuple(dict.fromkeys((*pairs.notes, *map(without_options, notes))))


def _figure(results: Results) -> Figure | None:
    """Draw the normalized vowel chart beside the map of the embedding."""
    from w2vpraat.pipeline.picture import draw_spaces, shown_pair

    settings = results.opened.settings
    shown = shown_pair(results.spaces)
    title = "" if shown is None else f"{shown[0].name} and {shown[1].name}: the same tokens"
    return draw_spaces(results.spaces, settings.compare, label_map=settings.tokens.label_map, title=title)
