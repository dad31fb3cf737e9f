"""The card of a model: what it was trained for, its measures, licence and source.

Signals: none. Shows a `ModelRecord`, or why there is none.
"""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from w2vpraat.errors import W2VPraatError
from w2vpraat.models.catalogue import ModelRecord

from ..theme import colours


class ModelCard(QFrame):
    """What a user should know of a model before choosing it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: ModelRecord | BaseException | str = ""
        self.setObjectName("modelCard")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName(self.tr("About the model"))
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        box.addWidget(self.text)
        self._paint()

    def show_record(self, record: ModelRecord) -> None:
        """Show a model."""
        self._put(record)

    def show_error(self, error: BaseException) -> None:
        """Say why there is no model, and what to do."""
        self._put(error)

    def show_waiting(self, name: str) -> None:
        """Say that a model is being looked for."""
        self._put(self.tr("Looking for {name}…").format(name=name))

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()

    def _put(self, shown: ModelRecord | BaseException | str) -> None:
        self._shown = shown
        self._paint()

    def _paint(self) -> None:
        shade = colours()
        sheet = f"QFrame#modelCard {{ background: {shade.paper}; border: 1px solid {shade.grid}; }}"
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)
        shown = self._shown
        if isinstance(shown, ModelRecord):
            html = self._record(shown)
        elif isinstance(shown, BaseException):
            html = _error(shown)
        else:
            html = escape(shown)
        if html != self.text.text():
            self.text.setText(html)

    def _record(self, record: ModelRecord) -> str:
        shade = colours()
        head = f"<b>{escape(record.title or record.name)}</b>"
        if record.problem:
            head += f'<br><span style="color: {shade.error}">{escape(record.problem)}</span>'
        rows = "".join(
            f'<tr><td style="color: {shade.faint}; padding-right: 6px;">{escape(name)}</td>'
            f"<td>{escape(value)}</td></tr>"
            for name, value in self.rows(record)
            if value
        )
        return f'{head}<table cellspacing="0" cellpadding="1">{rows}</table>'

    def rows(self, record: ModelRecord) -> list[tuple[str, str]]:
        """Return what the card says, line by line."""
        clock = record.clock
        tasks = ", ".join(record.tasks) if record.tasks else record.task
        if record.task == "pretrained" or (not tasks and not record.labels):
            tasks = self.tr("nothing: pre-trained only")
        size = f"{record.n_parameters / 1e6:.1f} M" if record.n_parameters else ""
        return [
            (self.tr("Tuned for"), tasks),
            (
                self.tr("Layers"),
                self.tr("0 to {last}, recommended {best}").format(
                    last=record.layers, best=record.recommended_layer
                ),
            ),
            (self.tr("Vector"), self.tr("{dim} values").format(dim=record.dim)),
            (
                self.tr("Frames"),
                self.tr("every {step:g} ms, each {field:g} ms of sound").format(
                    step=1000 * clock.hop / clock.rate, field=1000 * clock.receptive_field / clock.rate
                ),
            ),
            (self.tr("Parameters"), size),
            (self.tr("Languages"), ", ".join(record.languages)),
            (self.tr("Licence"), record.licence or self.tr("not stated")),
            (self.tr("Trained on"), record.training_data),
            (self.tr("Cite"), record.citation),
        ]


def _error(error: BaseException) -> str:
    shade = colours()
    if isinstance(error, W2VPraatError):
        where = f"{error.where}: " if error.where else ""
        told, hint = where + error.message, error.hint
    else:
        told, hint = f"{type(error).__name__}: {error}", ""
    html = f'<span style="color: {shade.error}">{escape(told)}</span>'
    return f"{html}<br>→ {escape(hint)}" if hint else html
