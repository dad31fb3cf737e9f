"""What the menus View and Help do beside zooming: what is shown, colours, the way round by keys, reports."""

from __future__ import annotations

import platform
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMessageBox, QWidget

from w2vpraat import __version__
from w2vpraat.acoustics import praat_version
from w2vpraat.params import EditorParams
from w2vpraat.params.editing import WindowParams

from .actions import Actions
from .jobs import error_report
from .state import AppState
from .theme import apply_theme
from .view_settings import change_settings, setting

SHOWN = {
    "view.spectrogram": "show_spectrogram",
    "view.formants": "show_formants",
    "view.f0": "show_pitch",
    "view.intensity": "show_intensity",
    "view.frames": "show_frames",
}
"""Action to the parameter that it switches."""
SOURCE = "https://arxiv.org/abs/2503.04814"


class ViewCommands(QObject):
    """Binds ``view.*`` switches, themes, ``view.next_pane`` and ``help.*``.

    Parameters
    ----------
    state : AppState
    actions : Actions
    window : QMainWindow
        Whose panes Ctrl-Tab goes round.
    """

    def __init__(self, state: AppState, actions: Actions, window: QMainWindow) -> None:
        super().__init__(window)
        self._state, self._actions, self._window = state, actions, window
        self._setting = False
        for name in SHOWN:
            actions.on_checked(name, lambda on, name=name: self._on_switched(name, on))
        for theme in ("light", "dark", "system"):
            actions.on(f"view.theme_{theme}", lambda theme=theme: self.take_theme(theme))
        actions.on("view.settings", lambda: actions["edit.preferences"].trigger())
        actions.on("view.next_pane", self.next_pane)
        actions.on("help.about", self.about)
        actions.on("help.report", self.copy_report)
        state.session_changed.connect(self._on_session_changed)
        state.session_opened.connect(self._on_session_changed)
        self._on_session_changed()

    def take_theme(self, theme: str) -> None:
        """Show the window in other colours, and begin with them next time."""
        change_settings(self._state, self.tr("Change colours"), WindowParams(**{**_window(), "theme": theme}))
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)

    def next_pane(self) -> None:
        """Give the keyboard to the next visible part of the window (Ctrl-Tab)."""
        docks = [
            dock.widget()
            for dock in self._window.findChildren(QDockWidget)
            if dock.widget() is not None and dock.isVisible() and not dock.visibleRegion().isEmpty()
        ]
        panes: list[QWidget] = [self._window.centralWidget(), *docks]
        focus = QApplication.focusWidget()
        here = next(
            (place for place, pane in enumerate(panes) if focus is pane or pane.isAncestorOf(focus)), -1
        )
        for step in range(1, len(panes) + 1):
            if _take_keyboard(panes[(here + step) % len(panes)]):
                return

    def about(self) -> None:
        """Say what this program is."""
        QMessageBox.about(
            self._window,
            self.tr("About w2vpraat"),
            self.tr(
                "<b>w2vpraat {version}</b><p>wav2vec 2.0 embeddings beside normalized formants, per TextGrid"
                " interval.</p><p>After Wang, Yang &amp; Yuan (2025),"
                " <a href='{source}'>arXiv:2503.04814</a>.</p>"
                "<p>Praat {praat} (Parselmouth), Qt {qt}. Licence: GPL-3.0-or-later.</p>"
            ).format(version=__version__, source=SOURCE, praat=praat_version(), qt=qVersion()),
        )

    def copy_report(self) -> None:
        """Put versions, messages and failed jobs on the clipboard."""
        lines = [
            f"w2vpraat {__version__}, Python {platform.python_version()}, Qt {qVersion()}",
            platform.platform(),
            f"Praat {praat_version()} (Parselmouth)",
        ]
        lines += [f"{notice.level}: {notice.report.rstrip()}" for notice in self._state.notices.shown]
        lines += [error_report(job) for job in self._state.jobs.jobs if job.error is not None]
        QGuiApplication.clipboard().setText("\n\n".join(lines) + "\n")
        self._state.notices.news(
            self.tr("A report is on the clipboard"), self.tr("It names versions, messages and failed jobs.")
        )

    def _on_switched(self, name: str, on: bool) -> None:
        if self._setting:
            return
        params = replace(setting(self._state.session, EditorParams), **{SHOWN[name]: on})
        change_settings(self._state, self._actions[name].text(), params)
        self._on_session_changed()

    def _on_session_changed(self) -> None:
        params = setting(self._state.session, EditorParams)
        self._setting = True
        for name, field in SHOWN.items():
            self._actions[name].setChecked(getattr(params, field))
        self._setting = False


def _window() -> dict[str, Any]:
    return setting(None, WindowParams).as_dict()


def _take_keyboard(pane: QWidget) -> bool:
    for widget in (pane, *pane.findChildren(QWidget)):
        if (
            widget.isVisibleTo(pane.window())
            and widget.isEnabled()
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return True
    return False
