"""Where the parts of the window stand: docks, tool bar, and the layout that a session brings back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QScrollArea, QSizePolicy, QToolBar, QWidget

from .actions import Actions
from .icons import icon
from .state import AppState

KEY = "window"
"""Where it is in the layout of a session."""
VERSION = 2
"""Of the docks: an older arrangement is not taken after docks were added or renamed."""
TOOLS = (
    ("file.open_folder", "open"),
    ("file.save", "save"),
    ("", ""),
    ("edit.undo", "undo"),
    ("edit.redo", "redo"),
    ("", ""),
    ("play.selection", "play"),
    ("play.stop", "stop"),
    ("play.loop", "loop"),
    ("play.slow", "slow"),
    ("", ""),
    ("view.all", "zoom_all"),
    ("view.zoom_in", "zoom_in"),
    ("view.zoom_out", "zoom_out"),
    ("view.to_selection", "zoom_selection"),
    ("view.back", "zoom_back"),
    ("", ""),
    ("edit.find", "find"),
    ("measure.run", "measure"),
    ("", ""),
    ("view.annotate", "annotate"),
    ("view.both", "both"),
    ("view.compare", "compare"),
)
"""Actions of the tool bar with their icons; nothing is a gap."""

LOW = 1000
"""A window less high than this has no room for maps, editor and a panel below at once, in pixels."""
SIDES = {"corpus": 235, "measure": 300}
"""Widths of panels beside the editor, in pixels."""
HEIGHTS = {"maps": 340, "tokens": 230, "jobs": 230, "results": 330, "annotators": 300}
HEIGHT = 270
"""Heights of panels above and below the editor; of the others."""


@dataclass(frozen=True)
class Workspace:
    """What is shown together.

    Parameters
    ----------
    docks : tuple of str
        The first of an edge in front.
    editor : bool
        Whether the editor is shown.
    """

    docks: tuple[str, ...]
    editor: bool = True


WORKSPACES = {
    "annotate": Workspace(("corpus", "measure")),
    "both": Workspace(("corpus", "maps")),
    "compare": Workspace(("corpus", "maps", "tokens", "yardsticks", "neighbours"), editor=False),
}
"""For annotating, for comparing, and for both."""
WITH_MAPS = ("tokens", "yardsticks", "neighbours")
"""Panels below that are looked at together with maps, not with the editor, where there is no room for all."""


class Arrangement:
    """The docks and the tool bar of a window.

    Parameters
    ----------
    window : QMainWindow
        Where they are put.
    state : AppState
        Whose session keeps the layout.
    actions : Actions
        For the tool bar and the menu of panels.
    editor : QWidget
        What is in the middle, below messages.
    """

    def __init__(self, window: QMainWindow, state: AppState, actions: Actions, editor: QWidget) -> None:
        self._window, self._state, self._actions, self._editor = window, state, actions, editor
        self.docks: dict[str, QDockWidget] = {}
        self.tools = QToolBar(window.tr("Tools"))
        self.tools.setObjectName("tools")
        self.tools.setIconSize(QSize(18, 18))
        window.addToolBar(self.tools)
        for name, _ in TOOLS:
            if name:
                self.tools.addAction(actions[name])
            else:
                self.tools.addSeparator()
        self.draw_icons()

    def draw_icons(self) -> None:
        """Draw the icons in the colours of the theme."""
        for name, drawing in TOOLS:
            if name:
                self._actions[name].setIcon(icon(drawing))
        self._window.setWindowIcon(icon("w2vpraat"))

    def add(
        self, name: str, title: str, content: QWidget, area: Qt.DockWidgetArea, *, scrolls: bool = False
    ) -> QDockWidget:
        """Put a panel into a dock at an edge; panels of the same edge share it as tabs.

        Parameters
        ----------
        name : str
            For the layout.
        title : str
            Of the dock.
        content : QWidget
            The panel.
        area : Qt.DockWidgetArea
            The edge.
        scrolls : bool
            The panel scrolls where it has less room than it needs, instead of making the window larger.
        """
        dock = QDockWidget(title, self._window)
        dock.setObjectName(name)
        dock.setWidget(_scrolling(content) if scrolls else content)
        self._window.addDockWidget(area, dock)
        beside = [one for one in self.docks.values() if self._window.dockWidgetArea(one) == area]
        if beside:
            self._window.tabifyDockWidget(beside[-1], dock)
        self.docks[name] = dock
        dock.toggleViewAction().triggered.connect(lambda on, name=name: self._on_toggled(name, on))
        return dock

    def set_shown(self, names: Iterable[str]) -> None:
        """Show these panels and hide the others; the first of an edge is in front."""
        wanted = list(names)
        for name, dock in self.docks.items():
            dock.setVisible(name in wanted)
        for name in reversed(wanted):
            self.docks[name].raise_()

    def show(self, name: str) -> None:
        """Bring a panel to the front."""
        self.docks[name].show()
        self.docks[name].raise_()

    def share(self, sizes: Mapping[str, int], direction: Qt.Orientation) -> None:
        """Give docks their first sizes in pixels."""
        self._window.resizeDocks([self.docks[name] for name in sizes], list(sizes.values()), direction)

    def arrange(self, name: str) -> None:
        """Show one of `WORKSPACES` and nothing else."""
        chosen = WORKSPACES[name]
        # What goes makes room first: all at once would make the window higher than the screen.
        for one, dock in self.docks.items():
            if one not in chosen.docks:
                dock.hide()
        self.show_editor(chosen.editor)
        self.set_shown(chosen.docks)
        self.share({one: SIDES[one] for one in chosen.docks if one in SIDES}, Qt.Orientation.Horizontal)
        high = [one for one in chosen.docks if one not in SIDES][:2]
        if high:
            room = self._window.height() - 130
            heights = {one: HEIGHTS.get(one, HEIGHT) for one in high}
            if not chosen.editor:
                heights["maps"] = room - sum(heights.values()) + heights["maps"]
            self.share(heights, Qt.Orientation.Vertical)

    @property
    def is_editor_shown(self) -> bool:
        """Whether the editor is shown."""
        return not self._editor.isHidden()

    def show_editor(self, on: bool) -> None:
        """Show or hide the editor; messages above it stay."""
        self._editor.setVisible(on)
        centre = self._window.centralWidget()
        policy = QSizePolicy.Policy.Preferred if on else QSizePolicy.Policy.Maximum
        centre.setSizePolicy(QSizePolicy.Policy.Preferred, policy)

    def bring(self, name: str) -> None:
        """Bring a panel to the front, and make room for it where there is too little."""
        dock = self.docks[name]
        known = dock.isVisible() and not dock.visibleRegion().isEmpty()
        if not known:
            self._make_room(name)
        self.show(name)
        if not known and self.is_editor_shown:
            self.share({name: HEIGHTS.get(name, HEIGHT)}, Qt.Orientation.Vertical)

    def _make_room(self, name: str) -> None:
        """Hide what a panel can't stand beside: a low window has room for two of maps, editor and a panel."""
        if self._window.height() >= LOW or name in SIDES:
            return
        below = [one for one in self.docks if one not in (*SIDES, "maps")]
        maps = self.docks["maps"]
        if name == "maps":
            if any(not self.docks[one].isHidden() for one in below):
                self.arrange("compare" if not self.is_editor_shown else "both")
        elif not maps.isHidden():
            if name in WITH_MAPS:
                self.arrange("compare")
            else:
                maps.hide()
                self.show_editor(True)

    def _on_toggled(self, name: str, on: bool) -> None:
        if on:
            self._make_room(name)
            self.show(name)

    def bring_editor(self) -> None:
        """Show the editor, if it is hidden; the maps stay."""
        if self.is_editor_shown:
            return
        if self._window.height() < LOW:
            self.arrange("both")
        else:
            self.show_editor(True)

    # Layout

    def collect(self) -> None:
        """Put the layout into the state's session."""
        session = self._state.session
        if session is None:
            return
        current = self._state.current
        window: dict[str, Any] = {
            "version": VERSION,
            "editor": self.is_editor_shown,
            "docks": bytes(self._window.saveState(VERSION).toBase64().data()).decode("ascii"),
        }
        if current is not None:
            view = current.view
            window["recording"] = current.name
            window["shown"] = [view.start, view.end]
            window["selected"] = [view.selection_start, view.selection_end, view.tier]
        layout = {**session.layout, KEY: window}
        self._state.set_session(replace(session, layout=layout))

    def restore(self) -> None:
        """Take the docks as the session has them; what does not fit leaves them as they are."""
        found = self._kept()
        docks = found.get("docks")
        if found.get("version") == VERSION and isinstance(docks, str):
            self.show_editor(found.get("editor") is not False)
            self._window.restoreState(QByteArray.fromBase64(docks.encode("ascii", "replace")), VERSION)

    def reopen(self) -> None:
        """Open the recording that was in the editor, at the same place."""
        found, corpus = self._kept(), self._state.corpus
        name = found.get("recording")
        if corpus is None or self._state.current is not None:
            return
        names = [recording.name for recording in corpus.recordings]
        if name not in names:
            if len(names) == 1:
                self._state.open_recording(names[0])
            return

        def place(document: Any) -> None:
            shown, selected = found.get("shown"), found.get("selected")
            if _numbers(shown, 2):
                document.view.show_range(*shown)
            if _numbers(selected, 3):
                start, end, tier = selected
                document.view.select(start, end, tier=min(max(int(tier), 1), max(len(document.grid), 1)))

        self._state.open_recording(str(name), place)

    def _kept(self) -> Mapping[str, Any]:
        session = self._state.session
        found = None if session is None else session.layout.get(KEY)
        return found if isinstance(found, Mapping) else {}


def _scrolling(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    area.setMinimumSize(120, 80)
    return area


def fit_screen(window: QWidget, width: int, height: int) -> None:
    """Make a window as large as wished, or as the screen allows."""
    screen = QGuiApplication.primaryScreen()
    room = screen.availableSize() if screen is not None else QSize(width, height)
    window.resize(min(width, room.width()), min(height, room.height()))


def _numbers(values: Any, count: int) -> bool:
    return (
        isinstance(values, (list, tuple))
        and len(values) == count
        and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)
    )
