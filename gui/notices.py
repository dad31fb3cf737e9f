"""What the window has to say: errors with their remedy, warnings, news. Never a modal box.

Signals: `Notices.added`, `Notices.removed` (a `Notice`).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from PySide6.QtCore import QObject, Signal

from w2vpraat.errors import W2VPraatError

_numbers = count(1)


@dataclass(frozen=True)
class Notice:
    """One message.

    Parameters
    ----------
    level : {"error", "warning", "news"}
    title : str
        What happened, one line.
    remedy : str
        What to do; may be empty.
    report : str
        Everything, for the clipboard.
    place : str
        A file that was written, to be shown in its folder; may be empty.
    choice : str
        Text of a button that does something about it; may be empty.
    act : callable, optional
        What that button does; the message is gone then.
    """

    level: str
    title: str
    remedy: str = ""
    report: str = ""
    place: str = ""
    choice: str = ""
    act: Callable[[], object] | None = field(default=None, compare=False, repr=False)
    number: int = field(default_factory=lambda: next(_numbers), compare=False)


class Notices(QObject):
    """The messages that have not been dismissed."""

    added = Signal(object)
    removed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown: list[Notice] = []

    def error(
        self,
        error: BaseException,
        *,
        doing: str = "",
        report: str = "",
        choice: str = "",
        act: Callable[[], object] | None = None,
    ) -> Notice:
        """Say what went wrong; for errors that nobody foresaw the report holds where."""
        if isinstance(error, W2VPraatError):
            where = f"{error.where}: " if error.where else ""
            title, remedy = where + error.message, error.hint
        else:
            title = f"{type(error).__name__}: {error}"
            remedy = self.tr("This is a fault of w2vpraat. Please copy the report and send it to us.")
        title = f"{doing}: {title}" if doing else title
        full = report or "".join(traceback.format_exception(error))
        return self._add(Notice("error", title, remedy, full, choice=choice, act=act))

    def warning(
        self, title: str, remedy: str = "", *, choice: str = "", act: Callable[[], object] | None = None
    ) -> Notice:
        """Say what the user should know."""
        return self._add(Notice("warning", title, remedy, f"{title}\n{remedy}\n", choice=choice, act=act))

    def news(self, title: str, remedy: str = "", *, place: str = "") -> Notice:
        """Say what was done, and to which file."""
        return self._add(Notice("news", title, remedy, f"{title}\n{remedy}\n", place))

    def dismiss(self, notice: Notice) -> None:
        """Take a message away."""
        kept = [one for one in self.shown if one.number != notice.number]
        if len(kept) != len(self.shown):
            self.shown = kept
            self.removed.emit(notice)

    def _add(self, notice: Notice) -> Notice:
        for old in [one for one in self.shown if one == notice]:
            self.dismiss(old)
        self.shown.append(notice)
        self.added.emit(notice)
        return notice
