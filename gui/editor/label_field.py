"""The text field above the panes: the label of the selected interval or point, as in Praat.

Signals of `LabelField`: `typed` (the label as it would be stored, after every change by the user). It knows
nothing of documents: `labelling.py` fills it and makes acts of what was typed.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from w2vpraat.corpus.textgrid.praat_edits import LabelSelection
from w2vpraat.corpus.textgrid.typing_codes import completed

from ..actions import Actions
from ..fonts import label_font
from .keys import is_text_key, is_typing, sequence_of
from .label_text import LabelText, characters, read_text, units

_OWN = (
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Paste,
)
_LINE_ENDS = ("\r\n", "\n", "\r", "\u2028", "\u2029")


class LabelField(QLineEdit):
    """Shows a label and lets it be typed.

    Parameters
    ----------
    actions : Actions
        Their keys are left to them, except cut, copy and paste, and letters where a keymap has such.
    """

    typed = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.codes = True
        """Whether backslash codes are shown and typed as signs."""
        self._actions = actions
        self._read: LabelText | None = None
        self.setAccessibleName(self.tr("Label of the selected interval or point"))
        self.set_size(12.0)
        self.textEdited.connect(self._on_edited)
        self.show_label(None)

    def set_size(self, points: float) -> None:
        """Take another size of letters."""
        self.setFont(label_font(points + 2))
        # Charis is tall for its marks; the field must hold them all.
        self.setMinimumHeight(self.fontMetrics().height() + 10)

    # The label

    def show_label(self, label: str | None, *, keep_cursor: bool = False) -> None:
        """Show a label; None if there is nothing to be labelled.

        Parameters
        ----------
        label : str or None
            As found.
        keep_cursor : bool
            Leave the text cursor where it is; else it goes to the end.
        """
        self._read = None if label is None else read_text(label, codes=self.codes)
        text = "" if self._read is None else self._read.text
        place = self.cursorPosition()
        if text != self.text():
            with QSignalBlocker(self):
                self.setText(text)
            self.setCursorPosition(min(place, len(text)) if keep_cursor else units(text, len(text)))
        elif not keep_cursor:
            self.end(False)
        self.setReadOnly(label is None)
        self.setPlaceholderText(self.tr("Select an interval or a point") if label is None else "")

    @property
    def label(self) -> str:
        """The label as it would be stored now."""
        return "" if self._read is None else self._read.edited(self.text())

    @property
    def stored_label(self) -> str | None:
        """The label as found; None if none is shown."""
        return None if self._read is None else self._read.label

    def take_typed(self, label: str) -> None:
        """Go on with a label that was typed and not stored."""
        if self._read is not None:
            self.setText(read_text(label, codes=self.codes).text)
            self.typed.emit(self.label)

    @property
    def was_edited(self) -> bool:
        """Whether something was typed that is not stored."""
        return self._read is not None and self.text() != self._read.text

    @property
    def label_selection(self) -> LabelSelection | None:
        """Selected text as (anchor, cursor), in characters of the label as it would be stored.

        None if no label is shown. The two are equal if nothing is selected.
        """
        if self._read is None:
            return None
        text, cursor, anchor = self.text(), self.cursorPosition(), self.cursorPosition()
        if self.hasSelectedText():
            anchor = self.selectionEnd() if cursor == self.selectionStart() else self.selectionStart()
        stored = read_text(self.label, codes=self.codes)
        return (
            stored.label_place(characters(text, anchor)),
            stored.label_place(characters(text, cursor)),
        )

    def finish_composing(self) -> None:
        """Take what an input method still holds."""
        if self.hasFocus():
            QGuiApplication.inputMethod().commit()

    # Keys

    def event(self, event: QEvent) -> bool:
        """Leave the keys of actions to them; Qt's field would take many."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not any(event.matches(key) for key in _OWN)
        ):
            if is_typing(event):
                event.accept()
                return True
            sequence = sequence_of(event)
            action = self._actions.action_of(sequence) or self._actions.action_of(sequence, "window")
            if action is not None and not is_text_key(sequence):
                event.ignore()
                return True
        return super().event(event)

    def _on_edited(self, text: str) -> None:
        if self._read is None:
            return
        place = characters(text, self.cursorPosition())
        new = text
        for line_end in _LINE_ENDS:
            new = new.replace(line_end, self._read.newline)
        if self.codes:
            new, place = completed(new, place)
        if new != text:
            with QSignalBlocker(self):
                self.setText(new)
            self.setCursorPosition(units(new, place))
        self.typed.emit(self.label)
