"""What is compared: the tokens that every representation has, as numbers of labels, speakers and sexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.probes.linear import encode
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

FEMALE = frozenset({"f", "female", "w", "woman", "women"})
MALE = frozenset({"m", "male", "man", "men"})


@dataclass(frozen=True, eq=False)
class Material:
    """The tokens compared, sorted by id, so that no result depends on the order of a table.

    Attributes
    ----------
    ids : tuple of str
    label_names, speaker_names, sex_names : tuple of str
    labels, speakers : ndarray, shape (n_tokens,)
        Numbers of label and speaker.
    files : ndarray, shape (n_tokens,), or None
        Numbers of the recordings.
    sex : ndarray, shape (n_speakers,)
        0 or 1, -1 = unknown.
    reasons : dict
        id -> (reason, detail) of the tokens left out.
    notes : tuple of str
    """

    ids: tuple[str, ...]
    label_names: tuple[str, ...]
    labels: Ints
    speaker_names: tuple[str, ...]
    speakers: Ints
    files: Ints | None
    sex_names: tuple[str, ...]
    sex: Ints
    reasons: dict[str, tuple[str, str]]
    notes: tuple[str, ...]

    @property
    def n_labels(self) -> int:
        """Number of labels."""
        return len(self.label_names)

    @property
    def n_speakers(self) -> int:
        """Number of speakers."""
        return len(self.speaker_names)

    def vectors(self, representation: Representation) -> Floats:
        """Return the values of these tokens in double precision, shape (n_tokens, dim)."""
        return np.asarray(representation.take(self.ids).values, dtype=np.float64)


def gather(
    representations: Sequence[Representation],
    tokens: pd.DataFrame,
    params: CompareParams,
    *,
    label: str,
    speaker: str,
    sex: str,
    file: str,
    every_label: bool = False,
) -> Material:
    """Find the tokens that can be compared, and say what became of the others.

    Rare labels are left out unless ``every_label`` (for maps, which also show a single label).

    Raises
    ------
    ComparisonError
        No representation, a repeated name, no label column, or nothing left to compare.
    """
    names = [item.name for item in representations]
    if not names:
        raise ComparisonError("there is no representation to compare", "give at least one")
    if len(set(names)) < len(names):
        raise ComparisonError("two representations have the same name", "rename one of them")
    table = _by_id(tokens)
    if label not in table.columns:
        raise ComparisonError(f'the token table has no column "{label}"', "name the column of the labels")
    reasons: dict[str, tuple[str, str]] = {}
    common = _common(representations, [str(token) for token in table.index], reasons)
    table = table.loc[sorted(common)]
    labels = _texts(table, label)
    speakers = _texts(table, speaker)
    notes: list[str] = []
    if not any(speakers):
        notes.append("no speaker is known, so all tokens count as one speaker's")
        speakers = ["(unknown)"] * len(speakers)
    kept = _sift(table.index, labels, speakers, None if every_label else params, reasons, notes)
    least = 1 if every_label else 2
    if len(kept) < 2 or len({labels[row] for row in kept}) < least:
        raise ComparisonError(
            f"nothing to compare: {len(kept)} tokens of {len({labels[row] for row in kept})} labels are left",
            _why(reasons) or "give at least two labels with two tokens each",
        )
    table = table.iloc[kept]
    label_names, label_numbers = encode([labels[row] for row in kept])
    speaker_names, speaker_numbers = encode([speakers[row] for row in kept])
    files = _texts(table, file)
    sex_names, sexes = _sexes(table, sex, speaker_names, speaker_numbers, notes)
    if reasons:
        notes.insert(0, f"{len(reasons)} tokens are left out: {_why(reasons)}")
    return Material(
        ids=tuple(str(token) for token in table.index),
        label_names=label_names,
        labels=label_numbers,
        speaker_names=speaker_names,
        speakers=speaker_numbers,
        files=encode(files)[1] if all(files) else None,
        sex_names=sex_names,
        sex=sexes,
        reasons=reasons,
        notes=tuple(notes),
    )


def column_texts(tokens: pd.DataFrame, column: str, ids: Sequence[str]) -> list[str]:
    """Return the cells of a column for these tokens as texts; empty for missing values.

    Raises
    ------
    ComparisonError
        If there is no such column.
    """
    table = _by_id(tokens)
    if column not in table.columns:
        names = ", ".join(map(str, table.columns))
        raise ComparisonError(f'the token table has no column "{column}"', f"columns: {names}")
    return _texts(table.loc[list(ids)], column)


def _by_id(tokens: pd.DataFrame) -> pd.DataFrame:
    table: pd.DataFrame = (tokens.set_index("id") if "id" in tokens.columns else tokens).copy(deep=False)
    table.index = table.index.astype(str)
    if table.index.has_duplicates:
        twice = table.index[table.index.duplicated()][0]
        raise ComparisonError(
            f"the token table has token {twice} more than once", "give one row per token, not one per time"
        )
    return table


def _common(
    representations: Sequence[Representation], ids: Sequence[str], reasons: dict[str, tuple[str, str]]
) -> set[str]:
    common = set(ids)
    for item in representations:
        for token in common.difference(item.ids):
            reasons[token] = ("not measured", f"no row in {item.name}")
        common.intersection_update(item.ids)
    for item in representations:
        complete = item.complete
        for token, whole in zip(item.ids, complete, strict=True):
            if not whole and token in common:
                common.discard(token)
                reasons[token] = ("missing value", item.name)
    return common


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    if column not in table.columns:
        return [""] * len(table)
    return ["" if _absent(value) else str(value).strip() for value in table[column]]


def _absent(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def _sift(
    index: pd.Index[str],
    labels: Sequence[str],
    speakers: Sequence[str],
    params: CompareParams | None,
    reasons: dict[str, tuple[str, str]],
    notes: list[str],
) -> list[int]:
    kept = []
    for row, token in enumerate(index):
        if not labels[row]:
            reasons[str(token)] = ("no label", "")
        elif not speakers[row]:
            reasons[str(token)] = ("no speaker", "")
        else:
            kept.append(row)
    if params is None:
        return kept
    several = len({speakers[row] for row in kept}) > 1
    voices: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for row in kept:
        voices.setdefault(labels[row], set()).add(speakers[row])
        counts[labels[row]] = counts.get(labels[row], 0) + 1
    rare = {
        name: "one speaker" if counts[name] >= params.min_label_tokens else f"{counts[name]} token(s)"
        for name in counts
        if counts[name] < params.min_label_tokens or (several and len(voices[name]) < 2)
    }
    for row in kept:
        if labels[row] in rare:
            reasons[str(index[row])] = ("rare label", f"{labels[row]}: {rare[labels[row]]}")
    if rare:
        listed = ", ".join(f"{name} ({why})" for name, why in sorted(rare.items()))
        notes.append(f"labels left out because they are too rare: {listed}")
    return [row for row in kept if labels[row] not in rare]


def _why(reasons: dict[str, tuple[str, str]]) -> str:
    counts: dict[str, int] = {}
    for reason, detail in reasons.values():
        named = f"{reason} in {detail}" if reason == "missing value" else reason
        counts[named] = counts.get(named, 0) + 1
    return ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items()))


def _sexes(
    table: pd.DataFrame, column: str, names: tuple[str, ...], speakers: Ints, notes: list[str]
) -> tuple[tuple[str, ...], Ints]:
    unknown = np.full(len(names), -1, dtype=np.intp)
    texts = _texts(table, column)
    if not column:  # nobody asks for sexes
        return (), unknown
    if not any(texts):
        notes.append(f'the goals about sex are left out: no column "{column}"')
        return (), unknown
    said: dict[int, set[str]] = {}
    for number, text in zip(speakers, texts, strict=True):
        if text:
            said.setdefault(int(number), set()).add(text.casefold())
    for number, several in said.items():
        if len(several) > 1:
            raise ComparisonError(
                f'speaker "{names[number]}" has more than one sex: {", ".join(sorted(several))}',
                "correct the speaker table",
            )
    values = sorted({next(iter(value)) for value in said.values()})
    recognized = {value: 0 if value in FEMALE else 1 for value in values if value in FEMALE | MALE}
    if set(recognized.values()) == {0, 1}:
        pair = ("female", "male")
    elif len(values) == 2:
        pair, recognized = (values[0], values[1]), {values[0]: 0, values[1]: 1}
    else:
        notes.append(f'the goals about sex are left out: column "{column}" says {", ".join(values)} only')
        return (), unknown
    sexes = unknown.copy()
    for number, value in said.items():
        sexes[number] = recognized.get(next(iter(value)), -1)
    if (sexes < 0).any():
        notes.append(
            f"{int((sexes < 0).sum())} speakers without a known sex are left out of the goals about sex"
        )
    return pair, sexes
