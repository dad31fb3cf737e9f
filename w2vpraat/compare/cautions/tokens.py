"""Cautions about single tokens: clipped, missing, implausible, short, few frames, another ceiling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from w2vpraat.compare.cautions.words import Caution, caution, count, have, texts
from w2vpraat.corpus.clipping import Clipping
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

MANY_MISSING = 0.05  # share of tokens without a value in a representation
# Hz. Peterson & Barney 1952 and Hillenbrand et al. 1995, men, women and children, lie within.
F1_RANGE, F2_RANGE = (150.0, 1400.0), (450.0, 3900.0)
# How many times higher or lower than the label's median; their hand-checked values stay within 2.0 and 2.2.
F1_FACTOR, F2_FACTOR = 2.2, 2.2


def clipped(table: pd.DataFrame, file: str, clipping: Mapping[str, Clipping]) -> Caution | None:
    """Which recordings are clipped, and how many tokens lie there."""
    bad = {name: one for name, one in clipping.items() if one.n_clipped}
    if not bad:
        return None
    touched = dict.fromkeys(bad, 0)
    if {file, "start", "end"} <= set(table.columns):
        for name, start, end in zip(texts(table, file), table["start"], table["end"], strict=True):
            touched[name] = touched.get(name, 0) + (name in bad and bad[name].touches(start, end))
    n = sum(touched.values())
    sentence = (
        f"{len(bad)} of {count(len(clipping), 'recording')} {'is' if len(bad) == 1 else 'are'} clipped: the "
        f"signal runs into a limit and is cut off flat; {count(n, 'token')} {'lies' if n == 1 else 'lie'} "
        "there. Clipping adds harmonics that were not spoken, so bandwidths, higher formants and vectors of "
        "these tokens are not to be trusted. It can't be undone: record again with less gain, or leave out "
        "these tokens."
    )
    rows = [
        {
            "recording": name,
            "samples clipped": one.share,
            "stretches": len(one.spans),
            "first (s)": one.spans[0][0],
            "tokens": touched[name],
        }
        for name, one in sorted(bad.items(), key=lambda item: (-item[1].share, item[0]))
    ]
    return caution("clipped", "Clipped recordings", sentence, rows, ("samples clipped",))


def missing_values(representations: Sequence[Representation], labels: pd.Series[str]) -> Caution | None:
    """Which representations lack values for many tokens."""
    rows = []
    for item in representations:
        names = labels.reindex(list(item.ids)).fillna("").to_numpy()
        lost = ~item.complete
        share = float(lost.mean()) if len(lost) else 0.0
        if share <= MANY_MISSING:
            continue
        by_label = {name: float(lost[names == name].mean()) for name in sorted(set(names)) if name}
        worst = sorted(by_label, key=lambda name: (-by_label[name], name))[:3]
        most = ", ".join(f"{name} {100 * by_label[name]:.0f} %" for name in worst if by_label[name] > 0.0)
        rows.append(
            {"representation": item.name, "missing": int(lost.sum()), "share": share, "most among": most}
        )
    if not rows:
        return None
    rows.sort(key=lambda row: -float(str(row["share"])))
    sentence = (
        f"{count(len(rows), 'representation')} {have(len(rows))} no value for more than "
        f"{100 * MANY_MISSING:.0f} % of the tokens. Only tokens that are complete in every representation "
        "are compared, so all of them are scored without these; if the tokens that are hard to measure are "
        "the ones that are lost, that flatters everything. Look at left_out.csv, or leave out the "
        "representation."
    )
    return caution("missing_values", "Many missing values", sentence, rows, ("share",))


def implausible(table: pd.DataFrame, labels: pd.Series[str], formants: tuple[str, str]) -> Caution | None:
    """Formants outside wide ranges, or far from the median of their label; None if they are not in Hz."""
    import pandas as pd

    if any(name not in table.columns for name in formants):
        return None
    f1, f2 = (pd.to_numeric(table[name], errors="coerce") for name in formants)
    if not f1.notna().any() or float(f1.median()) < F1_RANGE[0]:
        return None  # not in Hz
    odd: dict[str, pd.Series[bool]] = {
        f"{formants[0]} outside": f1.notna() & ~f1.between(*F1_RANGE),
        f"{formants[1]} outside": f2.notna() & ~f2.between(*F2_RANGE),
        f"{formants[0]} far from the label's": _far(f1, labels, F1_FACTOR),
        f"{formants[1]} far from the label's": _far(f2, labels, F2_FACTOR),
        f"{formants[0]} not below {formants[1]}": f1 >= f2,
    }
    flags = pd.DataFrame(odd)
    any_odd = flags.any(axis=1)
    n = int(any_odd.sum())
    if not n:
        return None
    sentence = (
        f"{n} of {count(len(table), 'token')} have implausible formants: {formants[0]} outside "
        f"{F1_RANGE[0]:.0f} to {F1_RANGE[1]:.0f} Hz, {formants[1]} outside {F2_RANGE[0]:.0f} to "
        f"{F2_RANGE[1]:.0f} Hz, more than {F1_FACTOR:g} times above or below the median of the label, or "
        f"{formants[0]} not below {formants[1]}. Mostly a formant was missed or invented. One such token "
        "moves the mean and much more the standard deviation of its speaker, so Lobanov suffers most. Check "
        "them, try another ceiling (--formant-ceiling-mode speaker or token), or leave them out."
    )
    rows = []
    for name, own in any_odd.groupby(labels):
        if not name or not own.any():
            continue
        here = flags.loc[own.index]
        rows.append(
            {"label": name, "tokens": len(own), "odd": int(own.sum()), "share": float(own.mean())}
            | {head: int(here[head].sum()) for head in flags.columns if flags[head].any()}
            | {"for example": str(own.index[own.to_numpy()][0])}
        )
    rows.sort(key=lambda row: (-int(str(row["odd"])), str(row["label"])))
    return caution("implausible_formants", "Implausible formants", sentence, rows, ("share",))


def _far(values: pd.Series[float], labels: pd.Series[str], factor: float) -> pd.Series[bool]:
    ratio = values / values.groupby(labels).transform("median")
    return ((ratio > factor) | (ratio < 1.0 / factor)) & (labels != "")


def short_tokens(table: pd.DataFrame, labels: pd.Series[str], window: float) -> Caution | None:
    """Tokens shorter than the window of the formant measurement (seconds)."""
    import pandas as pd

    if not window:
        return None
    if "dur" in table.columns:
        lasting = pd.to_numeric(table["dur"], errors="coerce")
    elif {"start", "end"} <= set(table.columns):
        lasting = table["end"] - table["start"]
    else:
        return None
    short = lasting < window
    n = int(short.sum())
    if not n:
        return None
    sentence = (
        f"{n} of {count(len(table), 'token')} {'is' if n == 1 else 'are'} shorter than the window of the "
        f"formant measurement ({1000 * window:g} ms, of which Praat uses twice as much): their formants are "
        "partly those of the neighbours. Leave out short tokens (--min-duration), or read them as "
        "transitions."
    )
    rows = _by_label(
        short, labels, lambda own: {"median (ms)": round(1000.0 * float(lasting[own].median()), 1)}
    )
    return caution("short_tokens", "Tokens shorter than the window", sentence, rows, ("share",))


def few_frames(table: pd.DataFrame, labels: pd.Series[str]) -> Caution | None:
    """Tokens with one frame of the model or none."""
    import pandas as pd

    if "n_frames" not in table.columns:
        return None
    frames = pd.to_numeric(table["n_frames"], errors="coerce")
    few = frames <= 1
    n, none = int(few.sum()), int((frames == 0).sum())
    if not n:
        return None
    empty = f", {none} of them none (the nearest frame stands for them)" if none else ""
    sentence = (
        f"{n} of {count(len(table), 'token')} own a single frame of the model or none{empty}. Such a vector "
        "is a snapshot, and a frame reaches over both boundaries. Leave out short tokens (--min-duration)."
    )
    rows = _by_label(few, labels, lambda own: {"without a frame": int((frames[own] == 0).sum())})
    return caution("few_frames", "Tokens of one frame or none", sentence, rows, ("share",))


def _by_label(
    flagged: pd.Series[bool],
    labels: pd.Series[str],
    more: Callable[[pd.Index[str]], Mapping[str, object]],
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, own in flagged.groupby(labels):
        if own.any():
            chosen = own.index[own.to_numpy()]
            rows.append(
                {"label": name, "tokens": len(own), "such": int(own.sum()), "share": float(own.mean())}
                | dict(more(chosen))
            )
    return sorted(rows, key=lambda row: (-int(str(row["such"])), str(row["label"])))


def ceilings(table: pd.DataFrame) -> Caution | None:
    """Tokens whose formant ceiling is not the one that was asked for."""
    if "measure_note" not in table.columns:
        return None
    counts: dict[str, int] = {}
    for note in _ceiling_notes(texts(table, "measure_note")):
        counts[note] = counts.get(note, 0) + 1
    if not counts:
        return None
    sentence = (
        "The formant ceiling of some tokens is not the one that was asked for. A ceiling that is wrong for a "
        "voice moves F2 and F3 most. Give the speakers' sex (--speakers), or choose another ceiling mode "
        "(--formant-ceiling-mode)."
    )
    rows = [
        {"note": note, "tokens": count}
        for note, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return caution("ceilings", "Formant ceilings", sentence, rows)


def _ceiling_notes(notes: pd.Series[str]) -> Iterator[str]:
    for text in notes:
        for note in text.split("; "):
            if "ceiling" in note or "candidate search" in note:
                yield note
