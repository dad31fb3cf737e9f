"""Base of the classes that say what the editor's commands do.

Signal of `Commands`: `reading` (text, tool tip) for the readout line. Refusals become notices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from w2vpraat.corpus.textgrid import TextGrid, Tier
from w2vpraat.errors import InputError, W2VPraatError

from ..actions import Actions
from ..document import Document
from ..state import AppState
from ..time_view import TimeView
from .zero_crossing import zero_near

if TYPE_CHECKING:
    from .editor import Editor

Slot = Callable[[], Any]


class Commands(QObject):
    """Some commands of the editor.

    Parameters
    ----------
    state : AppState
        What is open.
    actions : Actions
        Whose handlers these are.
    editor : Editor
        With the label field; parent of dialogs. What was typed into the field becomes an act before a command
        does something.
    """

    reading = Signal(str, str)

    def __init__(
        self, state: AppState, actions: Actions, editor: Editor, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.state = state
        self.actions = actions
        self.editor = editor
        for name, slot in self.slots().items():
            actions.on(name, self._guarded(slot))

    def slots(self) -> Mapping[str, Slot]:
        """Return the handler of each action; subclasses do."""
        raise NotImplementedError

    @property
    def document(self) -> Document:
        """The document in the editor.

        Raises
        ------
        InputError
            If there is none.
        """
        if self.state.current is None:
            raise InputError(self.tr("no recording is open"), self.tr("open one from the list of recordings"))
        return self.state.current

    @property
    def view(self) -> TimeView:
        """Its selection and visible stretch."""
        return self.document.view

    @property
    def grid(self) -> TextGrid:
        """Its TextGrid."""
        return self.document.grid

    @property
    def tier(self) -> Tier:
        """The selected tier.

        Raises
        ------
        InputError
            If the TextGrid has no tier.
        """
        tier = self.document.tier
        if tier is None:
            raise InputError(
                self.tr("the TextGrid has no tier"),
                self.tr("add one in the menu Tier"),
                file=self.document.grid_path,
            )
        return tier

    @property
    def time(self) -> float:
        """Where new boundaries go: to what is being heard, else to the cursor."""
        playing = self.view.playing
        return self.view.selection_start if playing is None else playing

    def edit(
        self, text: str, new_grid: TextGrid, start: float, end: float | None = None, tier: int | None = None
    ) -> bool:
        """Put an edited grid as one act and select a time or stretch; False if nothing changed."""
        document = self.document
        place = (start, start if end is None else end, document.view.tier if tier is None else tier)
        return self.state.history.edit(document, text, new_grid, place=place) is not None

    def select(self, start: float, end: float | None = None, tier: int | None = None) -> None:
        """Select a time or a stretch and let it be seen; what was typed before becomes an act first."""
        self.editor.commit_label()
        self.view.select(start, end, tier=tier)
        self.view.reveal(self.view.selection_start, self.view.selection_end)

    def zero(self, time: float) -> float:
        """Return the time of the nearest zero crossing of the sound.

        Raises
        ------
        AudioError
            If the file can't be read, or does not cross zero near there.
        """
        source = self.editor.sound.source
        whole = source.whole if source.document is self.document else None
        return zero_near(self.document, time, self.state.session, whole)

    def run(self, slot: Slot) -> None:
        """Do something; a refusal becomes a notice."""
        try:
            slot()
        except W2VPraatError as error:
            self.state.notices.error(error)

    def _guarded(self, slot: Slot) -> Slot:
        return lambda: self.run(slot)
