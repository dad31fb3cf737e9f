"""Dialog: settings of the editor and the window, as forms made from the parameter groups.

Signal: `applied` (a tuple of the parameter groups that were changed).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.acoustics.alignment import LANGUAGES
from w2vpraat.params import ParamGroup
from w2vpraat.params.editing import AlignParams, LogParams, WindowParams

from ..forms import ParamForm
from ..languages import known_languages
from .log_settings import LogSettings

Page = ParamForm | LogSettings


class Preferences(QDialog):
    """One page per parameter group.

    Parameters
    ----------
    values : mapping
        Section to the group as it is now.
    lines : sequence of str
        Lines of the log since the start.
    """

    applied = Signal(object)

    def __init__(
        self, values: Mapping[str, ParamGroup], lines: Sequence[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._values = dict(values)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Pages"))
        self.list.setSpacing(2)
        self.stack = QStackedWidget()
        self.forms: dict[str, Page] = {}
        self.about = QLabel(self.tr("What a setting means is said here."))
        self.about.setWordWrap(True)
        self.about.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        for section, group in values.items():
            self._add_page(section, group, lines)
        self.list.setFixedWidth(self.list.sizeHintForColumn(0) + 40)
        self.list.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.list.currentRowChanged.connect(lambda _: self._tell())
        self.list.setCurrentRow(0)
        self.defaults = QPushButton(self.tr("&Defaults of this page"))
        self.defaults.clicked.connect(self._on_defaults)
        self.note = QLabel()
        self.note.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Apply | standard.Cancel)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(standard.Apply).clicked.connect(self._on_apply)
        row = QHBoxLayout()
        row.addWidget(self.list)
        right = QVBoxLayout()
        right.addWidget(self.stack, 1)
        right.addWidget(self.about)
        row.addLayout(right, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.defaults)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.buttons)
        box = QVBoxLayout(self)
        box.addLayout(row, 1)
        box.addLayout(foot)
        self.resize(840, 600)
        self._tell()

    def page_titles(self) -> dict[str, str]:
        """Return the titles of the sections."""
        return {
            "window": self.tr("Window"),
            "editor": self.tr("Editor"),
            "select": self.tr("Arrow keys"),
            "spectrogram": self.tr("Spectrogram"),
            "formant_view": self.tr("Formants"),
            "pitch_view": self.tr("f0"),
            "intensity_view": self.tr("Intensity"),
            "playback": self.tr("Slow playing"),
            "align": self.tr("Align interval"),
            "log": self.tr("Log"),
            "praat": self.tr("Praat"),
        }

    def show_page(self, section: str) -> None:
        """Go to a page."""
        self.list.setCurrentRow(list(self.forms).index(section))

    @property
    def section(self) -> str:
        """The page that is shown."""
        return list(self.forms)[max(self.list.currentRow(), 0)]

    def changed_groups(self) -> tuple[ParamGroup, ...]:
        """Return the groups that differ from what they were."""
        return tuple(
            form.value() for section, form in self.forms.items() if form.value() != self._values[section]
        )

    def _add_page(self, section: str, group: ParamGroup, lines: Sequence[str]) -> None:
        form: Page
        if isinstance(group, LogParams):
            form = LogSettings()
            form.set_value(group)
            form.set_lines(lines)
        else:
            form = ParamForm(type(group))
            form.set_value(group)
            self._help_typing(form, group)
        for field in (form.form if isinstance(form, LogSettings) else form).fields.values():
            field.installEventFilter(self)
        form.changed.connect(lambda _: self._tell())
        self.forms[section] = form
        holder = QWidget()
        box = QVBoxLayout(holder)
        heading = QLabel(self.tr((type(group).__doc__ or "").split("\n", 1)[0]))
        heading.setWordWrap(True)
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        box.addWidget(heading)
        box.addWidget(form, 1 if isinstance(form, LogSettings) else 0)
        if not isinstance(form, LogSettings):
            box.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(holder)
        self.stack.addWidget(area)
        self.list.addItem(self.page_titles().get(section, section))

    def _help_typing(self, form: ParamForm, group: ParamGroup) -> None:
        field = form.fields.get("language")
        if not isinstance(field, QLineEdit):
            return
        if isinstance(group, AlignParams):
            words = list(LANGUAGES)
        elif isinstance(group, WindowParams):
            words = known_languages()
            names = [f"{code} ({QLocale(code).nativeLanguageName()})" for code in words]
            field.setToolTip(field.toolTip() + "\n" + ", ".join(names))
        else:
            return
        completer = QCompleter(words, field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(lambda _: field.editingFinished.emit())
        field.setCompleter(completer)

    # Slots

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say what the setting under the mouse or with the keyboard means."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.Enter) and isinstance(watched, QWidget):
            self.about.setText(f"{watched.accessibleName()}: {watched.accessibleDescription()}")
        return super().eventFilter(watched, event)

    def _tell(self) -> None:
        if not hasattr(self, "buttons"):
            return
        changed = bool(self.changed_groups())
        self.buttons.button(QDialogButtonBox.StandardButton.Apply).setEnabled(changed)
        self.defaults.setEnabled(self.forms[self.section].value() != type(self._values[self.section])())
        self.note.setText(self.tr("For this session, and for new ones.") if changed else "")

    def _on_defaults(self) -> None:
        form = self.forms[self.section]
        form.set_value(type(self._values[self.section])())  # type: ignore[arg-type]
        self._tell()

    def _on_apply(self) -> bool:
        for section, form in self.forms.items():
            problem = form.problem_text if isinstance(form, LogSettings) else form.problem
            if problem:
                self.show_page(section)
                return False
        groups = self.changed_groups()
        if groups:
            self._values.update({section: form.value() for section, form in self.forms.items()})
            self.applied.emit(groups)
        self._tell()
        return True

    def _on_accepted(self) -> None:
        if self._on_apply():
            self.accept()
