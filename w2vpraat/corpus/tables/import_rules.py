"""What the tables of single programs need beyond new names: speakers, ids, wide groups, zeros, units."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from statistics import median

from w2vpraat.corpus.tables.cells import Cells
from w2vpraat.corpus.tables.presets import FASTTRACK_BIN, VISVOW_GROUP, numbered, visvow_groups
from w2vpraat.corpus.tables.work import Sheet, Work, number, written
from w2vpraat.errors import InputError

# No bandwidth of a formant is this narrow.
LEAST_BANDWIDTH = 20.0


def _norm_means(work: Work) -> None:
    if "N" in work.sheet:
        work.notes.append("these are means (column N), not tokens")


def _new_fave_param(work: Work) -> None:
    raise InputError(
        "F1, F2, F3 of new-fave's param files are coefficients of a cosine transform, not formants",
        "use the points or the tracks file; --preset none reads this one all the same",
    )


def _new_fave(work: Work) -> None:
    _new_fave_speakers(work)
    sheet = work.sheet
    for near, far in (("pre_seg", "abs_pre_seg"), ("fol_seg", "abs_fol_seg")):
        if work.is_empty(near) and not work.is_empty(far):
            sheet[near] = sheet.pop(far)
            work.renamed[far] = near
    # Points files of new-fave hold bandwidths in another unit than its tracks files (3.04 and 189.7 for one
    # token); the documentation calls both bandwidths.
    bands = [name for name in ("B1", "B2", "B3") if work.numbers(name)]
    if bands and all(median(work.numbers(name)) < LEAST_BANDWIDTH for name in bands):
        for name in bands:
            sheet[f"new_fave_{name}"] = sheet.pop(name)
            work.renamed[name] = f"new_fave_{name}"
        work.notes.append(f"{', '.join(bands)} of points files are not in Hz")
    _new_fave_times(work)


def _new_fave_speakers(work: Work) -> None:
    sheet = work.sheet
    groups = sheet.get("group", [])
    if "speaker" in sheet or not groups or not all(re.fullmatch(r"group_\d+", cell) for cell in groups):
        return
    number = sheet.get("speaker_num", [""] * len(groups))
    alone = len(set(zip(sheet["file_name"], groups, strict=True))) == len(set(sheet["file_name"]))
    sheet["speaker"] = [
        name if alone else f"{name}:{one or group}"
        for name, one, group in zip(sheet["file_name"], number, groups, strict=True)
    ]
    work.notes.append(
        "the tiers have no speaker's name (group_0 ...), so each file"
        + (" is one speaker" if alone else " and speaker_num is one speaker")
        + "; --speaker COLUMN if not"
    )


def _new_fave_times(work: Work) -> None:
    sheet = work.sheet
    if "start" in sheet or "end" in sheet or not {"time", "rel_time", "dur"} <= set(sheet):
        return
    starts = [_sum(time, back, -1) for time, back in zip(sheet["time"], sheet["rel_time"], strict=True)]
    sheet["start"] = starts
    sheet["end"] = [_sum(start, dur, 1) for start, dur in zip(starts, sheet["dur"], strict=True)]


def _sum(one: str, other: str, sign: int) -> str:
    first, second = number(one), number(other)
    return "" if first is None or second is None else written(first + sign * second)


def _emur_formants(work: Work) -> None:
    """T1, T2 ... are formants if they rise like formants; otherwise they keep their names."""
    sheet = work.sheet
    tracks = [name for name in sheet if re.fullmatch(r"T\d+", name)]
    if not tracks:
        return
    middles = [median(values) if (values := work.numbers(name)) else Decimal(0) for name in tracks]
    rising = all(low < high for low, high in pairwise(middles))
    plausible = len(tracks) >= 2 and rising and 150 < middles[0] < 1500 and middles[1] > 500
    if plausible and not any(name.replace("T", "F") in sheet for name in tracks):
        names = {name: name.replace("T", "F") for name in tracks if name not in work.keep}
        work.sheet = {names.get(name, name): cells for name, cells in sheet.items()}
        work.renamed.update(names)
        work.notes.append(f"{', '.join(tracks)} rise like formants in Hz")
    elif not any(name.startswith("F") for name in sheet):
        work.notes.append(f"{', '.join(tracks)} keep their names: they don't look like formants")


def _emur_tokens(work: Work) -> None:
    _emur_formants(work)
    sheet = work.sheet
    if "id" not in sheet and "sl_rowIdx" in sheet and "sl_rowIdx" not in work.keep:
        sheet["id"] = sheet.pop("sl_rowIdx")
        work.renamed["sl_rowIdx"] = "id"
    if "attribute" in sheet and sheet["attribute"] == sheet.get("tier"):
        del sheet["attribute"]
    if "dur" not in sheet and {"start", "end"} <= set(sheet):
        sheet["dur"] = [_sum(end, start, -1) for start, end in zip(sheet["start"], sheet["end"], strict=True)]


def _fasttrack(work: Work) -> None:
    """Make one row per time slice of f11, f21, ... f12, f22, ... (formant, then slice)."""
    sheet = work.sheet
    bins: dict[int, dict[str, str]] = {}
    for name in sheet:
        if match := FASTTRACK_BIN.fullmatch(name):
            bins.setdefault(int(match[2]), {})[f"F{match[1]}"] = name
    if "f0" in sheet:
        _zeros_are_missing(work, "f0")
    fixed = [name for name in sheet if not FASTTRACK_BIN.fullmatch(name)]
    rows = range(len(sheet["file"]))
    out: Sheet = {"id": [str(row + 1) for row in rows for _ in bins]} if len(bins) > 1 else {}
    out.update({name: [sheet[name][row] for row in rows for _ in bins] for name in fixed})
    slices = sorted(bins)
    # Each slice is an equal share of the vowel: slice y of n has its middle at (y - 0.5) / n.
    middles = {y: written(round((Decimal(y) - Decimal("0.5")) / len(slices), 9)) for y in slices}
    out["prop_time"] = [middles[y] for _ in rows for y in slices]
    for formant in sorted({name for names in bins.values() for name in names}):
        out[formant] = [
            sheet[bins[y][formant]][row] if formant in bins[y] else "" for row in rows for y in slices
        ]
    work.sheet = out
    work.notes.append(f"f11, f21 ... are formant and time slice: {len(slices)} rows per vowel")


def _praatsauce(work: Work) -> None:
    """Rows are points in time of numbered intervals; zero stands for undefined."""
    sheet = work.sheet
    interval = next((name for name in ("intervaldID", "intervalID") if name in sheet), "")
    if interval and "id" not in sheet:
        sheet["id"] = [f"{name}:{one}" for name, one in zip(sheet["file"], sheet[interval], strict=True)]
        work.notes.append(f"id is file:{interval}, one row per time")
    for name in ("f0", "F1", "F2", "F3", "B1", "B2", "B3"):
        if name in sheet:
            _zeros_are_missing(work, name)


def _zeros_are_missing(work: Work, column: str) -> None:
    cells = work.sheet[column]
    zeros = sum(number(cell) == 0 for cell in cells)
    if zeros:
        work.sheet[column] = ["" if number(cell) == 0 else cell for cell in cells]
        work.notes.append(f"{zeros} zeros in {column} are missing values")


def read_visvow(work: Work, cells: Cells) -> None:
    """Make one row per token and group of five; in the long form each row has its group already."""
    starts = visvow_groups(cells.columns)
    known = ("speaker", "vowel", "duration", "timepoint")
    plain = [
        lower if (lower := numbered(name).lower()) in known else name for name in cells.columns[: starts[0]]
    ]
    if len(set(plain)) < len(plain):
        raise InputError(f"two columns have the same name: {', '.join(plain)}", "rename one of them")
    out: Sheet = {name: [] for name in plain}
    values: Sheet = {name: [] for name in VISVOW_GROUP}
    tokens: list[str] = []
    for token, row in enumerate(cells.rows, start=1):
        groups = [row[start : start + len(VISVOW_GROUP)] for start in starts]
        # Tokens with fewer points than others have empty groups at the end.
        measured = [group for group in groups if any(group)] or groups[:1]
        for group in measured:
            tokens.append(str(token))
            for name, cell in zip(plain, row, strict=False):
                out[name].append(cell)
            for name, cell in zip(VISVOW_GROUP, group, strict=True):
                values[name].append(cell)
    if "timepoint" in out:
        tokens = _visvow_long_tokens(out, plain)
    several = len(set(tokens)) < len(tokens)
    work.sheet = {**({"id": tokens} if several else {}), **out, **values}
    if several:
        work.notes.append("rows with the same id are the time points of one token")


def _visvow_long_tokens(out: Sheet, plain: Sequence[str]) -> list[str]:
    named = [name for name in plain if name not in ("timepoint", "duration")]
    keys = list(zip(*(out[name] for name in named), strict=True))
    points = list(zip(keys, out["timepoint"], strict=True))
    if len(set(points)) < len(points):
        key, point = next(item for item in points if points.count(item) > 1)
        raise InputError(
            f"time point {point} of {' '.join(key)} is there more than once",
            "add a column (repetition, word ...) that tells the tokens apart",
        )
    number = {key: str(index) for index, key in enumerate(dict.fromkeys(keys), start=1)}
    return [number[key] for key in keys]


def _visvow_prop_time(work: Work) -> None:
    sheet = work.sheet
    if "rel_time" not in sheet or "dur" not in sheet:
        return
    shares = []
    for time, dur in zip(sheet["rel_time"], sheet["dur"], strict=True):
        at, length = number(time), number(dur)
        if at is None or not length:
            shares.append("")
        elif at > length:
            work.notes.append(
                "no prop_time: some times lie after the end of the vowel (they should count from 0)"
            )
            return
        else:
            shares.append(written(round(at / length, 9)))
    if any(shares):
        sheet["prop_time"] = shares


BEFORE: Mapping[str, Callable[[Work], None]] = {
    "norm": _norm_means,
    "new-fave": _new_fave,
    "new-fave-tracks": _new_fave,
    "new-fave-param": _new_fave_param,
    "fasttrack": _fasttrack,
    "praatsauce": _praatsauce,
}
AFTER: Mapping[str, Callable[[Work], None]] = {"emur": _emur_tokens, "visvow": _visvow_prop_time}
