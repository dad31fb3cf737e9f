"""Normalized values of all tokens that follow edits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import NormalizationError
from w2vpraat.pipeline.live.blocks import Blocks, reordered
from w2vpraat.pipeline.live.normalizing import Normalizing, Source, make_normalizing
from w2vpraat.pipeline.live.reference import ReferenceShift, speaker_shift

if TYPE_CHECKING:
    from w2vpraat.pipeline.live.live_change import LiveChange
    from w2vpraat.pipeline.live.live_results import LiveResults

Rows = NDArray[np.intp]
Values = NDArray[np.floating[Any]]
EVERYBODY = ""
"""Whose fit it is if all speakers share one."""
SLOW_SECONDS = 0.02


class Normalized:
    """Normalized values of all rows of a `LiveResults`, as a run would normalize them.

    Fitted on the tokens of now; while the `LiveResults` (or this one, see `freeze`) is frozen, on those of
    then. One thread owns it, as it owns the `LiveResults`.

    Parameters
    ----------
    live : LiveResults
        Or a snapshot.
    source : str, sequence of str or VectorKey
        "formants" (those of ``settings.normalize.formants``), columns of formants such as ``("F1", "F2")``,
        "f0", "duration", or vectors.
    normalization : str
        Key of a method for that kind (METHODS, F0_METHODS, EMBEDDING_METHODS of `w2vpraat.normalize`), or
        "none". Its further options are those of ``settings.normalize``.
    scale : str
        Frequency scale of formants and f0.

    Attributes
    ----------
    columns : tuple of str
        Names of the dimensions.
    is_slow : bool
        Whether an update computes all rows and takes more than 20 ms: then let a job call it.
    notes : tuple of str
        What the reader should know: speakers that a method refused ...
    shift : ReferenceShift or None
        What the last update did to the reference; None before, and if no value changed.

    Raises
    ------
    NormalizationError
        If the method does not exist, or these data do not allow it.
    """

    def __init__(
        self,
        live: LiveResults,
        source: Source = "formants",
        normalization: str = "none",
        *,
        scale: str = "hz",
    ) -> None:
        self._method = make_normalizing(live, source, normalization, scale)
        self._live = live.snapshot()
        self._held: LiveResults | None = None
        self._fits: dict[str, Any] = {}
        self._refused: dict[str, str] = {}
        self._shifted: Callable[[], ReferenceShift] | None = None
        self._shift: ReferenceShift | None = None
        self.columns: tuple[str, ...] = ()
        self._dtype = self._method.raw(live, np.empty(0, np.intp)).dtype
        self._blocks = self._split(self._all_values())
        self.is_slow = self._by_everybody and not self._method.by_token and self._takes_long()

    # What is there

    @property
    def values(self) -> Values:
        """One row per token, shape (n_tokens, dim); of several points that at ``settings.chart.point``."""
        whole = self._blocks.whole
        return whole[:, self._live.point if whole.shape[1] > 1 else 0]

    def values_at(self, rows: Rows) -> Values:
        """Return the values of some rows, without putting all together."""
        found = self._blocks.at(rows)
        return found[:, self._live.point if found.shape[1] > 1 else 0]

    def courses(self) -> tuple[NDArray[np.float64], Values]:
        """Return proportional times (n_points,) and values (n_tokens, n_points, dim)."""
        return self._live.prop_times, self._blocks.whole

    @property
    def shift(self) -> ReferenceShift | None:
        """What the last update did to the reference; worked out when it is first asked for."""
        if self._shift is None and self._shifted is not None:
            self._shift, self._shifted = self._shifted(), None
        return self._shift

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know."""
        fits = {id(one): one for one in self._fits.values() if one is not None}
        found = [note for one in fits.values() for note in self._method.warnings(one)]
        found += self._refused.values()
        if self.is_frozen:
            unknown = [] if self._by_everybody else sorted(set(self._live.speakers) - set(self._fits))
            if unknown:
                found.append(f"{', '.join(unknown)}: not among the tokens that the reference is frozen on")
        return tuple(dict.fromkeys(found))

    # Following edits

    @property
    def is_frozen(self) -> bool:
        """Whether the constants are held."""
        return self._held is not None or self._live.is_frozen

    def freeze(self, frozen: bool) -> Rows:
        """Hold the fitted constants for coming edits, or fit again on the tokens of now.

        Returns
        -------
        ndarray of intp
            Rows whose values changed.
        """
        if frozen == (self._held is not None):
            return np.empty(0, np.intp)
        self._held = self._fitted_on if frozen else None
        return np.empty(0, np.intp) if frozen else self._again(self._live, None)

    def update(self, live: LiveResults, change: LiveChange) -> Rows:
        """Follow an edit (or several as one).

        Parameters
        ----------
        live : LiveResults
            After the change.
        change : LiveChange
            All that happened since the last update.

        Returns
        -------
        ndarray of intp
            Rows whose values changed, in the new numbering, ascending.
        """
        before = self._live
        if live.version == before.version:
            return np.empty(0, np.intp)
        self._shifted = self._shift = None
        if change.version != live.version or not self._covers(change, live):
            raise ValueError("the change does not lead from the last state to this one")
        now = live.snapshot()
        if live.frozen_version != before.frozen_version:
            return self._again(now, change.order, change.rows)
        rows, old = change.rows, _old_rows(change)
        if self._is_unconcerned(before, now, rows, old) and not _came_or_went(change, before):
            self._live, self._blocks = now, self._laid_out(now, change.order)
            return np.empty(0, np.intp)
        wanted = rows
        if not (self.is_frozen or self._method.by_token):
            if self._method.by_speaker:
                wanted = np.union1d(now.rows_of_speakers(change.speakers), rows).astype(np.intp)
                self._fit_speakers(now, change.speakers)
            else:
                wanted = self._every(now)
                self._fit_everybody(now)
        return self._put(now, change.order, wanted, edited=rows, speakers=change.speakers)

    # Parts

    @property
    def _by_everybody(self) -> bool:
        """Whether there is one fit for all."""
        return self._method.by_token or not self._method.by_speaker

    @property
    def _fitted_on(self) -> LiveResults:
        return self._held or self._live.reference or self._live

    def _covers(self, change: LiveChange, live: LiveResults) -> bool:
        if change.order is None:
            return len(live) == len(self._live)
        return len(change.order) == len(live) and int(change.order.max(initial=-1)) < len(self._live)

    def _again(self, now: LiveResults, order: Rows | None, edited: Rows | None = None) -> Rows:
        """Fit on another reference."""
        self._live, before = now, self._live
        self._fit_all()
        self._live = before
        none = np.empty(0, np.intp)
        return self._put(now, order, self._every(now), edited=none if edited is None else edited)

    def _put(
        self,
        now: LiveResults,
        order: Rows | None,
        wanted: Rows,
        *,
        edited: Rows,
        speakers: Iterable[str] = (),
    ) -> Rows:
        before, blocks = self._live, self._laid_out(now, order)
        values = self._applied(now, wanted)
        if values.shape[2] != blocks.parts[0].shape[2]:
            # Another number of components: nothing can be compared.
            self._live, self._blocks = now, self._split(values, now)
            return wanted
        old = blocks.at(wanted)
        other = ((values != old) & ~(np.isnan(values) & np.isnan(old))).any(axis=(1, 2))
        if order is not None:
            other |= order[wanted] < 0
        self._live = now
        self._blocks = blocks.with_rows(wanted[other], values[other])
        frozen = self.is_frozen
        self._shifted = partial(
            _reference_shift, self._method, before, now, wanted, old, values, edited, tuple(speakers), frozen
        )
        moved: Rows = wanted[other]
        return moved

    def _is_unconcerned(self, before: LiveResults, now: LiveResults, rows: Rows, old: Rows) -> bool:
        """Whether nothing that this reads is different."""
        if (old < 0).any():
            return False
        texts = ("speaker", "label") if self._method.labels_count else ("speaker",)
        if any((before.texts(name)[old] != now.texts(name)[rows]).any() for name in texts):
            return False
        one, two = self._method.raw(before, old), self._method.raw(now, rows)
        return bool(((one == two) | (np.isnan(one) & np.isnan(two))).all())

    def _fit_all(self) -> None:
        self._fits, self._refused = {}, {}
        on = self._fitted_on
        fitted = self._method.fit(on, self._every(on))
        if fitted is None:
            raise NormalizationError("there is no token to normalize")
        names = (EVERYBODY,) if self._by_everybody else on.speakers
        # One fit for all; speakers get their own when they are edited.
        self._fits = dict.fromkeys(names, fitted)
        self.columns = self._method.columns(fitted)

    def _all_values(self) -> Values:
        self._fit_all()
        return self._applied(self._live, self._every(self._live))

    def _takes_long(self) -> bool:
        # The second time: the first one loads libraries too.
        begun = time.perf_counter()
        self._all_values()
        return time.perf_counter() - begun > SLOW_SECONDS

    def _fit_everybody(self, now: LiveResults) -> None:
        try:
            fitted = self._method.fit(now, self._every(now))
            self._fits, self._refused = {EVERYBODY: fitted}, {}
        except NormalizationError as error:
            self._fits, self._refused = {EVERYBODY: None}, {EVERYBODY: str(error)}
        if self._fits[EVERYBODY] is not None:
            self.columns = self._method.columns(self._fits[EVERYBODY])

    def _fit_speakers(self, now: LiveResults, speakers: Iterable[str]) -> None:
        for one in speakers:
            rows = now.rows_of_speakers([one])
            self._refused.pop(one, None)
            try:
                self._fits[one] = self._method.fit(now, rows)
            except NormalizationError as error:
                self._fits[one], self._refused[one] = None, str(error)
            if not len(rows):
                del self._fits[one]

    def _applied(self, live: LiveResults, rows: Rows) -> Values:
        """Apply the fits to rows, shape (n_rows, n_points, dim); NaN for those without."""
        names = live.texts("speaker")[rows]
        everybody = [EVERYBODY] if self._by_everybody else list(dict.fromkeys(names))
        out: Values = np.full((len(rows), self._points(live), len(self.columns)), np.nan, self._dtype)
        # Speakers that share a fit are done in one go.
        fits = {id(self._fits[one]): self._fits[one] for one in everybody if self._fits.get(one) is not None}
        for number, fitted in fits.items():
            own = [one for one in everybody if id(self._fits.get(one)) == number]
            places: Rows = np.arange(len(rows))
            if not self._by_everybody:
                places = np.flatnonzero(np.isin(names.astype(str), own))
            out[places] = self._method.apply(fitted, live, rows[places])
        return out

    def _points(self, live: LiveResults) -> int:
        return int(self._method.raw(live, np.empty(0, np.intp)).shape[1])

    @staticmethod
    def _every(live: LiveResults) -> Rows:
        return np.arange(len(live), dtype=np.intp)

    def _split(self, values: Values, live: LiveResults | None = None) -> Blocks:
        return Blocks(np.split(values, (live or self._live).starts[1:-1]))

    def _laid_out(self, now: LiveResults, order: Rows | None) -> Blocks:
        """Return the values of before in the rows of now; recordings that stayed are shared."""
        if order is None:
            return self._blocks
        was, parts = self._blocks.starts, []
        for place, part in enumerate(self._blocks.parts):
            inside = order[now.starts[place] : now.starts[place + 1]]
            inside = np.where(inside >= 0, inside - was[place], -1)
            same = len(inside) == len(part) and np.array_equal(inside, np.arange(len(part)))
            parts.append(part if same else reordered(part, inside))
        return Blocks(parts)


