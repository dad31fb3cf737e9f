"""Cautions: what in the material makes a comparison less certain than its numbers look, with the remedy.

Each looks for one thing and says where it was found. The limits are stated in the sentences, so that a reader
can judge them: they are conventions, not tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from w2vpraat.compare.cautions.tokens import (
    ceilings,
    clipped,
    few_frames,
    implausible,
    missing_values,
    short_tokens,
)
from w2vpraat.compare.cautions.words import Caution, caution, count, have, listed, texts
from w2vpraat.compare.material import FEMALE, MALE
from w2vpraat.corpus.clipping import Clipping
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

# A mean of so many tokens strays by more than a fifth of their standard deviation (1 / sqrt(20) = 0.22).
FEW_OF_SPEAKER = 20
FEW_OF_CELL = (
    3  # tokens of a label by a speaker: no sd worth the name, and one slip moves the mean by a third
)
FEW_SPEAKERS = 10  # bootstrap intervals over so few are too narrow
UNEQUAL_SEXES = 2.0  # so many times as many speakers of one sex as of the other


def cautions(
    representations: Sequence[Representation],
    tokens_table: pd.DataFrame,
    *,
    left_out: Sequence[str] = (),
    label: str = "label",
    speaker: str = "speaker",
    sex: str = "sex",
    file: str = "file_name",
    formants: tuple[str, str] = ("F1", "F2"),
    window: float = 0.0,
    clipping: Mapping[str, Clipping] | None = None,
) -> tuple[Caution, ...]:
    """Look at the material of a comparison.

    Parameters
    ----------
    representations : sequence of Representation
        What is compared.
    tokens_table : pandas.DataFrame
        Ids in the column ``id`` or in the index. Of a token with several rows the first one counts. Columns
        that are missing are not looked at.
    left_out : sequence of str
        Ids that were not compared (``scores.left_out["id"]``): they do not count where labels, speakers and
        sexes are counted.
    label, speaker, sex, file : str
        Columns.
    formants : tuple of str
        Columns of F1 and F2 in Hz.
    window : float
        Window of the formant measurement in seconds (``FormantParams.window``); 0: not known.
    clipping : mapping of str to Clipping, optional
        Of the recordings, by what the column `file` says.

    Returns
    -------
    tuple of Caution
        The more serious first; empty if there is nothing to say.
    """
    table = _one_row(tokens_table)
    outside = set(left_out)
    compared = table[[token not in outside for token in table.index]]
    for name in (label, speaker):
        if name in compared.columns:
            compared = compared[texts(compared, name) != ""]
    found: list[Caution | None] = []
    if label in compared.columns and speaker in compared.columns and not compared.empty:
        labels, speakers = texts(compared, label), texts(compared, speaker)
        found += [
            _few_speakers(speakers),
            _unequal_labels(labels, speakers, representations),
            _few_tokens(labels, speakers),
        ]
        if sex in compared.columns:
            found.append(_unequal_sexes(speakers, texts(compared, sex)))
    if clipping is not None:
        found.append(clipped(table, file, clipping))
    if label in table.columns:
        names = texts(table, label)
        found += [
            missing_values(representations, names),
            implausible(table, names, formants),
            short_tokens(table, names, window),
            few_frames(table, names),
            ceilings(table),
        ]
    return tuple(one for one in found if one is not None)


def _one_row(table: pd.DataFrame) -> pd.DataFrame:
    by_id = (table.set_index("id") if "id" in table.columns else table).copy(deep=False)
    by_id.index = by_id.index.astype(str)
    return by_id[~by_id.index.duplicated()]


def _few_speakers(speakers: pd.Series[str]) -> Caution | None:
    n = speakers.nunique()
    if n > FEW_SPEAKERS:
        return None
    sentence = (
        f"{count(n, 'speaker')}, no more than {FEW_SPEAKERS}. Intervals come from resampling speakers, and "
        "of so few they are too narrow: the truth lies outside more often than they say. Read differences as "
        "open unless they are large, and record more speakers rather than more tokens."
    )
    if n == 1:
        sentence = (
            "There is one speaker. Nothing here tells what holds for others, and there are no intervals. "
            "Record more speakers."
        )
    return caution("few_speakers", "Few speakers", sentence, [])


def _unequal_labels(
    labels: pd.Series[str], speakers: pd.Series[str], representations: Sequence[Representation]
) -> Caution | None:
    sets = {name: set(own) for name, own in labels.groupby(speakers)}
    every = set().union(*sets.values())
    lacking = {name: sorted(every - own) for name, own in sets.items() if own != every}
    if len(sets) < 2 or not lacking:
        return None
    shared = sorted(set.intersection(*sets.values()))
    # The regression was made for speakers that lack labels.
    robust = ("nearey2_regression",)
    affected = [
        item.name
        for item in representations
        if item.sees_speaker and item.provenance.get("method") not in robust
    ]
    why = (
        "A mean, standard deviation or scale taken over other vowels is another reference point, which "
        f"shifts these speakers against the others in {listed(affected)}."
        if affected
        else "No representation here takes statistics by speaker, so only the scores are concerned: a "
        "speaker is not asked for what he or she did not say."
    )
    some = f"All speakers share {listed(shared, 30)}" if shared else "No label is shared by all speakers"
    sentence = (
        f"{len(lacking)} of {len(sets)} speakers lack labels that others have. {why} {some}. Compare shared "
        "labels only (--labels), or estimate each speaker with the vowels taken into account (--methods "
        "nearey2_regression, Barreda & Nearey 2018). --balance vowel evens out unequal numbers of tokens, "
        "not missing vowels."
    )
    rows = [
        {"speaker": name, "labels": len(sets[name]), "lacks": ", ".join(missing), "how many": len(missing)}
        for name, missing in sorted(lacking.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return caution("unequal_labels", "Unequal sets of labels", sentence, rows)


def _few_tokens(labels: pd.Series[str], speakers: pd.Series[str]) -> Caution | None:
    counts = speakers.value_counts()
    few = counts[counts < FEW_OF_SPEAKER]
    cells = labels.groupby([speakers.rename("speaker"), labels.rename("label")]).size()
    thin = cells[cells < FEW_OF_CELL]
    if few.empty and len(thin) <= len(cells) / 2:
        return None
    parts = []
    if not few.empty:
        parts.append(
            f"{len(few)} of {count(len(counts), 'speaker')} {have(len(few))} fewer than {FEW_OF_SPEAKER} "
            "tokens. A mean over so few strays by more than a fifth of their standard deviation, and "
            "normalization by speaker carries that into every value."
        )
    if not thin.empty:
        parts.append(
            f"{len(thin)} of {len(cells)} combinations of speaker and label have fewer than {FEW_OF_CELL} "
            "tokens."
        )
    parts.append("Take in more tokens, or leave out such speakers and rare labels (--min-label-tokens).")
    rows = [
        {
            "speaker": name,
            "tokens": int(count),
            "labels": int(labels[speakers == name].nunique()),
            f"labels with fewer than {FEW_OF_CELL}": int((thin.index.get_level_values(0) == name).sum()),
        }
        for name, count in sorted(counts.items(), key=lambda item: (item[1], str(item[0])))
        if count < FEW_OF_SPEAKER or (thin.index.get_level_values(0) == name).any()
    ]
    return caution("few_tokens", "Few tokens", " ".join(parts), rows)


def _unequal_sexes(speakers: pd.Series[str], sexes: pd.Series[str]) -> Caution | None:
    said = sexes.groupby(speakers).first().str.casefold()
    sides = {
        "women": int(said.isin(FEMALE).sum()),
        "men": int(said.isin(MALE).sum()),
    }
    unknown = len(said) - sum(sides.values())
    small, large = sorted(sides.values())
    if not sum(sides.values()) or (large < UNEQUAL_SEXES * max(small, 1) and not unknown):
        return None
    told = f"{count(sides['women'], 'woman', 'women')}, {count(sides['men'], 'man', 'men')}"
    if unknown:
        told += f", {unknown} of unknown sex"
    sentence = (
        f"Of {count(len(said), 'speaker')}: {told}. Scores over all speakers are mostly those of the larger "
        "group, and formants of the smaller one weigh less in what a probe learns. The goals about sex count "
        "both alike, but rest on the smaller group. Balance the speakers, or report both groups apart."
    )
    return caution("unequal_sexes", "Sexes are not balanced", sentence, [])
