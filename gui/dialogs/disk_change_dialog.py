"""Another program has changed a TextGrid that has unsaved edits here.

Messages: none; `ask` returns ``"mine"``, ``"theirs"``, ``"compare"`` or, to decide later, an empty text.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from .question_dialog import QuestionDialog


class DiskChangeDialog(QuestionDialog):
    """Keep mine, take theirs, or look at the differences first.

    Parameters
    ----------
    name : str
        Of the recording.
    readable : bool
        Whether the file as it is now can be read as a TextGrid.
    saving : bool
        Whether this is asked because the user saves.
    """

    def __init__(
        self, name: str, parent: QWidget | None = None, *, readable: bool = True, saving: bool = False
    ) -> None:
        def tr(text: str) -> str:
            return QCoreApplication.translate("DiskChangeDialog", text)

        text = tr("Another program has changed {name}.TextGrid, and you have edits that are not saved.")
        if saving:
            text = tr("{name}.TextGrid was not saved: another program has changed it since it was read.")
        lines = [
            tr("Keep mine and save: your version replaces theirs, which stays as a copy ending in .bak.")
            if saving
            else tr("Keep mine: nothing is written now; saving will replace theirs (a copy stays as .bak).")
        ]
        answers = [("mine", tr("&Keep mine and save") if saving else tr("&Keep mine"))]
        if readable:
            lines.append(tr("Take theirs: the file is read again; Undo brings your edits back."))
            lines.append(tr("Compare: the differences are listed, and you choose one by one."))
            answers += [("theirs", tr("&Take theirs")), ("compare", tr("&Compare"))]
        else:
            lines.append(tr("What is in the file now can't be read as a TextGrid."))
        answers.append(("later", tr("Decide later")))
        super().__init__(tr("Changed on disk"), text.format(name=name), "\n".join(lines), answers, parent)

    def ask(self) -> str:
        """Return ``"mine"``, ``"theirs"``, ``"compare"``, or an empty text: decide later."""
        found = super().ask()
        return "" if found == "later" else found
