"""Formant candidates of the selected token: look at all ceilings, and take another one.

Signals of `CandidatesDialog`: `play_wanted` (start, end in seconds). What is taken becomes a choice of the
session, as one act. The dialog follows the selection of the editor, and its keys move that.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Progress
from w2vpraat.pipeline.running import Results
from w2vpraat.session.session import Session

from ..document import Document
from ..fonts import label_font
from ..selected_token import selected_token
from ..state import AppState
from ..theme import colours
from ..work.candidates import Picture, Prepared, picturing
from .candidate_pictures import CandidatePictures

FOLLOW = 120
"""Milliseconds after the selection has moved until its token is pictured."""


class CandidatesDialog(QDialog):
    """A window beside the editor; it stays open while one goes from token to token."""

    play_wanted = Signal(float, float)

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._document: Document | None = None
        self._prepared: Prepared | None = None
        self._grid: TextGrid | None = None  # that the picture shows
        self.setWindowTitle(self.tr("Formant candidates"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.title = QLabel()
        self.title.setFont(label_font(16))
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.how = QLabel()
        self.how.setTextFormat(Qt.TextFormat.PlainText)
        self.how.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.pictures = CandidatePictures()
        self.readout = QLabel()
        self.readout.setTextFormat(Qt.TextFormat.PlainText)
        self.readout.setWordWrap(True)
        self.readout.setMinimumHeight(2 * self.readout.fontMetrics().height())
        self.previous = self._button(self.tr("Previous token"), "Alt+Left", self._on_previous)
        self.next = self._button(self.tr("Next token"), "Alt+Right", self._on_next)
        self.play = self._button(self.tr("Play"), "Space", self._on_play)
        self.for_token = self._button(self.tr("Use for this token"), "Return", self._on_token)
        self.for_speaker = self._button(self.tr("Use for this speaker"), "Shift+Return", self._on_speaker)
        self.automatic = self._button(self.tr("Back to automatic"), "Delete", self._on_automatic)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.how, 1)
        row = QHBoxLayout()
        for button in (self.previous, self.next, self.play):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self.automatic, self.for_speaker, self.for_token):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addWidget(self.pictures, 1)
        column.addWidget(self.readout)
        column.addLayout(row)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FOLLOW)
        self._timer.timeout.connect(self._on_follow)
        self.pictures.selected.connect(lambda _index: self._tell())
        self.pictures.taken.connect(lambda _index: self._on_token())
        state.current_changed.connect(self._on_document)
        state.session_changed.connect(self._on_session_changed)
        state.session_opened.connect(self._on_session)
        self.resize(980, 680)
        self._on_document(state.current)
        self._tell()

    def _button(self, text: str, keys: str, slot: Any) -> QPushButton:
        sequence = QKeySequence(keys)
        shown = sequence.toString(QKeySequence.SequenceFormat.NativeText)
        button = QPushButton(f"{text}  ({shown})")
        button.setAccessibleName(text)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        if keys not in ("Return", "Space"):
            QShortcut(sequence, self, slot)
        return button

    @property
    def picture(self) -> Picture | None:
        """The token that is shown."""
        return self.pictures.picture

    def show_selected(self) -> None:
        """Show the token that is selected in the editor."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.pictures.setFocus()
        self._want(selected_token(self._document), told=True)

    # Work

    def _want(self, token: str, *, told: bool = False) -> None:
        session, corpus, document = self._state.session, self._state.corpus, self._document
        if session is None or corpus is None or document is None or not token:
            if told and not token:
                self._say(self.tr("Select an interval in the editor."))
            return
        self._state.jobs.start(
            "candidates",
            self.tr("Formant candidates"),
            partial(
                picturing,
                session.settings,
                corpus,
                document.recording,
                document.grid,
                token,
                self._prepared,
                self._speaker_ceilings(session),
            ),
            on_event=partial(self._on_event, document.grid),
            on_error=partial(self._on_error, told),
            quiet=True,
            lane="quick",
        )

    def _speaker_ceilings(self, session: Session) -> dict[str, float]:
        """Ceilings that the last run chose, if it chose one per speaker as the settings say now."""
        results: Results | None = self._state.results
        if results is None or session.settings.formants != results.opened.settings.formants:
            return {}
        chosen = results.facts["measurements"].get("ceilings", {})
        return {speaker: float(one["ceiling"]) for speaker, one in chosen.items()}

    def _on_event(self, grid: TextGrid, event: Progress | Prepared | Picture) -> None:
        if isinstance(event, Prepared):
            self._prepared = event
        elif isinstance(event, Picture):
            same = self.picture is not None and self.picture.token.id == event.token.id
            self._grid = grid
            self.pictures.set_picture(event, keep_index=same)
            self._tell()
        elif self.picture is None:
            self._say(self.tr("Preparing the recording: {done} ceilings").format(done=event.done))

    def _on_error(self, told: bool, error: BaseException) -> None:
        if isinstance(error, W2VPraatError):
            # While one walks through other tiers the last token stays, as long as it is as it is pictured.
            edited = self._document is None or self._document.grid is not self._grid
            if told or edited or self.picture is None:
                self.pictures.set_picture(None)
                self._tell()
                self._say(f"{error.message}\n→ {error.hint}" if error.hint else error.message)
        else:
            self._state.notices.error(error, doing=self.tr("Formant candidates"))

    # What is shown

    def _say(self, text: str) -> None:
        self.readout.setText(text)

    def _tell(self) -> None:
        picture = self.picture
        for button in (self.previous, self.next, self.play, self.for_token, self.for_speaker, self.automatic):
            button.setEnabled(picture is not None)
        if picture is None:
            self.title.setText("")
            self.how.setText("")
            self._say("")
            return
        token, found = picture.token, picture.candidates
        place = picture.ids.index(token.id)
        self.title.setText(f"{token.label}")
        self.title.setToolTip(token.id)
        self.how.setText(
            self.tr("{id}   {speaker}   {time:.3f} s, {duration:.0f} ms   {how}").format(
                id=token.id,
                speaker=token.speaker,
                time=token.start,
                duration=1000 * token.duration,
                how=self._how(picture),
            )
        )
        self.previous.setEnabled(place > 0)
        self.next.setEnabled(place + 1 < len(picture.ids))
        self.automatic.setEnabled(token.id in picture.by_hand or token.speaker in picture.by_hand)
        self.for_speaker.setToolTip(
            self.tr("For all tokens of {speaker} that have no ceiling of their own").format(
                speaker=token.speaker
            )
        )
        self._say(self.pictures.describe(self.pictures.index))
        warns = bool(found.tracks and found.tracks[self.pictures.index].flags)
        self.readout.setStyleSheet(f"color: {colours().warning if warns else colours().ink};")

    def _how(self, picture: Picture) -> str:
        token, found = picture.token, picture.candidates
        if not math.isfinite(found.ceiling):
            return self.tr("no ceiling chosen for this speaker yet: measure first")
        how = {
            "hand": self.tr("set for this token"),
            "given": self.tr("set for this speaker"),
            "speaker": self.tr("chosen for this speaker"),
            "token": self.tr("chosen for this token"),
            "sex": self.tr("by sex"),
            "fixed": self.tr("fixed"),
        }
        by = found.chosen_by
        if token.id not in picture.by_hand and token.speaker in picture.by_hand:
            by = "given"
        said = self.tr("in use: {hertz:g} Hz, {how}").format(hertz=found.ceiling, how=how.get(by, by))
        return f"{said} ({found.note})" if found.note else said

    # Slots

    def _on_document(self, document: Document | None) -> None:
        if self._document is not None:
            self._document.view.selection_changed.disconnect(self._on_moved)
            self._document.grid_changed.disconnect(self._on_moved)
        self._document = document
        if document is not None:
            document.view.selection_changed.connect(self._on_moved)
            document.grid_changed.connect(self._on_moved)
        self._on_moved()

    def _on_moved(self, _change: object = None) -> None:
        if self.isVisible():
            self._timer.start()

    def _on_follow(self) -> None:
        if self.isVisible():
            self._want(selected_token(self._document))

    def _on_session(self) -> None:
        self._prepared = None
        self.pictures.set_picture(None)
        self._tell()

    def _on_session_changed(self) -> None:
        if self.isVisible() and self.picture is not None:
            self._want(self.picture.token.id)

    def _step(self, by: int) -> None:
        picture = self.picture
        if picture is not None:
            place = picture.ids.index(picture.token.id) + by
            if 0 <= place < len(picture.ids):
                self._state.show_token(picture.ids[place])

    def _on_previous(self) -> None:
        self._step(-1)

    def _on_next(self) -> None:
        self._step(1)

    def _on_play(self) -> None:
        if self.picture is not None:
            self.play_wanted.emit(self.picture.token.start, self.picture.token.end)

    def _on_token(self) -> None:
        self._set(for_speaker=False)

    def _on_speaker(self) -> None:
        self._set(for_speaker=True)

    def _set(self, *, for_speaker: bool) -> None:
        picture, session = self.picture, self._state.session
        if picture is None or session is None:
            return
        hertz = picture.candidates.tracks[self.pictures.index].ceiling
        token = picture.token
        if for_speaker:
            changed = session.with_ceiling(token.speaker, hertz)
            # What was set for the token alone would hide it.
            changed = changed.with_ceiling(token, None)
            text = self.tr("Set formant ceiling of {speaker}").format(speaker=token.speaker)
        else:
            changed = session.with_ceiling(token, hertz)
            text = self.tr("Set formant ceiling of a token")
        self._state.update_session(text, settings=changed.settings)

    def _on_automatic(self) -> None:
        picture, session = self.picture, self._state.session
        if picture is None or session is None:
            return
        token = picture.token
        if token.id in picture.by_hand:
            changed = session.with_ceiling(token, None)
            text = self.tr("Take back formant ceiling of a token")
        elif token.speaker in picture.by_hand:
            changed = session.with_ceiling(token.speaker, None)
            text = self.tr("Take back formant ceiling of {speaker}").format(speaker=token.speaker)
        else:
            return
        self._state.update_session(text, settings=changed.settings)

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play on Space; Escape closes."""
        if event.key() == Qt.Key.Key_Space:
            self._on_play()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to follow the editor."""
        super().showEvent(event)
        self._on_moved()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop following."""
        self._timer.stop()
        super().hideEvent(event)
