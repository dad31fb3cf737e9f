"""Normalize a whole table by parameters, and make Representations of formants for the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from w2vpraat import __version__
from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.base import SpeakerNormalizer
from w2vpraat.normalize.estimator import note_text
from w2vpraat.normalize.formants import METHODS
from w2vpraat.normalize.intrinsic import BARK_SCALES
from w2vpraat.normalize.pitch import F0Normalizer, make_f0_method
from w2vpraat.normalize.scales import find_scale, scale_name
from w2vpraat.normalize.tokens import (
    formant_numbers,
    hertz_values,
    require_columns,
    time_column,
    token_values,
)
from w2vpraat.params import NormalizeParams
from w2vpraat.representation import Representation

_PAIR = ("watt_fabricius", "watt_fabricius_mod", "labov")
_BARK = ("bark_difference", "syrdal_gopal")
_WITH_F0 = ("syrdal_gopal", "miller")


class NormalizedTable(NamedTuple):
    """A table with added columns, the record of each method, and what the reader should know."""

    table: pd.DataFrame
    records: list[dict[str, Any]]
    warnings: tuple[str, ...]


def make_method(key: str, params: NormalizeParams | None = None, *, f0: str = "f0") -> SpeakerNormalizer:
    """Make a formant normalization by key, with the settings of a parameter group.

    Parameters
    ----------
    key : str
        A key of ``METHODS``.
    params : NormalizeParams, optional
        Its formants, scale, balance, corners and policy are used where the method has such an option:
        methods on vowel means keep their unit, Watt & Fabricius and Labov take F1 and F2 of the set, Bark
        differences keep Bark where `scale` is ``hz``.
    f0 : str
        Column of f0, for the methods that need it.

    Raises
    ------
    NormalizationError
        For an unknown key, and for settings that the method refuses.
    """
    if key not in METHODS:
        raise NormalizationError(f'unknown normalization "{key}"', f"one of {', '.join(METHODS)}")
    made = METHODS[key]()
    params = NormalizeParams() if params is None else params
    options: dict[str, Any] = {"few_tokens": params.few_tokens, "formants": params.formants}
    if key in _PAIR:
        options["formants"] = _numbered(params.formants, (1, 2), made.info.title)
    elif key in (*_BARK, "miller"):
        options["formants"] = _numbered(params.formants, (1, 2, 3), made.info.title)
    if key not in _BARK or params.scale != "hz":
        options["scale"] = params.scale
    if made.info.unit == "token":
        options["balance"] = params.balance
    if key in ("watt_fabricius", "watt_fabricius_mod"):
        options["corners"] = params.corners
    if key in _WITH_F0:
        options["f0"] = f0
    made.set_params(**options)
    made.check_options()
    return made


def _numbered(formants: Sequence[str], wanted: Sequence[int], title: str) -> tuple[str, ...]:
    numbers = formant_numbers(formants)
    missing = [f"F{number}" for number in wanted if number not in numbers]
    if missing:
        raise NormalizationError(
            f"{title} needs {', '.join(missing)}, but the formant set is {', '.join(formants)}"
        )
    return tuple(formants[numbers.index(number)] for number in wanted)


def make_f0_methods(params: NormalizeParams, f0: str = "f0") -> list[F0Normalizer]:
    """Make the f0 normalizations of a parameter group; `f0` is the column in Hz.

    Raises
    ------
    NormalizationError
        For an unknown key.
    """
    made = []
    for key in params.f0_methods:
        method = make_f0_method(key, f0=f0, few_tokens=params.few_tokens)
        if params.balance == "vowel" and "tone" in method.balances:
            method.set_params(balance="tone")
        method.check_options()
        made.append(method)
    return made


def check_normalize_params(params: NormalizeParams) -> None:
    """Refuse impossible settings before any work is done.

    Raises
    ------
    NormalizationError
        For unknown methods or scales, and for a method that doesn't work on the scale.
    """
    if params.scale != "hz":
        find_scale(params.scale)
    for key in params.methods:
        make_method(key, params)
    make_f0_methods(params, "f0")


def normalize_table(
    table: pd.DataFrame,
    params: NormalizeParams | None = None,
    *,
    speaker: str = "speaker",
    label: str | None = "label",
    f0: str | None = "f0",
    token: str | None = "id",
    token_filter: str = "",
    reference: pd.DataFrame | None = None,
) -> NormalizedTable:
    """Add normalized columns to a table of tokens or tracks.

    Parameters
    ----------
    table : DataFrame
        Raw formants in Hz; stays as it is. Several rows of one token (tracks, same `token`) give one value
        to the statistics, and all get normalized values.
    params : NormalizeParams
        Methods and settings.
    speaker, label, token : str
        Names of columns; see `SpeakerNormalizer.fit`.
    f0 : str, optional
        Column of f0; where the table has none, the f0 normalizations are left out with a warning. None:
        without f0.
    token_filter : str
        Which tokens these are, in words, for the records.
    reference : DataFrame, optional
        Other tokens, with the same columns, that the statistics are taken over; speakers that are not among
        them get empty cells and a warning.

    Returns
    -------
    NormalizedTable
        ``table`` (raw columns, then new ones), ``records`` (one per method), ``warnings`` (speakers with the
        same warning in one line; the records hold one line each).

    Raises
    ------
    NormalizationError
        For missing columns, wrong values and impossible settings.

    Notes
    -----
    With a scale other than Hz the converted formants are added too (``F1_bark_traunmuller``), and the scale
    stands in every name that depends on it (``F1_bark_traunmuller_z``).
    """
    params = NormalizeParams() if params is None else params
    check_normalize_params(params)
    methods: list[SpeakerNormalizer] = [make_method(key, params, f0=f0 or "f0") for key in params.methods]
    warnings: list[str] = []
    if f0 is not None and f0 in table.columns:
        methods.extend(make_f0_methods(params, f0))
    elif f0 is not None and params.f0_methods:
        warnings.append(f'no column "{f0}": {", ".join(params.f0_methods)} left out')
    require_columns(table, params.formants, "the normalization")
    new: dict[str, pd.Series[Any]] = {}
    if params.scale != "hz":
        values = find_scale(params.scale).forward(hertz_values(table, params.formants))
        for index, name in enumerate(params.formants):
            new[f"{name}_{params.scale}"] = pd.Series(values[:, index], index=table.index)
    records = []
    for method in methods:
        names: dict[str, Any] = {
            "speaker": speaker,
            "label": label,
            "token": token,
            "token_filter": token_filter,
        }
        if reference is None:
            columns = method.fit_transform(table, **names)
        else:
            columns = method.set_params(unknown_speaker="nan").fit(reference, **names).transform(table)
            warnings.extend(_unknown(method, table[speaker]))
        new.update({str(name): columns[name] for name in columns.columns})
        records.append({**method.record(), "columns": list(map(str, columns.columns))})
        warnings.extend(_grouped_notes(method))
    replaced = [name for name in new if name in table.columns]
    if replaced:
        warnings.append(f"replaced columns that were there already: {', '.join(replaced)}")
    out = pd.concat([table.drop(columns=replaced), pd.DataFrame(new, index=table.index)], axis=1)
    return NormalizedTable(out, records, tuple(warnings))


def _unknown(method: SpeakerNormalizer, speakers: pd.Series[Any]) -> list[str]:
    names = [name for name in pd.unique(speakers) if name not in method.n_tokens_]
    if not names or not method.info.sees_speaker:
        return []
    return [
        note_text(method.info.title, names, "not among the tokens that it was fitted on; cells left empty")
    ]


def _grouped_notes(method: SpeakerNormalizer) -> list[str]:
    speakers: dict[str, list[Any]] = {}
    for speaker, text in method.notes_:
        speakers.setdefault(text, []).append(speaker)
    return [note_text(method.info.title, names, text) for text, names in speakers.items()]


def formant_set_name(formants: Sequence[str]) -> str:
    """Short name of a formant set: ``F1-F3``, ``F1, F3``, or the columns themselves."""
    numbers = formant_numbers(formants)
    named = all(f"f{number}" == name.lower() for number, name in zip(numbers, formants, strict=True))
    if not named:
        return ", ".join(formants)
    if len(numbers) > 1 and list(numbers) == list(range(numbers[0], numbers[0] + len(numbers))):
        return f"F{numbers[0]}-F{numbers[-1]}"
    return ", ".join(f"F{number}" for number in numbers)


def formant_representation(
    table: pd.DataFrame,
    method: str = "lobanov",
    formants: Sequence[str] = ("F1", "F2", "F3"),
    *,
    scale: str = "hz",
    id: str = "id",
    speaker: str = "speaker",
    label: str | None = "label",
    f0: str = "f0",
    points: str | float = "mean",
    name: str = "",
    reference: pd.DataFrame | None = None,
    **options: Any,
) -> Representation:
    """Make one vector per token from formants, raw or normalized.

    Parameters
    ----------
    table : DataFrame
        One row per token, or several with the same `id` (tracks).
    method : str
        A key of ``METHODS``, or ``"raw"`` for the values themselves on `scale`.
    formants : sequence of str
        Columns in Hz.
    scale : str
        Scale before the procedure.
    id, speaker, label, f0 : str
        Names of columns.
    points : "mean", "all" or float
        A token with several rows: the mean of its rows, the row nearest to this proportional time, or all
        rows side by side (columns ``F1_z@1`` ...), all tokens having the same number. The statistics come
        from one value per token: the same, and with ``"all"`` the mean.
    name : str
        Name of the representation; empty: title and formant set.
    reference : DataFrame, optional
        Other tokens, with the same columns, that the statistics are taken over; speakers that are not among
        them get NaN.
    **options
        Further options of the method's class, such as ``balance="vowel"`` or ``corners=("i", "a")``.

    Returns
    -------
    Representation
        float64, NaN where a value is missing or refused; ``provenance`` holds the method's record.

    Raises
    ------
    NormalizationError
        For missing columns, wrong values, impossible options, and unequal numbers of rows with
        ``points="all"``.
    """
    if isinstance(points, str) and points not in ("mean", "all"):
        raise NormalizationError(f"points = {points!r} is not possible", "mean, all, or a proportional time")
    # The option `point` of the classes means the same as `points`, which wins where it says more than "mean".
    point: str | float = options.pop("point", "mean") if points in ("mean", "all") else points
    require_columns(table, [id], "the token ids")
    if table[id].isna().any():
        raise NormalizationError(f'{int(table[id].isna().sum())} rows have no token id in column "{id}"')
    formants = tuple(formants)
    normalizer = (
        None if method == "raw" else _normalizer(method, formants, scale, f0, {**options, "point": point})
    )
    if method == "raw" and options:
        raise NormalizationError(f"raw formants have no option {', '.join(options)}")
    columns = formants if normalizer is None else tuple(normalizer._columns())
    # Statistics always come from one value per token; only what they are applied to differs.
    work = table if points == "all" else _one_row_per_token(table, columns, id, speaker, point)
    if normalizer is None:
        values = hertz_values(work, columns)
        made = pd.DataFrame(
            values if scale == "hz" else find_scale(scale).forward(values),
            columns=[item if scale == "hz" else f"{item}_{scale}" for item in columns],
            index=work.index,
        )
        record: dict[str, Any] = {
            "method": "raw",
            "formants": list(columns),
            "scale": scale,
            "scale_name": scale_name(scale),
            "version": __version__,
        }
    else:
        if reference is not None:
            normalizer.set_params(unknown_speaker="nan")
        fitted = table if reference is None else reference
        normalizer.fit(fitted, speaker=speaker, label=label, token=id)
        made = normalizer.transform(work)
        record = normalizer.record()
    ids, wide = _side_by_side(work, made, id)
    return Representation(
        name=name or _representation_name(normalizer, formants, scale),
        ids=ids,
        values=wide.to_numpy(dtype=np.float64),
        columns=tuple(map(str, wide.columns)),
        provenance={**record, "points": points, "kind": "formants"},
        sees_speaker=normalizer is not None and normalizer.info.sees_speaker,
    )


def _normalizer(
    method: str, formants: tuple[str, ...], scale: str, f0: str, options: Mapping[str, Any]
) -> SpeakerNormalizer:
    base = NormalizeParams(formants=formants, scale=scale)
    made = make_method(method, base, f0=f0).set_params(**options)
    made.check_options()
    return made


def _representation_name(normalizer: SpeakerNormalizer | None, formants: Sequence[str], scale: str) -> str:
    if normalizer is None:
        return f"{formant_set_name(formants)} {scale_name(scale)}"
    base = f"{normalizer.info.title} {formant_set_name(normalizer.formants)}"
    plain_scale = "bark_traunmuller" if normalizer.info.key in _BARK else "hz"
    return base if normalizer.scale == plain_scale else f"{base} {scale_name(normalizer.scale)}"


def _one_row_per_token(
    table: pd.DataFrame, columns: Sequence[str], id: str, speaker: str, point: str | float
) -> pd.DataFrame:
    """One row per token, in order of first appearance."""
    found = token_values(table, columns, speaker=speaker, label=None, needs_label="", token=id, point=point)
    first = table.drop_duplicates([speaker, id] + (["file_name"] if "file_name" in table.columns else []))
    out = first[[id, speaker]].reset_index(drop=True)
    joined: pd.DataFrame = out.join(pd.DataFrame(found.values, columns=list(columns)))
    return joined


def _side_by_side(work: pd.DataFrame, made: pd.DataFrame, id: str) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Ids and values with one row per token; several rows of a token become columns ``name@1`` ..."""
    ids = work[id].astype(str).to_numpy()
    if len(set(ids)) == len(ids):
        return tuple(map(str, ids)), made
    codes, names = pd.factorize(ids)
    times = time_column(work)
    order = pd.to_numeric(work[times]).to_numpy() if times else np.arange(len(work))
    frame = pd.DataFrame({"code": codes, "time": order})
    rank = frame.groupby("code")["time"].rank(method="first").to_numpy(dtype=np.float64).astype(np.intp)
    sizes = np.bincount(codes)
    if sizes.min() != sizes.max():
        raise NormalizationError(
            f"tokens have from {sizes.min()} to {sizes.max()} rows", 'take their mean (points="mean")'
        )
    n_points = int(sizes[0])
    wide = np.full((len(names), n_points, made.shape[1]), np.nan)
    wide[codes, rank - 1] = made.to_numpy(dtype=np.float64)
    columns = [f"{column}@{point}" for point in range(1, n_points + 1) for column in made.columns]
    return tuple(map(str, names)), pd.DataFrame(wide.reshape(len(names), -1), columns=columns)


__all__ = [
    "BARK_SCALES",
    "NormalizedTable",
    "check_normalize_params",
    "formant_representation",
    "formant_set_name",
    "make_method",
    "normalize_table",
]
