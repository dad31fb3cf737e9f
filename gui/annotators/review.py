"""Going through what two annotators did differently: jump to it, keep ours, adopt theirs.

Signals of `SecondReview`: `current_changed` (the disagreement that was gone to). Messages: notices.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from w2vpraat.compare.agreement.disagreements import Disagreement

from ..document import Document
from ..state import AppState
from ..work.comparing import Adopted, adopting
from ..work.second_notes import Mark, mark_of
from .source import SecondSource

WIDEST = 3.0
"""Seconds that are seen at most after going to a disagreement: milliseconds can't be seen in more."""


class SecondReview(QObject):
    """The list of disagreements and where one is in it.

    Attributes
    ----------
    order : tuple of Disagreement
        Those that are listed, in the order of the list: what `next` follows.
    chosen : tuple of Disagreement
        Those that are selected in the list: what `keep` and `adopt` mean.
    current : Disagreement or None
        Where the list stands.
    """

    current_changed = Signal()

    def __init__(self, state: AppState, source: SecondSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._source = state, source
        self.order: tuple[Disagreement, ...] = ()
        self.chosen: tuple[Disagreement, ...] = ()
        self.current: Disagreement | None = None
        self._seen: Mark | None = None
        self._waiting: list[frozenset[Mark]] = []
        source.changed.connect(self._on_changed)

    def mark(self, one: Disagreement) -> Mark:
        """Return the mark of a disagreement of the chosen tier."""
        compared = self._source.compared
        return mark_of(one, "" if compared is None else compared.tier)

    def is_kept(self, one: Disagreement) -> bool:
        """Whether it was decided that ours stays."""
        return self.mark(one) in self._source.kept

    # Go

    def show(self, one: Disagreement) -> None:
        """Select a disagreement in the editor and let it be seen."""
        document = self._source.document
        if document is None:
            return
        self.current, self._seen = one, self.mark(one)
        start, end = _where(one)
        view = document.view
        if view.length > WIDEST:
            middle, half = 0.5 * (start + end), max(0.5 * WIDEST, 0.75 * (end - start))
            view.show_range(middle - half, middle + half)
        if one.kind == "boundary":
            view.select(one.first_time, tier=one.tier)
        else:
            view.select(start, end, tier=one.tier)
        view.reveal(start, end)
        self.current_changed.emit()

    def next(self) -> None:
        """Go to the disagreement that the list stands at; if that was gone to, to the one after it."""
        if not self.order:
            self._say_none()
            return
        marks = [self.mark(one) for one in self.order]
        now = None if self.current is None else self.mark(self.current)
        at = marks.index(now) if now in marks else -1
        if at < 0 or now == self._seen:
            at = (at + 1) % len(marks)
        self.show(self.order[at])

    # Decide

    def keep(self) -> None:
        """Decide that ours stays where the list stands; what is kept already is open again."""
        marks, before = {self.mark(one) for one in self._given()}, self._source.kept
        if marks:
            after = before - marks if marks <= before else before | marks
            put = partial(self._source.set_kept, self._source.place)
            text = self.tr("Decide again") if marks <= before else self.tr("Keep mine")
            self._state.history.set_value(text, put, before, after)

    def adopt(self) -> None:
        """Take over what the second has where the list stands, as one act."""
        given = self._given()
        if given:
            self.adopt_all(given)

    def adopt_all(self, given: Sequence[Disagreement]) -> None:
        """Take over several, as one act; they are looked for in the grid as it is now."""
        self._waiting.append(frozenset(self.mark(one) for one in given))
        if len(self._waiting) == 1:
            self._start()

    def _given(self) -> tuple[Disagreement, ...]:
        if self.chosen:
            return self.chosen
        if self.current is not None and self.mark(self.current) in map(self.mark, self.order):
            return (self.current,)
        self._say_none()
        return ()

    def _say_none(self) -> None:
        if self._source.is_open:
            self._state.notices.news(
                self.tr("No disagreement is chosen") if self.order else self.tr("No disagreement is listed")
            )
        else:
            self._state.notices.warning(
                self.tr("There is no second annotator's TextGrid"),
                self.tr("Load one in the menu Annotators."),
            )

    def _start(self) -> None:
        pair, document = self._source.pair, self._source.document
        if pair is None or document is None:
            self._waiting.clear()
            return
        marks = self._waiting[0]
        self._state.jobs.start(
            "second:adopt",
            self.tr("Adopt the second annotator's"),
            lambda: adopting(pair, marks),
            on_result=partial(self._on_adopted, document),
            on_error=self._on_failed,
            quiet=True,
            lane="quick",
        )

    # Slots

    def _on_adopted(self, document: Document, adopted: Adopted) -> None:
        if document is not self._source.document:
            self._waiting.clear()
            return
        if document.grid is not adopted.base:
            self._start()  # edited meanwhile
            return
        self._waiting.pop(0)
        self._put(document, adopted)
        self._say_refused(adopted)
        if self._waiting:
            self._start()

    def _put(self, document: Document, adopted: Adopted) -> None:
        done = adopted.done
        if not done:
            return
        self._state.history.edit(document, self._act(done), adopted.grid, place=_after(done))
        self._source.compare()

    def _act(self, done: Sequence[Disagreement]) -> str:
        if len(done) > 1:
            return self.tr("Adopt {count} of the second annotator's").format(count=len(done))
        return {
            "boundary": self.tr("Adopt boundary"),
            "label": self.tr("Adopt label"),
            "missing in first": self.tr("Adopt interval of the second annotator"),
            "missing in second": self.tr("Adopt that the second annotator has none"),
        }[done[0].kind]

    def _say_refused(self, adopted: Adopted) -> None:
        n_refused = len(adopted.refused)
        if n_refused == 1:
            self._state.notices.error(adopted.refused[0], doing=self.tr("Not adopted"))
        elif n_refused:
            self._state.notices.warning(
                self.tr("{count} of {all} could not be adopted").format(
                    count=n_refused, all=n_refused + len(adopted.done)
                ),
                self.tr("They stay in the list. The first: {why}").format(why=adopted.refused[0]),
            )
        elif not adopted.done:
            self._state.notices.news(self.tr("This disagreement is not there any more"))

    def _on_failed(self, error: BaseException) -> None:
        self._waiting.clear()
        self._state.notices.error(error)

    def _on_changed(self) -> None:
        self.current = self._seen = None
        self.chosen = ()


def _where(one: Disagreement) -> tuple[float, float]:
    """Return the stretch that a disagreement is about, in seconds."""
    if one.kind == "boundary":
        return min(one.first_time, one.second_time), max(one.first_time, one.second_time)
    if one.kind == "missing in first":
        return one.second_start, one.second_end
    return one.first_start, one.first_end


def _after(done: Sequence[Disagreement]) -> tuple[float, float, int] | None:
    """Return what is selected after adopting: the one place, or (of several) what was selected before."""
    if len(done) > 1:
        return None
    one = done[0]
    if one.kind == "boundary":
        return one.second_time, one.second_time, one.tier
    return (*_where(one), one.tier)
