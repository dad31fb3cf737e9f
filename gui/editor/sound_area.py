"""The sound part of the editor: times, waveform, spectrogram with overlays, frame ruler, overview.

Signals: `ceiling_wanted` (Hz; the editor decides for whom and calls the session).
The editor may put `overview` elsewhere, for example under the tiers: add it to another layout.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from w2vpraat.params import EditorParams

from ..document import Document
from ..state import AppState
from ..views.frame_ruler import FrameRuler
from ..views.overview_bar import OverviewBar
from ..views.sound_settings import Ceiling, SoundSettings, sound_settings
from ..views.sound_source import SoundSource
from ..views.spectrogram_view import SpectrogramView
from ..views.time_ruler import TimeRuler
from ..views.view_jobs import ViewJobs
from ..views.waveform_view import WaveformView
from .ceiling import ceiling_of

OVER_TIME = ("spectrogram", "formants", "f0", "intensity")


class SoundArea(QWidget):
    """Everything that is drawn of the sound of the document in the editor.

    Parameters
    ----------
    state : AppState
        Jobs, session; which document is shown is said by `set_document`.
    """

    ceiling_wanted = Signal(float)

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.document: Document | None = None
        self._ceiling_for: Any = None
        self._work = ViewJobs(state.jobs, self)
        self.source = SoundSource(state.jobs, self)
        self.source.failed.connect(state.notices.error)
        self.times = TimeRuler()
        self.waveform = WaveformView(self.source)
        self.spectrogram = SpectrogramView(self.source)
        self.spectrogram.ceiling_wanted.connect(self.ceiling_wanted)
        self.frames = FrameRuler(self.source)
        self.overview = OverviewBar(self.source)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.waveform)
        self.splitter.addWidget(self.spectrogram)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.times)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(self.frames)
        layout.addWidget(self.overview)
        self.setAccessibleName(self.tr("Sound"))
        state.session_opened.connect(self._on_session_opened)
        state.session_changed.connect(self._on_session_changed)
        state.corpus_changed.connect(self._ask_ceiling)
        state.results_changed.connect(self._on_results_changed)
        self._on_session_opened()

    @property
    def views(self) -> tuple[Any, ...]:
        """All panes, from top to bottom."""
        return (self.times, self.waveform, self.spectrogram, self.frames, self.overview)

    @property
    def settings(self) -> SoundSettings:
        """The settings in use."""
        return self.source.settings

    @property
    def shown(self) -> frozenset[str]:
        """What is shown: some of ``spectrogram formants f0 intensity frames``."""
        return self.source.shown

    def set_document(self, document: Document | None) -> None:
        """Show another document, or nothing."""
        if document is self.document:
            return
        if self.document is not None:
            self.document.view.selection_changed.disconnect(self._ask_ceiling)
        self.document = document
        self._ceiling_for = None
        self._work.cancel()
        self.source.set_ceiling(None)
        self.source.set_document(document)
        for view in self.views:
            view.set_document(document)
        if document is not None:
            document.view.selection_changed.connect(self._ask_ceiling)
        self._ask_ceiling()

    def set_shown(
        self,
        *,
        spectrogram: bool | None = None,
        formants: bool | None = None,
        f0: bool | None = None,
        intensity: bool | None = None,
        frames: bool | None = None,
    ) -> None:
        """Show or hide parts; what is not named stays as it is."""
        wanted = {
            "spectrogram": spectrogram,
            "formants": formants,
            "f0": f0,
            "intensity": intensity,
            "frames": frames,
        }
        shown = set(self.source.shown)
        for name, on in wanted.items():
            if on is not None:
                (shown.add if on else shown.discard)(name)
        self.spectrogram.setVisible(bool(shown & set(OVER_TIME)))
        self.frames.setVisible("frames" in shown)
        self.source.set_shown(frozenset(shown))
        self._ask_ceiling()

    # The ceiling of the voice that is selected

    def _ask_ceiling(self) -> None:
        state, document, session = self._state, self.document, self._state.session
        if document is None or session is None or "formants" not in self.source.shown:
            return
        tier = document.tier
        number = getattr(tier, "number_at", lambda _: 0)(document.view.cursor)
        token = f"{document.name}#{document.view.tier}.{number}" if number else ""
        table = None if state.results is None else state.results.table
        name = "" if tier is None else tier.name
        what = (session.settings, id(state.corpus), document.name, name, token, id(table))
        if what == self._ceiling_for:
            return
        self._ceiling_for = what
        settings, corpus, recording = session.settings, state.corpus, document.recording
        self._work.start(
            "formant ceiling",
            what,
            lambda: iter([ceiling_of(settings, corpus, recording, name, token, table)]),
            self._on_ceiling,
        )

    # Slots

    def _on_ceiling(self, ceiling: Ceiling) -> None:
        self.source.set_ceiling(ceiling)

    def _on_results_changed(self) -> None:
        self._ceiling_for = None
        self._ask_ceiling()

    def _on_session_opened(self) -> None:
        self.source.set_settings(sound_settings(self._state.session))
        self.set_shown(**_shown_by(self.source.settings.editor))

    def _on_session_changed(self) -> None:
        before = _shown_by(self.source.settings.editor)
        self.source.set_settings(sound_settings(self._state.session))
        now = _shown_by(self.source.settings.editor)
        # What was switched on or off beside the settings stays as it is.
        self.set_shown(**{name: on for name, on in now.items() if on != before[name]})
        self._ask_ceiling()


def _shown_by(editor: EditorParams) -> dict[str, bool]:
    return {
        "spectrogram": editor.show_spectrogram,
        "formants": editor.show_formants,
        "f0": editor.show_pitch,
        "intensity": editor.show_intensity,
        "frames": editor.show_frames,
    }
