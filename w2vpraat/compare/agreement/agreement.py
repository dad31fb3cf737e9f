"""How well two annotators agree: boundaries in milliseconds, labels with Cohen's kappa, items of one only.

Boundaries: differences of the boundaries of matched items, each boundary once. Labels: share of matched items
with the same label, and kappa (Cohen, J. 1960, A coefficient of agreement for nominal scales, Educational and
Psychological Measurement 20, 37-46). Items that only one annotator has count in neither; they are counted
apart. Intervals: percentile bootstrap over recordings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.agreement.values import AnnotationPair, BoundaryPair, ItemPair, compared_items
from w2vpraat.compare.scores import interval, speaker_weights
from w2vpraat.corpus.labels import guess_label_map, load_label_map
from w2vpraat.errors import ComparisonError
from w2vpraat.params.agreeing import AgreementParams

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

BY = ("all", "recording", "class", "label")
"""What a summary can be grouped by."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """Two annotations of some recordings, compared.

    Parameters
    ----------
    recordings : tuple of str
        In the order given.
    items : tuple of ItemPair
        All intervals (points) of both, matched or not.
    boundaries : tuple of BoundaryPair
        All boundaries that both have.
    params : AgreementParams
        Settings.
    label_map : str
        Map that the label classes come from; empty if none fits the labels.
    pairs : tuple of AnnotationPair
        What was compared.
    """

    recordings: tuple[str, ...]
    items: tuple[ItemPair, ...] = field(repr=False)
    boundaries: tuple[BoundaryPair, ...] = field(repr=False)
    params: AgreementParams = field(default_factory=AgreementParams)
    label_map: str = ""
    pairs: tuple[AnnotationPair, ...] = field(default=(), repr=False)

    def summary(self, by: str = "all") -> pd.DataFrame:
        """Return the numbers of agreement.

        Parameters
        ----------
        by : {"all", "recording", "class", "label"}
            One row in all, per recording, per class of labels (vowel, consonant ...), or per label. An item
            belongs to the label that the first annotator gave it (the second, if only that one has it); a
            boundary belongs to the labels on both of its sides, so that it is in two rows per label.

        Returns
        -------
        pandas.DataFrame
            ``by, value, n_recordings, n_first, n_second, n_matched, only_first, only_second, n_boundaries,
            median_ms, p90_ms, mean_ms, within_10ms, within_20ms, within_50ms, label_agreement, kappa``, and
            with ``by="all"`` and several recordings the bootstrap limits ``median_ms_low, median_ms_high``
            and so on of median_ms, p90_ms, mean_ms, the shares, label_agreement and kappa. ``median_ms`` and
            ``p90_ms`` are of absolute differences, ``mean_ms`` of signed ones (second less first). Kappa is
            over all labels of the row; with ``by="label"`` it is that of the label against all others. NaN
            where undefined.

        Raises
        ------
        ComparisonError
            For another `by`.
        """
        import pandas as pd

        if by not in BY:
            raise ComparisonError(f'a summary by "{by}" is not possible', f"one of {', '.join(BY)}")
        if by == "all":
            row = {"by": by, "value": "", **self._row(self.items, self.boundaries)}
            return pd.DataFrame([{**row, **self._limits()}])
        kind = self._classes() if by == "class" else (lambda label: label)
        items: dict[str, list[ItemPair]] = {}
        boundaries: dict[str, list[BoundaryPair]] = {}
        if by == "recording":
            items = {name: [] for name in self.recordings}
        for item in self.items:
            value = item.recording if by == "recording" else kind(item.first_label or item.second_label)
            items.setdefault(value, []).append(item)
        for boundary in self.boundaries:
            if by == "recording":
                values = {boundary.recording}
            else:
                values = {kind(label) for label in (boundary.before, boundary.after) if label}
            for value in values:
                boundaries.setdefault(value, []).append(boundary)
        order = list(items) if by == "recording" else sorted(items, key=lambda one: (-len(items[one]), one))
        rows = []
        kappa_of = self._kappa_of(self.items)
        for value in order:
            row = self._row(items[value], boundaries.get(value, []))
            if by == "label":
                row["kappa"] = kappa_of(value)
            rows.append({"by": by, "value": value, **row})
        return pd.DataFrame(rows, columns=["by", "value", *self._row([], [])])

    def summaries(self) -> pd.DataFrame:
        """Return the summaries by all of `BY`, one under the other."""
        import pandas as pd

        parts = [self.summary(by) for by in BY]
        return pd.concat([part for part in parts if len(part)], ignore_index=True)

    def confusions(self, *, equal: bool = False) -> pd.DataFrame:
        """Return which labels stand against which, the most frequent first.

        Parameters
        ----------
        equal : bool
            Also list pairs of equal labels, for a whole confusion matrix.

        Returns
        -------
        pandas.DataFrame
            ``first_label, second_label, n, share``; the share is of the matched items that the first
            annotator labelled so.
        """
        import pandas as pd

        counts: dict[tuple[str, str], int] = {}
        totals: dict[str, int] = {}
        for item in self.items:
            if item.matched:
                labels = (item.first_label, item.second_label)
                counts[labels] = counts.get(labels, 0) + 1
                totals[labels[0]] = totals.get(labels[0], 0) + 1
        rows = [
            (one, other, n, n / totals[one])
            for (one, other), n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
            if equal or one != other
        ]
        return pd.DataFrame(rows, columns=["first_label", "second_label", "n", "share"])

    def item_table(self) -> pd.DataFrame:
        """Return all items: the fields of `ItemPair`, and ``matched``."""
        import pandas as pd

        table = pd.DataFrame(list(self.items), columns=list(ItemPair._fields))
        return table.assign(matched=[item.matched for item in self.items])

    def boundary_table(self) -> pd.DataFrame:
        """Return all boundaries: the fields of `BoundaryPair`, and ``difference_ms`` (second less first)."""
        import pandas as pd

        table = pd.DataFrame(list(self.boundaries), columns=list(BoundaryPair._fields))
        return table.assign(difference_ms=_differences(self.boundaries))

    def _classes(self) -> Callable[[str], str]:
        if not self.label_map:
            return lambda label: "other"
        known = load_label_map(self.label_map)
        return lambda label: known.label_class(label) or "other"

    def _row(self, items: Sequence[ItemPair], boundaries: Sequence[BoundaryPair]) -> dict[str, Any]:
        matched = [item for item in items if item.matched]
        n_first = sum(item.first > 0 for item in items)
        n_second = sum(item.second > 0 for item in items)
        return {
            "n_recordings": len({item.recording for item in items}),
            "n_first": n_first,
            "n_second": n_second,
            "n_matched": len(matched),
            "only_first": n_first - len(matched),
            "only_second": n_second - len(matched),
            "n_boundaries": len(boundaries),
            **self._of_differences(_differences(boundaries)),
            "label_agreement": _share_equal(matched),
            "kappa": _kappa(matched),
        }

    def _of_differences(self, differences: Floats) -> dict[str, float]:
        size = np.abs(differences)
        known = size.size > 0
        row = {
            "median_ms": float(np.median(size)) if known else float("nan"),
            "p90_ms": float(np.quantile(size, 0.9)) if known else float("nan"),
            "mean_ms": float(differences.mean()) if known else float("nan"),
        }
        for tolerance in self.params.tolerances:
            # A millionth of a millisecond for the rounding of differences of seconds.
            share = float(np.mean(size <= 1000.0 * tolerance + 1e-6)) if known else float("nan")
            row[within(tolerance)] = share
        return row

    def _kappa_of(self, items: Sequence[ItemPair]) -> Callable[[str], float]:
        # Of each label against all others.
        matched = [item for item in items if item.matched]
        counts = [Counter(item.first_label for item in matched), Counter(i.second_label for i in matched)]
        both = Counter(item.first_label for item in matched if item.first_label == item.second_label)

        def kappa(label: str) -> float:
            given = [np.array([count[label], len(matched) - count[label]], float) for count in counts]
            equal = len(matched) - counts[0][label] - counts[1][label] + 2 * both[label]
            return _kappa_of_counts(float(equal), *given)

        return kappa

    def _limits(self) -> dict[str, float]:
        params = self.params
        if params.bootstrap == 0 or len(self.recordings) < 2:
            return {}
        place = {name: index for index, name in enumerate(self.recordings)}
        differences: list[list[float]] = [[] for _ in place]
        for boundary in self.boundaries:
            differences[place[boundary.recording]].append(boundary.difference_ms)
        parts = [np.asarray(part) for part in differences]
        labels = _LabelCounts.of(self.items, place)
        drawn = speaker_weights(np.zeros(len(place), dtype=np.intp), params.bootstrap, params.seed)
        samples: list[dict[str, float]] = []
        for weights in drawn.astype(np.intp):
            some = [part for part, times in zip(parts, weights, strict=True) for _ in range(times)]
            values = self._of_differences(np.concatenate(some))
            values["label_agreement"], values["kappa"] = labels.weighted(weights)
            samples.append(values)
        limits: dict[str, float] = {}
        for name in samples[0]:
            column = np.array([sample[name] for sample in samples])
            low, high = interval(column[np.isfinite(column)], params.level)
            limits |= {f"{name}_low": low, f"{name}_high": high}
        return limits


def agreement(pairs: Iterable[AnnotationPair], params: AgreementParams | None = None) -> Agreement:
    """Compare two annotations of some recordings.

    Parameters
    ----------
    pairs : iterable of AnnotationPair
        One per recording, or per recording and tier.
    params : AgreementParams, optional
        Settings.

    Returns
    -------
    Agreement

    Raises
    ------
    TextGridError
        If a tier is missing.
    ComparisonError
        If there are no pairs, one of the tiers holds points and the other intervals, or neither annotator has
        a label.
    """
    params = params or AgreementParams()
    given = tuple(pairs)
    names = dict.fromkeys(pair.name for pair in given)
    items: list[ItemPair] = []
    boundaries: list[BoundaryPair] = []
    for pair in given:
        some, edges = compared_items(pair, params)
        items += some
        boundaries += edges
    if not items:
        what = (
            "neither annotator has a labelled interval or a point" if names else "there is nothing to compare"
        )
        raise ComparisonError(what, "check the tier, and which labels stand for pauses")
    guess = guess_label_map(label for item in items for label in (item.first_label, item.second_label))
    label_map = guess.name if guess else ""
    return Agreement(tuple(names), tuple(items), tuple(boundaries), params, label_map, given)


def within(tolerance: float) -> str:
    """Return the column of a tolerance in seconds: ``within_20ms``."""
    return f"within_{1000.0 * tolerance:g}ms"


def _differences(boundaries: Sequence[BoundaryPair]) -> Floats:
    return np.array([boundary.difference_ms for boundary in boundaries], dtype=np.float64)


def _share_equal(matched: Sequence[ItemPair]) -> float:
    if not matched:
        return float("nan")
    return sum(item.first_label == item.second_label for item in matched) / len(matched)


def _kappa(matched: Sequence[ItemPair]) -> float:
    # Not scikit-learn's, which warns of labels that are nearly all different, as the words of a tier are; the
    # bootstrap needs it from counts anyway. The tests compare both.
    counts = [Counter(item.first_label for item in matched), Counter(item.second_label for item in matched)]
    labels = sorted(counts[0].keys() | counts[1].keys())
    first, second = (np.array([count[label] for label in labels], dtype=np.float64) for count in counts)
    equal = sum(item.first_label == item.second_label for item in matched)
    return _kappa_of_counts(float(equal), first, second)


@dataclass(frozen=True, eq=False)
class _LabelCounts:
    """Labels of matched items, counted per recording; all that kappa needs.

    Parameters
    ----------
    equal : ndarray, shape (n_recordings,)
        Items with the same label.
    first, second : ndarray, shape (n_recordings, n_labels)
        Items of each label, by annotator.
    """

    equal: Floats
    first: Floats
    second: Floats

    @classmethod
    def of(cls, items: Sequence[ItemPair], place: dict[str, int]) -> _LabelCounts:
        matched = [item for item in items if item.matched]
        labels = {label: None for item in matched for label in (item.first_label, item.second_label)}
        column = {label: index for index, label in enumerate(labels)}
        counts = cls(np.zeros(len(place)), *np.zeros((2, len(place), len(column))))
        for item in matched:
            row = place[item.recording]
            counts.equal[row] += item.first_label == item.second_label
            counts.first[row, column[item.first_label]] += 1.0
            counts.second[row, column[item.second_label]] += 1.0
        return counts

    def weighted(self, weights: NDArray[np.intp]) -> tuple[float, float]:
        """Return share of equal labels and kappa, recordings counting as often as `weights` says."""
        equal = float(weights @ self.equal)
        first, second = weights @ self.first, weights @ self.second
        total = float(first.sum())
        return equal / total if total else float("nan"), _kappa_of_counts(equal, first, second)


def _kappa_of_counts(equal: float, first: Floats, second: Floats) -> float:
    """Cohen's kappa from the number of equal labels and how often each label was given."""
    total = float(first.sum())
    chance = float(first @ second)
    if total == 0.0 or chance >= total * total:
        return float("nan")
    by_chance = chance / total**2
    return float((equal / total - by_chance) / (1.0 - by_chance))
