"""All commands of the editor: the menus' classes together, and those of the menu Edit.

Signal of `EditorCommands`: `reading` (text, tool tip) for the readout line, from whichever command it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from w2vpraat.errors import InputError
from w2vpraat.params import ParamGroup
from w2vpraat.params.editing import WindowParams

from ..actions import Actions
from ..dialogs.ipa_palette import IpaPalette
from ..dialogs.preferences import Preferences
from ..dialogs.shortcut_sheet import ShortcutSheet
from ..state import AppState
from ..theme import apply_theme
from ..view_settings import KEY, SECTIONS, change_settings, read_defaults, setting
from .boundary_commands import BoundaryCommands
from .command_base import Commands, Slot
from .query_commands import QueryCommands
from .search_commands import SearchCommands
from .selection_commands import SelectionCommands
from .tier_commands import TierCommands

if TYPE_CHECKING:
    from .editor import Editor


class EditorCommands(Commands):
    """Binds every command of the editor to what it does.

    Parameters
    ----------
    state : AppState
        What is open.
    actions : Actions
        Whose handlers these are.
    editor : Editor
        The widget with the label field; parent of all dialogs.
    """

    def __init__(
        self, state: AppState, actions: Actions, editor: Editor, parent: QObject | None = None
    ) -> None:
        super().__init__(state, actions, editor, parent)
        self.boundaries = BoundaryCommands(state, actions, editor, self)
        self.selection = SelectionCommands(state, actions, editor, self)
        self.tiers = TierCommands(state, actions, editor, self)
        self.queries = QueryCommands(state, actions, editor, self)
        self.search = SearchCommands(state, actions, editor, self)
        for part in (self.boundaries, self.selection, self.tiers, self.queries, self.search):
            part.reading.connect(self.reading)
        self._palette: IpaPalette | None = None
        self._sheet: ShortcutSheet | None = None
        stack = state.history.stack
        stack.undoTextChanged.connect(self._on_undo_text)
        stack.redoTextChanged.connect(self._on_redo_text)
        self._on_undo_text(stack.undoText())
        self._on_redo_text(stack.redoText())
        state.session_opened.connect(self._on_session_opened)

    def slots(self) -> Mapping[str, Slot]:
        """Return the handlers."""
        return {
            "edit.undo": self.undo,
            "edit.redo": self.redo,
            "edit.cut": lambda: self.editor.label_field.cut(),
            "edit.copy": lambda: self.editor.label_field.copy(),
            "edit.paste": lambda: self.editor.label_field.paste(),
            "edit.palette": self.show_palette,
            "edit.shortcuts": self.show_sheet,
            "edit.preferences": self.show_preferences,
        }

    # Undo

    def undo(self) -> None:
        """Take the last act back; what was typed is an act of its own first (Ctrl-Z)."""
        self.editor.commit_label()
        if not self.state.history.stack.canUndo():
            raise InputError(self.tr("there is nothing to undo"))
        self.state.history.undo()

    def redo(self) -> None:
        """Do the act again that was taken back (Ctrl-Y)."""
        self.editor.commit_label()
        if not self.state.history.stack.canRedo():
            raise InputError(self.tr("there is nothing to do again"))
        self.state.history.redo()

    def _on_undo_text(self, text: str) -> None:
        self.actions["edit.undo"].setText(f"{self.tr('Undo')} {text}".rstrip())

    def _on_redo_text(self, text: str) -> None:
        self.actions["edit.redo"].setText(f"{self.tr('Redo')} {text}".rstrip())

    # Letters, keys, preferences

    def show_palette(self) -> None:
        """Show the IPA letters (Ctrl-Shift-I)."""
        if self._palette is None:
            self._palette = IpaPalette(self.editor)
            self._palette.insert.connect(self.type_text)
        _bring(self._palette)
        self._palette.search.setFocus()
        self._palette.search.selectAll()

    def type_text(self, text: str) -> None:
        """Put a text into the label at its text cursor, as if it had been typed."""
        field = self.editor.label_field
        if field.label_selection is None:
            self.state.notices.warning(
                self.tr("No label is open for the letter {text}").format(text=text),
                self.tr("Click on an interval or a point first."),
            )
            return
        typed = QInputMethodEvent()
        typed.setCommitString(text)
        QApplication.sendEvent(field, typed)

    def show_sheet(self) -> None:
        """Show the sheet of keys (Ctrl-K)."""
        if self._sheet is None:
            self._sheet = ShortcutSheet(self.actions, self.editor)
        _bring(self._sheet)
        self._sheet.search.setFocus()
        self._sheet.search.selectAll()

    def show_preferences(self) -> None:
        """Show the preferences (Ctrl-Shift-P)."""
        order = ("window", *(name for name in SECTIONS if name != "window"))
        session = self.state.session
        values: dict[str, ParamGroup] = {
            name: setting(None if name == "window" else session, SECTIONS[name]) for name in order
        }
        dialog = Preferences(values, self.queries.lines, self.editor)
        dialog.applied.connect(lambda groups: self.run(lambda: self.take_preferences(groups)))
        dialog.open()

    def take_preferences(self, groups: tuple[ParamGroup, ...]) -> None:
        """Keep changed settings as one act; colours change at once."""
        change_settings(self.state, self.tr("Change preferences"), *groups)
        application = QApplication.instance()
        for group in groups:
            if isinstance(group, WindowParams) and isinstance(application, QApplication):
                apply_theme(application, group.theme)

    def _on_session_opened(self) -> None:
        """Let a session without settings of its own begin with the user's."""
        session = self.state.session
        kept = read_defaults()
        if session is None or not kept or KEY in session.layout:
            return
        known = {name: values for name, values in kept.items() if name in SECTIONS and name != "window"}
        begun = session.with_layout({**session.layout, KEY: known})
        if self.state.session_saved == session:
            self.state.session_saved = begun
        self.state.set_session(begun)


def _bring(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
