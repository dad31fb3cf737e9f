"""Which keys are text. Letters are text, unless a keymap gives them to commands (EMU's does)."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from ..action_table import ACTIONS
from ..actions import Actions

_DELETING = ("Backspace", "Delete")
_CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def sequence_of(event: QKeyEvent) -> QKeySequence:
    """Return the keys of an event as actions name them; those of the number pad like the others."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(int(event.key()) | modifiers.value)


def is_text_key(sequence: QKeySequence) -> bool:
    """Whether a key without Ctrl, Alt or Command types or deletes text."""
    key = sequence.toString(QKeySequence.SequenceFormat.PortableText).removeprefix("Shift+")
    return len(key) == 1 or key == "Space" or key in _DELETING


def has_letter_commands(actions: Actions) -> bool:
    """Whether some command of the editor has a key that types or deletes text."""
    return any(
        is_text_key(QKeySequence(key))
        for spec in ACTIONS
        if spec.scope == "editor"
        for key in actions.keys(spec.id)
    )


def is_typing(event: QKeyEvent) -> bool:
    """Whether a key with Ctrl and Alt types a sign: on Windows AltGr is Ctrl and Alt."""
    held = event.modifiers() & _CTRL_ALT == _CTRL_ALT
    return sys.platform == "win32" and held and event.text().isprintable() and bool(event.text())
