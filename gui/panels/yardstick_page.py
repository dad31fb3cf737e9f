"""One yardstick: what it is, how it is asked, and its result.

Signals of `YardstickPage`: `play_wanted` (id of a token; Space in a table of tokens). Choosing rows of tokens
or labels selects the tokens everywhere; a click, a double click or Enter opens a token in the editor.
Messages: none; errors and what to do stand in the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.errors import W2VPraatError

from ..actions import Actions
from ..judging.judging import Judging
from ..measuring.time_estimate import duration_words
from ..state import AppState
from ..theme import colours
from ..work.yardsticks import Found
from .section import GroupForms, ShortLabel
from .yardstick_result import YardstickResult
from .yardstick_views import View

FORMS = 310
"""Pixels of the forms beside the table."""
TOLD = 5
"""So many skipped files are named."""


class YardstickPage(QWidget):
    """Base of the pages; those say in words what they are, and turn a result into views.

    Parameters
    ----------
    state : AppState
    actions : Actions
    judging : Judging
    """

    play_wanted = Signal(str)

    kind = ""
    """One of `w2vpraat_gui.work.yardsticks.KINDS`."""
    action = ""
    """Whose keys start it."""

    def __init__(
        self, state: AppState, actions: Actions, judging: Judging, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.state, self.judging = state, judging
        self._actions = actions
        self.found: Found | None = None
        self.forms: list[tuple[str, GroupForms]] = []
        self.setAccessibleName(judging.title(self.kind))
        self.result = YardstickResult(judging.title(self.kind))
        self._make()
        self.run_button.clicked.connect(lambda: judging.run(self.kind))
        self.cancel_button.clicked.connect(lambda: judging.cancel(self.kind))
        self.save_button.clicked.connect(lambda: judging.ask_save(self.kind))
        self.options_button.toggled.connect(self.options.setVisible)
        self.result.chosen.connect(self._on_chosen)
        self.result.opened.connect(self._on_opened)
        self.result.play_wanted.connect(self._on_play)
        self.result.pointed.connect(self._on_pointed)
        judging.changed.connect(self._on_changed)
        judging.progressed.connect(self._on_progressed)
        state.session_changed.connect(self._on_session)
        state.session_opened.connect(self._on_session)
        state.linked.current_changed.connect(self._on_linked)
        self._on_session()
        self._on_changed(self.kind)

    # What a page says of itself

    def about(self) -> str:
        """Return what the yardstick is, in one sentence."""
        raise NotImplementedError

    def make_forms(self) -> Sequence[tuple[str, str, GroupForms]]:
        """Return title, section of the settings and forms of what it is asked with."""
        raise NotImplementedError

    def views(self, found: Found) -> Sequence[View]:
        """Return what can be looked at, the most important first."""
        raise NotImplementedError

    def choose_row(self, key: Any) -> None:
        """Do what choosing a row that is no token means."""

    # Parts

    def _make(self) -> None:
        self.sentence = ShortLabel(self.about())
        self.progress = QProgressBar()
        self.progress.setMaximumHeight(14)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("How much is done"))
        self.doing = ShortLabel()
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.working = QWidget()
        work = QHBoxLayout(self.working)
        work.setContentsMargins(0, 0, 0, 0)
        work.addWidget(self.progress, 2)
        work.addWidget(self.doing, 5)
        work.addWidget(self.cancel_button)
        self.head = QStackedWidget()
        for widget in (self.sentence, self.working):
            self.head.addWidget(widget)
        self.head.setFixedHeight(max(self.cancel_button.sizeHint().height(), 24))
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.hide()
        self.stale = QLabel()
        self.stale.setTextFormat(Qt.TextFormat.PlainText)
        self.stale.hide()
        self.run_button = QPushButton()
        self.save_button = QPushButton(self.tr("Save…"))
        self.save_button.setToolTip(self.tr("The files that the command line writes, with provenance"))
        self.save_button.hide()
        self.options_button = QToolButton()
        self.options_button.setText(self.tr("Settings"))
        self.options_button.setCheckable(True)
        self.options_button.setToolTip(self.tr("How it is asked"))
        self.bar = QHBoxLayout()
        self.bar.setSpacing(6)
        self.bar.addWidget(self.options_button)
        for box in (self.result.view_box, *self.result.only_boxes):
            self.bar.addWidget(box)
        self.bar.addStretch(1)
        for label_or_button in (self.stale, self.run_button, self.save_button):
            self.bar.addWidget(label_or_button)
        self.options = self._make_options()
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.addWidget(self.options)
        self.body.addWidget(self.result)
        self.body.setCollapsible(1, False)
        self.body.setStretchFactor(1, 1)
        self.options.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(6, 4, 6, 6)
        whole.setSpacing(4)
        whole.addWidget(self.head)
        whole.addLayout(self.bar)
        whole.addWidget(self.problem)
        whole.addWidget(self.body, 1)

    def _make_options(self) -> QScrollArea:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(2)
        for title, section, forms in self.make_forms():
            if title:
                label = QLabel(title)
                label.setContentsMargins(8, 6, 0, 0)
                font = label.font()
                font.setBold(True)
                label.setFont(font)
                column.addWidget(label)
            column.addWidget(forms)
            self.forms.append((section, forms))
            forms.changed.connect(lambda group, name=section: self.judging.change(name, group))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(FORMS)
        area.setAccessibleName(self.tr("How it is asked"))
        area.setWidget(inner)
        return area

    # State

    def _on_session(self) -> None:
        session = self.state.session
        for section, forms in self.forms:
            forms.setEnabled(session is not None)
            if session is not None:
                forms.set_value(session.settings.group(section))

    def _on_changed(self, kind: str) -> None:
        if kind != self.kind:
            return
        found = self.judging.found(self.kind)
        if found is not self.found:
            self.found = found
            self.result.set_views(() if found is None else self.views(found))
            self.say()
        self._tell()

    def _on_progressed(self, kind: str) -> None:
        if kind == self.kind:
            self._tell_progress()

    def _tell(self) -> None:
        judging, found = self.judging, self.found
        job, error = judging.job(self.kind), judging.error(self.kind)
        outdated = judging.is_outdated(self.kind)
        self.head.setCurrentWidget(self.sentence if job is None else self.working)
        self._tell_progress()
        self.run_button.setEnabled(judging.is_ready and job is None)
        self.run_button.setText(
            self.tr("Compute")
            if found is None
            else self.tr("Compute again (about {time})").format(time=duration_words(found.seconds))
        )
        self.save_button.setVisible(found is not None)
        self.stale.setText(self.tr("made before the last change") if outdated else "")
        self.stale.setToolTip(self.tr("Annotations or settings were changed since: compute again"))
        self.stale.setStyleSheet(f"color: {colours().warning};")
        self.stale.setVisible(outdated)
        told = "" if error is None or found is None or job is not None else _told(error)
        self.problem.setText(told)
        self.problem.setVisible(bool(told))
        self.problem.setStyleSheet(f"color: {colours().error};")
        self.sentence.setStyleSheet(f"color: {colours().faint};")
        if found is None:
            wrong = error if job is None else None
            self.result.show_empty(self._advice() if wrong is None else _told(wrong), wrong=wrong is not None)

    def _advice(self) -> str:
        if not self.judging.is_ready:
            return self.tr("Open a folder with recordings first.")
        if self.judging.job(self.kind) is not None:
            return self.tr("Being computed, of what is on the screen.")
        keys = self._actions[self.action].shortcut().toString()
        return (
            self.tr("Nothing has been computed yet.\n\nCompute it of what is on the screen: {keys}").format(
                keys=keys
            )
            if keys
            else self.tr(
                "Nothing has been computed yet.\n\nPress Compute: it is about what is on the screen."
            )
        )

    def _tell_progress(self) -> None:
        job = self.judging.job(self.kind)
        if job is None:
            return
        progress = job.progress
        if progress is None:
            self.progress.setRange(0, 0)
            self.doing.set_line(self.tr("waits for other work, or starts"))
            return
        self.progress.setRange(0, max(progress.total, 1))
        self.progress.setValue(progress.done)
        parts = [self._step(progress.step), progress.name]
        left = job.seconds_left
        if left is not None and progress.done < progress.total:
            parts.append(self.tr("about {time} left of this step").format(time=duration_words(left)))
        self.doing.set_line("   ".join(part for part in parts if part))

    def _step(self, step: str) -> str:
        return {
            "tokens": self.tr("choosing tokens"),
            "measure": self.tr("measuring"),
            "embed": self.tr("embedding"),
            "normalize": self.tr("normalizing"),
            "clipping": self.tr("looking for clipping"),
            "compare": self.tr("comparing"),
            "pairs": self.tr("pairs of labels"),
            "review": self.tr("tokens worth a second look"),
            "map": self.tr("maps"),
            "maps": self.tr("maps"),
            "probe": self.tr("probing"),
            "probe raw": self.tr("probing"),
            "probe collapsed": self.tr("probing without speakers"),
            "similarity": self.tr("similarity of layers"),
            "subspaces": self.tr("subspaces"),
            "moved_formants": self.tr("moved boundaries, formants"),
            "moved_vectors": self.tr("moved boundaries, vectors"),
            "draw": self.tr("drawing"),
        }.get(step, step)

    def say(self, first: str = "") -> None:
        """Show the result in words, or instead of it what belongs to the chosen row."""
        found = self.found
        if found is None:
            return
        warned = list(found.warnings)
        count = len(found.skipped)
        if count:
            told = self.tr("1 file was skipped") if count == 1 else self.tr("{count} files were skipped")
            names = "; ".join(f"{one.name}: {one.error}" for one in found.skipped[:TOLD])
            warned.append(f"{told.format(count=count)}: {names}")
        self.result.say(
            (
                ("", [first] if first else found.said),
                ("!" + self.tr("Warnings"), warned),
                (self.tr("Notes"), found.notes),
            )
        )

    # Rows

    def _now(self, key: Any) -> str:
        if key is None or not self.result.shows_tokens:
            return ""
        return next(iter(self.judging.ids_now(self.kind, [key])), "")

    def _on_chosen(self, keys: list[Any]) -> None:
        if self.result.shows_tokens:
            ids = self.judging.ids_now(self.kind, keys)
            self.state.linked.select(ids, self._now(keys[0]))
        else:
            self.choose_row(keys[0])

    def _on_opened(self, key: Any) -> None:
        token = self._now(key)
        if token:
            self.state.show_token(token)

    def _on_play(self, key: Any) -> None:
        token = self._now(key)
        if token:
            self.play_wanted.emit(token)

    def _on_pointed(self, key: Any) -> None:
        if self.result.shows_tokens:
            self.state.linked.hover(self._now(key))

    def _on_linked(self, token: str) -> None:
        then = self.judging.id_then(self.kind, token) if self.result.shows_tokens else None
        if then is not None:
            self.result.go_to(then)

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "body"):
            self._tell()


def _told(error: BaseException) -> str:
    if not isinstance(error, W2VPraatError):
        return f"{type(error).__name__}: {error}"
    where = f"{error.where}: " if error.where else ""
    return f"{where}{error.message}\n→ {error.hint}" if error.hint else f"{where}{error.message}"
