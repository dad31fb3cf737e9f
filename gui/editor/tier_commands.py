"""Commands of the menu Tier: adding, copying, renaming, moving and removing tiers, and repairing them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from w2vpraat.corpus.textgrid import PointTier, edits
from w2vpraat.errors import InputError

from ..dialogs.repair_dialog import RepairDialog, Repaired, repaired_grid
from ..dialogs.tier_dialog import TierDialog, unique_name
from .command_base import Commands, Slot


class TierCommands(Commands):
    """What is done to tiers; each command is one act, so nothing asks whether one is sure."""

    def slots(self) -> Mapping[str, Slot]:
        """Return the handlers."""
        return {
            "tier.add_interval": partial(self.ask_new, False),
            "tier.add_point": partial(self.ask_new, True),
            "tier.duplicate": self.ask_copy,
            "tier.rename": self.ask_name,
            "tier.up": partial(self.move, -1),
            "tier.down": partial(self.move, 1),
            "tier.remove": self.remove,
            "tier.repair": self.ask_repairs,
        }

    def ask_new(self, points: bool) -> None:
        """Ask for name and position of a new tier."""
        names = self.grid.tier_names
        usual = self.tr("points") if points else self.tr("intervals")
        dialog = TierDialog(
            self.tr("Add point tier") if points else self.tr("Add interval tier"),
            names,
            unique_name(usual, names),
            min(self.view.tier, len(names)) + 1,
            parent=self.editor,
        )
        dialog.chosen.connect(lambda name, at: self.run(partial(self.add, name, at, points=points)))
        dialog.open()

    def add(self, name: str, position: int, *, points: bool) -> None:
        """Add an empty tier."""
        self.editor.commit_label()
        make = edits.add_point_tier if points else edits.add_interval_tier
        self._put(self.tr("Add tier"), make(self.grid, name, position), position)

    def ask_copy(self) -> None:
        """Ask for name and position of a copy of the selected tier."""
        names = self.grid.tier_names
        dialog = TierDialog(
            self.tr("Duplicate tier"),
            names,
            unique_name(self.tier.name, names),
            self.view.tier + 1,
            parent=self.editor,
        )
        source = self.view.tier
        dialog.chosen.connect(lambda name, at: self.run(partial(self.copy, source, name, at)))
        dialog.open()

    def copy(self, source: int, name: str, position: int) -> None:
        """Put a copy of a tier at a position."""
        self.editor.commit_label()
        self._put(
            self.tr("Duplicate tier"), edits.duplicate_tier(self.grid, source, position, name), position
        )

    def ask_name(self) -> None:
        """Ask for another name of the selected tier."""
        own, number = self.tier.name, self.view.tier
        dialog = TierDialog(self.tr("Rename tier"), self.grid.tier_names, own, own=own, parent=self.editor)
        dialog.chosen.connect(lambda name, _: self.run(partial(self.rename, number, name)))
        dialog.open()

    def rename(self, number: int, name: str) -> None:
        """Give a tier another name."""
        self.editor.commit_label()
        self._put(self.tr("Rename tier"), edits.rename_tier(self.grid, number, name), number)

    def move(self, step: int) -> None:
        """Move the selected tier up or down by one."""
        tier, number = self.tier, self.view.tier
        if not 1 <= number + step <= len(self.grid):
            raise InputError(
                self.tr("this tier is the first") if step < 0 else self.tr("this tier is the last"),
                tier=tier.name,
            )
        self.editor.commit_label()
        self._put(self.tr("Move tier"), edits.move_tier(self.grid, number, number + step), number + step)

    def remove(self) -> None:
        """Remove the selected tier; undo brings it back."""
        tier, number = self.tier, self.view.tier
        self.editor.commit_label()
        grid = edits.remove_tier(self.grid, number)
        self._put(self.tr("Remove tier"), grid, min(number, max(len(grid), 1)))
        what = self.tr("points") if isinstance(tier, PointTier) else self.tr("intervals")
        self.state.notices.news(
            self.tr('The tier "{name}" with {n} {what} was removed; Undo brings it back.').format(
                name=tier.name, n=len(tier), what=what
            )
        )

    def ask_repairs(self) -> None:
        """Show what is wrong with the TextGrid and offer repairs."""
        self.editor.commit_label()
        document = self.document
        dialog = RepairDialog(self.state, document, self.editor)
        dialog.chosen.connect(lambda wanted: self.run(partial(self.repair, document.name, wanted)))
        dialog.place_chosen.connect(lambda tier, start, end: self.select(start, end, tier))
        dialog.open()

    def repair(self, name: str, wanted: Repaired) -> None:
        """Make the repairs that were chosen, as one act."""
        document = self.document
        if document.name != name:
            raise InputError(self.tr("another recording is open now"), self.tr("look for problems again"))
        audio_end = document.start_time + document.info.duration
        grid = repaired_grid(document.grid, wanted, audio_end)
        change = self.state.history.edit(document, self.tr("Repair tiers"), grid)
        if change is None:
            self.state.notices.news(self.tr("There was nothing to repair."))

    def _put(self, text: str, grid: object, tier: int) -> None:
        view = self.view
        self.edit(text, grid, view.selection_start, view.selection_end, tier)  # type: ignore[arg-type]