def _old_rows(change: LiveChange) -> Rows:
    return change.rows if change.order is None else change.order[change.rows]


def _came_or_went(change: LiveChange, before: LiveResults) -> bool:
    if change.order is None:
        return False
    return bool((change.order < 0).any()) or len(change.order) != len(before)


def _reference_shift(
    method: Normalizing,
    before: LiveResults,
    now: LiveResults,
    rows: Rows,
    old: Values,
    new: Values,
    edited: Rows,
    speakers: tuple[str, ...],
    frozen: bool,
) -> ReferenceShift:
    others = ~np.isin(rows, edited)
    apart = np.where(np.isnan(new[others]) | np.isnan(old[others]), 0.0, new[others] - old[others])
    far = np.sqrt((apart.astype(np.float64) ** 2).sum(axis=2)).max(axis=1, initial=0.0)
    largest = int(far.argmax()) if len(far) and far.max() > 0.0 else None
    return ReferenceShift(
        method.raw_columns,
        tuple(
            speaker_shift(
                one,
                method.raw(before, before.rows_of_speakers([one])),
                method.raw(now, now.rows_of_speakers([one])),
            )
            for one in sorted(speakers)
        ),
        int((far > 0.0).sum()),
        0.0 if largest is None else float(far[largest]),
        "" if largest is None else str(now.ids[rows[others][largest]]),
        frozen,
    )
