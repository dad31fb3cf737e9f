"""The commands as Qt actions, with keys that the user can change.

Signals of `Actions`: `keys_changed`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget

from w2vpraat.models.user_models import config_folder

from .action_table import ACTIONS, KEYMAPS, ActionSpec


def keys_file() -> Path:
    """Where changed keys are kept."""
    return config_folder() / "keys.json"


class Actions(QObject):
    """All actions by id.

    Parameters
    ----------
    window : QWidget
        Where keys of scope "window" work.
    """

    keys_changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.specs = {spec.id: spec for spec in ACTIONS}
        self._window = window
        self._actions: dict[str, QAction] = {}
        self.keymap = "praat"
        self.changed: dict[str, tuple[str, ...]] = {}
        for spec in ACTIONS:
            action = QAction(self.tr(spec.text), self)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            action.setShortcutContext(
                Qt.ShortcutContext.WindowShortcut
                if spec.scope == "window"
                else Qt.ShortcutContext.WidgetWithChildrenShortcut
            )
            self._actions[spec.id] = action
            if spec.scope == "window":
                window.addAction(action)
        self._read()
        self._apply()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def on(self, name: str, slot: Callable[[], Any]) -> None:
        """Say what an action does; the slot takes no argument (checkable ones: see `on_checked`)."""
        self._actions[name].triggered.connect(lambda _checked=False: slot())

    def on_checked(self, name: str, slot: Callable[[bool], Any]) -> None:
        """Say what switching an action on or off does."""
        self._actions[name].toggled.connect(slot)

    def add_to_editor(self, editor: QWidget) -> None:
        """Let the keys of scope "editor" work in a widget and what is in it."""
        for name, spec in self.specs.items():
            if spec.scope == "editor":
                editor.addAction(self._actions[name])

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus."""
        menus: dict[str, Any] = {}
        for spec in ACTIONS:
            if spec.menu not in menus:
                menus[spec.menu] = bar.addMenu(self.tr(spec.menu))
            menus[spec.menu].addAction(self._actions[spec.id])

    # Keys

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the keys of an action, as text in Qt's own (portable) form."""
        if name in self.changed:
            return self.changed[name]
        return KEYMAPS[self.keymap].get(name, self.specs[name].keys)

    def conflicts(self, name: str, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of other actions that have one of these keys."""
        wanted = {_portable(key) for key in keys}
        return tuple(
            other
            for other in self.specs
            if other != name and wanted & {_portable(k) for k in self.keys(other)}
        )

    def set_keys(self, name: str, keys: Iterable[str]) -> None:
        """Give an action other keys, and take them from actions that had them."""
        keys = tuple(_portable(key) for key in keys if key)
        for other in self.conflicts(name, keys):
            self.changed[other] = tuple(k for k in self.keys(other) if _portable(k) not in keys)
        self.changed[name] = keys
        self._write()
        self._apply()

    def set_keymap(self, keymap: str) -> None:
        """Take the keys of Praat, EMU-webApp or Anchor; keys changed one by one stay."""
        self.keymap = keymap
        self._write()
        self._apply()

    def reset_keys(self, name: str | None = None) -> None:
        """Forget changed keys, of one action or of all."""
        if name is None:
            self.changed.clear()
        else:
            self.changed.pop(name, None)
        self._write()
        self._apply()

    def matches(self, name: str, sequence: QKeySequence) -> bool:
        """Whether these keys belong to an action."""
        return any(QKeySequence(key) == sequence for key in self.keys(name))

    def action_of(self, sequence: QKeySequence, scope: str = "editor") -> ActionSpec | None:
        """Return the action of these keys in a scope, if there is one."""
        return next(
            (spec for spec in ACTIONS if spec.scope == scope and self.matches(spec.id, sequence)), None
        )

    def _apply(self) -> None:
        taken: set[str] = set()
        # Keys that the user chose, then those of the keymap, then Praat's: the first one has them.
        order = sorted(
            self.specs, key=lambda name: (name not in self.changed, name not in KEYMAPS[self.keymap])
        )
        for name in order:
            keys = [key for key in self.keys(name) if _portable(key) not in taken]
            taken.update(_portable(key) for key in keys)
            self._actions[name].setShortcuts([QKeySequence(key) for key in keys])
        self.keys_changed.emit()

    def _read(self) -> None:
        try:
            found = json.loads(keys_file().read_text(encoding="utf-8"))
            keymap, changed = found["keymap"], found["changed"]
            if keymap in KEYMAPS:
                self.keymap = keymap
            self.changed = {
                name: tuple(str(key) for key in keys) for name, keys in changed.items() if name in self.specs
            }
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # Unreadable keys must not keep anybody from working; the next change writes the file anew.
            self.keymap, self.changed = "praat", {}

    def _write(self) -> None:
        path = keys_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps({"keymap": self.keymap, "changed": self.changed}, indent=2, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )


def _portable(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
