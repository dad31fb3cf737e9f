"""What to do with unsaved changes before something is closed.

Messages: none; `ask` returns ``"save"``, ``"drop"`` or, for Cancel, an empty text.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from .question_dialog import QuestionDialog

MOST = 8
"""So many names are listed."""


class UnsavedDialog(QuestionDialog):
    """Names what is not saved: Save, Don't save, Cancel.

    Parameters
    ----------
    names : sequence of str
        What would be lost.
    """

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        def tr(text: str) -> str:
            return QCoreApplication.translate("UnsavedDialog", text)

        if len(names) == 1:
            text = tr("{name} has changes that are not saved.").format(name=names[0])
            detail = tr("Without saving they are lost.")
        else:
            text = tr("{count} files have changes that are not saved.").format(count=len(names))
            listed = [f"   {name}" for name in names[:MOST]]
            if len(names) > MOST:
                listed.append("   " + tr("and {count} more").format(count=len(names) - MOST))
            detail = "\n".join([*listed, "", tr("Without saving they are lost.")])
        answers = (
            ("save", tr("&Save") if len(names) == 1 else tr("&Save all {count}").format(count=len(names))),
            ("drop", tr("&Don't save")),
            ("cancel", tr("Cancel")),
        )
        super().__init__(tr("Unsaved changes"), text, detail, answers, parent)

    def ask(self) -> str:
        """Return ``"save"``, ``"drop"``, or an empty text for Cancel and Escape."""
        found = super().ask()
        return "" if found == "cancel" else found
