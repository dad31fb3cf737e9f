"""What is measured and how: tokens, model, formants, normalization; then measure.

Signals: none; every choice is one act of the session's history, and the panel follows the session. Messages:
what the sections say.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from html import escape

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.params import ParamGroup, TokenParams

from ..actions import Actions
from ..dialogs.list_dialog import ListDialog
from ..measuring.measuring import Measuring
from ..state import AppState
from ..tables.sheet_model import SheetModel
from ..theme import colours
from ..work.counting import LONG, MOST_LISTED, SHORT, listing
from ..work.results_folder import Sheet
from .acoustics_choice import AcousticsChoice
from .model_choice import ModelChoice
from .normalize_choice import NormalizeChoice
from .section import Section
from .token_choice import TokenChoice


class MeasurePanel(QWidget):
    """Forms of everything that decides the numbers, over the button that makes them.

    Parameters
    ----------
    state : AppState
    actions : Actions
        For the buttons.
    measuring : Measuring
        Counts, estimates and runs.
    """

    def __init__(
        self, state: AppState, actions: Actions, measuring: Measuring, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._actions, self._measuring = state, actions, measuring
        self.left_out: ListDialog | None = None
        self.tokens = TokenChoice(measuring.count)
        self.model = ModelChoice(state)
        self.acoustics = AcousticsChoice()
        self.normalize = NormalizeChoice()
        self.sections = {
            "tokens": Section(self.tr("Tokens"), self.tokens),
            "embed": Section(self.tr("Model"), self.model),
            "formants": Section(self.tr("Formants, f0, intensity"), self.acoustics, is_open=False),
            "normalize": Section(self.tr("Normalization"), self.normalize, is_open=False),
        }
        self._make()
        self.tokens.changed.connect(partial(self._put, "tokens"))
        self.model.changed.connect(partial(self._put, "embed"))
        self.model.record_changed.connect(lambda _record: self._tell())
        self.acoustics.changed.connect(self._put)
        self.acoustics.candidates_wanted.connect(actions["measure.candidates"].trigger)
        self.acoustics.release_wanted.connect(self._on_release)
        self.normalize.changed.connect(partial(self._put, "normalize"))
        self.run.clicked.connect(self._on_run)
        self.counted.linkActivated.connect(lambda _link: self.list_left_out())
        measuring.count.changed.connect(self._tell)
        measuring.estimate.changed.connect(self._tell)
        measuring.running_changed.connect(lambda _running: self._tell())
        actions["measure.candidates"].changed.connect(self._tell)
        for signal in (state.session_opened, state.session_changed, state.corpus_changed):
            signal.connect(self._on_session)
        self._on_session()

    def _make(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for section in self.sections.values():
            column.addWidget(section)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        self.area.setAccessibleName(self.tr("What is measured, and how"))
        # The wheel scrolls the panel; it must not change what lies under the mouse.
        for kind in (QComboBox, QAbstractSpinBox):
            for field in inner.findChildren(kind):
                field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                field.installEventFilter(self)
        self.counted = QLabel()
        self.counted.setWordWrap(True)
        self.counted.setTextFormat(Qt.TextFormat.RichText)
        self.counted.setAccessibleName(self.tr("Tokens kept and left out"))
        self.estimated = QLabel()
        self.estimated.setWordWrap(True)
        self.estimated.setTextFormat(Qt.TextFormat.PlainText)
        self.estimated.setAccessibleName(self.tr("How long it will take"))
        self.run = QPushButton()
        self.foot = QFrame()
        self.foot.setObjectName("measureFoot")
        below = QVBoxLayout(self.foot)
        below.setContentsMargins(8, 6, 8, 8)
        below.setSpacing(4)
        for widget in (self.counted, self.estimated, self.run):
            below.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.area, 1)
        whole.addWidget(self.foot)
        self.setMinimumWidth(300)

    # Settings

    def _on_session(self) -> None:
        session = self._state.session
        for section in self.sections.values():
            section.content.setEnabled(session is not None)
        if session is not None:
            settings = session.settings
            self.tokens.set_value(settings.tokens)
            self.model.set_value(settings.embed)
            self.acoustics.set_value(settings)
            self.normalize.set_value(settings.normalize)
        self._tell()

    def _put(self, section: str, group: ParamGroup) -> None:
        session = self._state.session
        if session is None:
            return
        texts = {
            "tokens": self.tr("Change choice of tokens"),
            "embed": self.tr("Change model"),
            "formants": self.tr("Change formants"),
            "pitch": self.tr("Change f0"),
            "intensity": self.tr("Change intensity"),
            "normalize": self.tr("Change normalization"),
        }
        settings = session.settings.updated({section: group.as_dict()})
        self._state.update_session(texts[section], settings=settings)

    def _on_release(self) -> None:
        session = self._state.session
        if session is not None:
            settings = replace(session.settings, ceilings=())
            self._state.update_session(self.tr("Take back formant ceilings"), settings=settings)

    # Numbers

    def _tell(self) -> None:
        session, count = self._state.session, self._measuring.count
        self.counted.setText("" if session is None else self._counts())
        estimate = self._measuring.estimate
        self.estimated.setText(estimate.text())
        self.estimated.setVisible(bool(estimate.text()))
        running = self._measuring.job is not None
        action = self._actions["measure.run"]
        keys = action.shortcut().toString()
        self.run.setText(
            self.tr("Cancel")
            if running
            else self.tr("Measure all tokens ({keys})").format(keys=keys)
            if keys
            else self.tr("Measure all tokens")
        )
        self.run.setEnabled(running or action.isEnabled())
        self.acoustics.candidates.setEnabled(self._actions["measure.candidates"].isEnabled())
        if session is None:
            return
        settings = session.settings
        record = self.model.record
        layers = settings.embed.layers or (() if record is None else (record.recommended_layer,))
        shown = ", ".join(map(str, layers))
        model = self.model.model.currentText()
        self.sections["embed"].set_note(
            self.tr("{model}, layer {layers}").format(model=model, layers=shown) if shown else model
        )
        self.sections["tokens"].set_note(str(count.totals.kept) if count.parts else "")
        self.sections["formants"].set_note(
            self.tr("ceiling: {mode}").format(mode=settings.formants.ceiling_mode)
        )
        self.sections["normalize"].set_note(", ".join(settings.normalize.methods))

    def _counts(self) -> str:
        count = self._measuring.count
        if count.error is not None:
            hint = getattr(count.error, "hint", "")
            told = escape(str(getattr(count.error, "message", count.error)))
            return f'<span style="color: {colours().error}">{told}</span>' + (
                f"<br>→ {escape(hint)}" if hint else ""
            )
        totals = count.totals
        done, total = count.progress
        kept = self.tr("<b>{count} tokens kept</b>").format(count=totals.kept)
        parts = []
        if totals.left_out or totals.failures:
            why = ", ".join(self._reasons(count.chooser.params if count.chooser else TokenParams()))
            link = self.tr("{count} left out").format(count=totals.left_out + totals.failures)
            parts.append(f'<a href="left" style="color: {colours().accent}">{link}</a>: {escape(why)}')
        if count.is_counting:
            parts.append(self.tr("{done} of {total} recordings counted…").format(done=done, total=total))
        return ", ".join([kept, *parts])

    def _reasons(self, params: TokenParams) -> list[str]:
        totals = self._measuring.count.totals
        words = {
            SHORT: self.tr("{n} shorter than {limit:g} ms"),
            LONG: self.tr("{n} longer than {limit:g} ms"),
            "silence": self.tr("{n} silences"),
            "label": self.tr("{n} with other labels"),
            "unknown_symbol": self.tr("{n} that the label map does not know"),
            "context": self.tr("{n} with other neighbours"),
            "stop_word": self.tr("{n} in stop words"),
            "speaker": self.tr("{n} of other speakers"),
            "overlap": self.tr("{n} that overlap"),
            "gap": self.tr("{n} at gaps"),
            "reversed": self.tr("{n} that end before they start"),
            "beyond_audio": self.tr("{n} beyond the sound"),
            "problem": self.tr("{n} broken"),
        }
        limits = {SHORT: 1000 * params.min_duration, LONG: 1000 * params.max_duration}
        told = [
            words[reason].format(n=number, limit=limits.get(reason, 0.0))
            for reason, number in totals.reasons.most_common()
            if reason in words
        ]
        if totals.failures:
            told.append(self.tr("{n} recordings that can't be used").format(n=totals.failures))
        return told

    def list_left_out(self) -> None:
        """Show which tokens were left out, with the reason of each."""
        chooser, corpus = self._measuring.count.chooser, self._state.corpus
        if chooser is None or corpus is None:
            return
        grids = {name: one.grid for name, one in self._state.documents.items()}
        rows: list[tuple[str, ...]] = []
        self._state.jobs.start(
            "left-out",
            self.tr("List what is left out"),
            partial(listing, chooser, corpus.recordings, grids),
            on_event=lambda found: rows.extend(found),
            on_result=lambda _last: self._on_listed(rows),
            on_error=self._state.notices.error,
            quiet=True,
            lane="quick",
        )

    def _on_listed(self, rows: list[tuple[str, ...]]) -> None:
        title = self.tr("Left out")
        text = self.tr("{count} are no tokens. Enter or a double click shows one in the editor.").format(
            count=len(rows)
        )
        if len(rows) >= MOST_LISTED:
            text = self.tr("The first {count} that are no tokens. Enter or a double click shows one.").format(
                count=len(rows)
            )
        if self.left_out is None:
            self.left_out = ListDialog(title, text, self)
            self.left_out.token_wanted.connect(self._state.show_token)
        header = (
            self.tr("token"),
            self.tr("label"),
            self.tr("start (s)"),
            self.tr("end (s)"),
            self.tr("left out because"),
            self.tr("particulars"),
        )
        self.left_out.set_model(SheetModel(Sheet(header, tuple(rows))), text)
        self.left_out.show()
        self.left_out.raise_()

    def _on_run(self) -> None:
        if self._measuring.job is not None:
            self._measuring.cancel()
        else:
            self._actions["measure.run"].trigger()

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        """Look for models and estimate the time, now that somebody looks."""
        super().showEvent(event)
        self.model.start()
        self._measuring.estimate.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Estimate nothing that nobody sees."""
        self._measuring.estimate.set_active(False)
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the panel where a control has not the keyboard."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)
