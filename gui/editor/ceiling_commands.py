"""Another formant ceiling, chosen in the spectrogram: for all tokens of the speaker, as an act.

Messages: whose ceiling was set; that nobody knows the speaker.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject

from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.session.session import Session

from ..state import AppState
from .ceiling import voice_of


class CeilingCommands(QObject):
    """Sets the ceiling of the voice of the selected tier.

    Parameters
    ----------
    state : AppState
    parent : QObject
    """

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state

    def take(self, hertz: float) -> None:
        """Use this ceiling (Hz) for the speaker of the selected tier; without a corpus, for everything."""
        state, document = self._state, self._state.current
        if state.session is None or document is None or document.tier is None:
            return
        session, corpus, recording, tier = state.session, state.corpus, document.recording, document.tier.name
        state.jobs.start(
            "ceiling:set",
            self.tr("Set formant ceiling"),
            lambda: _finding(session, corpus, recording, tier),
            on_result=lambda speaker: self._on_speaker(speaker, hertz),
            on_error=state.notices.error,
            quiet=True,
            lane="quick",
        )

    def _on_speaker(self, speaker: str, hertz: float) -> None:
        session = self._state.session
        if session is None:
            return
        if not speaker:
            self._state.notices.warning(
                self.tr("Nobody knows whose voice this is, so no ceiling was set"),
                self.tr("Name the speakers in a table, or set the ceiling of the token (Ctrl-E)."),
            )
            return
        self._state.update_session(
            self.tr("Set formant ceiling of {speaker}").format(speaker=speaker),
            settings=session.with_ceiling(speaker, hertz).settings,
        )


def _finding(session: Session, corpus: Corpus | None, recording: Recording, tier: str) -> Iterator[str]:
    yield voice_of(session.settings, corpus, recording, tier)[0]
