"""Commands that look through labels: find, find again, replace, replace over files, check labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from w2vpraat.corpus.labels import guess_label_map, load_label_map
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.textgrid.searching import (
    Match,
    Query,
    find_in,
    find_next,
    replace_in,
    replace_match,
    unknown_labels,
)
from w2vpraat.errors import InputError, W2VPraatError

from ..actions import Actions
from ..dialogs.find_replace import FILES, THIS_TIER, FindReplaceDialog
from ..document import Document
from ..state import AppState
from ..views.tier_layout import selected_number
from .command_base import Commands, Slot
from .label_text import read_text, units
from .replace_in_files import FileReplacing

if TYPE_CHECKING:
    from .editor import Editor


@dataclass(frozen=True)
class FoundPlace:
    """The match that is selected now.

    Parameters
    ----------
    match : Match
        Where it is.
    label : str
        The label at that time; another one now means that the match is gone.
    """

    match: Match
    label: str


class SearchCommands(Commands):
    """Finding in labels, with one dialog that stays open."""

    def __init__(
        self, state: AppState, actions: Actions, editor: Editor, parent: QObject | None = None
    ) -> None:
        super().__init__(state, actions, editor, parent)
        self.query: Query | None = None
        """What was looked for last."""
        self._found: FoundPlace | None = None
        self._dialog: FindReplaceDialog | None = None
        state.current_changed.connect(self._on_document_changed)

    def slots(self) -> Mapping[str, Slot]:
        """Return the handlers."""
        return {
            "edit.find": partial(self.show_dialog, THIS_TIER),
            "edit.find_again": self.find_again,
            "edit.replace": partial(self.show_dialog, FILES),
            "interval.spelling": self.check_labels,
        }

    # The dialog

    @property
    def dialog(self) -> FindReplaceDialog:
        """The dialog; it is made when it is first asked for."""
        if self._dialog is None:
            made = FindReplaceDialog(self.editor)
            made.query_changed.connect(lambda query: self.run(partial(self.count, query)))
            made.find_asked.connect(lambda query, back: self._from_dialog(partial(self.find, query, back)))
            made.replace_asked.connect(
                lambda query, text: self._from_dialog(partial(self.replace_one, query, text))
            )
            made.replace_all_asked.connect(
                lambda query, text: self._from_dialog(partial(self.replace_all, query, text))
            )
            files = FileReplacing(self.state, made, self)
            made.files_asked.connect(
                lambda query, text: self._from_dialog(partial(self._look_in_files, files, query, text))
            )
            made.write_asked.connect(lambda wanted: self._from_dialog(partial(files.write, wanted)))
            self._dialog = made
        return self._dialog

    def show_dialog(self, scope: str) -> None:
        """Show the dialog; where there is no open recording, only all files can be searched."""
        dialog = self.dialog
        document = self.state.current
        tier = None if document is None else document.tier
        dialog.normalize = not self._has_backslashes()
        if document is not None and tier is not None:
            dialog.set_tier(document.view.tier, tier.name)
            field = self.editor.label_field
            chosen = field.label_selection
            item = self._item(document)
            if chosen is not None and chosen[0] != chosen[1] and item is not None:
                dialog.find.setText(tier.items[item - 1].label[min(chosen) : max(chosen)])
        # Who came for the selected tier and had chosen all tiers before keeps that.
        if scope == FILES or dialog.over_files or document is None:
            dialog.set_scope(scope if document is not None else FILES)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        dialog.find.setFocus()
        dialog.find.selectAll()

    def _from_dialog(self, slot: Slot) -> None:
        try:
            slot()
        except InputError as error:
            self.dialog.say(error)
        except W2VPraatError as error:
            self.state.notices.error(error)

    # Find

    def count(self, query: Query | None) -> None:
        """Count the places, on another thread."""
        if query is None or self.state.current is None:
            return
        grid = self.state.current.grid

        def work() -> Iterator[int]:
            yield len(find_in(grid, query))

        self.state.jobs.start(
            "find count",
            self.tr("Count places"),
            work,
            on_result=self._on_counted,
            on_error=lambda error: self.dialog.say(str(error)),
            quiet=True,
            lane="quick",
        )

    def find(self, query: Query, backwards: bool = False) -> None:
        """Select the next place.

        Raises
        ------
        InputError
            If there is none.
        """
        self.query = query
        self.editor.commit_label()
        document = self.document
        after = self._after(document, backwards)
        match = find_next(document.grid, query, after, backwards=backwards)
        if match is None:
            raise InputError(
                self.tr('"{text}" was not found').format(text=query.text),
                self.tr("other tiers, capitals, whole labels?"),
            )
        self._show(document, match)
        here = match[:3] if len(after) == 3 else match[:2]
        if (here >= after) if backwards else (here < after):
            start = self.tr("start") if not backwards else self.tr("end")
            self.reading.emit(self.tr("Went on at the {edge}.").format(edge=start), "")

    def find_again(self) -> None:
        """Select the next place of what was looked for last (Ctrl-G)."""
        if self.query is None:
            self.show_dialog(THIS_TIER)
            return
        # "In the selected tier" means the one that is selected now.
        query = self.query
        if query.tiers and isinstance(query.tiers[0], int):
            query = _in_tier(query, self.view.tier)
        self.find(query)

    def replace_one(self, query: Query, replacement: str) -> None:
        """Replace the place that is selected, and select the next one."""
        self.editor.commit_label()
        document = self.document
        match = self._current_match(document)
        if match is None or query != self.query:
            self.find(query)
            return
        old = document.grid.tiers[match.tier - 1].items[match.item - 1].label
        grid = replace_match(document.grid, query, match, replacement)
        new = grid.tiers[match.tier - 1].items[match.item - 1].label
        self.state.history.edit(document, self.tr("Replace"), grid)
        end = match.end + len(new) - len(old)
        self._found = FoundPlace(match._replace(end=max(end, match.start)), new)
        self.count(query)
        self.find(query)

    def replace_all(self, query: Query, replacement: str) -> None:
        """Replace all places in this file, as one act; the work is done on another thread."""
        self.editor.commit_label()
        self.query = query
        document = self.document
        grid = document.grid

        def work() -> Iterator[tuple[TextGrid, int]]:
            yield replace_in(grid, query, replacement)

        self.state.jobs.start(
            "replace all",
            self.tr("Replace all"),
            work,
            on_result=partial(self._on_replaced, document, grid),
            on_error=lambda error: self._from_dialog(partial(_raise, error)),
            quiet=True,
            lane="quick",
        )

    def check_labels(self) -> None:
        """Go to the next label of the selected tier that the label set does not know (Ctrl-Alt-L)."""
        self.editor.commit_label()
        tier, view = self.tier, self.view
        labels = [item.label for item in tier.items]
        name = "none"
        if self.state.session is not None:
            name = self.state.session.settings.tokens.label_map
        if name in ("", "none"):
            guess = guess_label_map(labels)
            if guess is None:
                raise InputError(
                    self.tr("nothing is known about the labels of this tier"),
                    self.tr(
                        "choose a label map (ARPABET, X-SAMPA, IPA, or a table of your own) in the settings"
                    ),
                    tier=tier.name,
                )
            name = guess.name
        unknown = unknown_labels(self.grid, view.tier, load_label_map(name))
        if not unknown:
            self.reading.emit(
                self.tr('All labels of "{tier}" are known to {name}.').format(tier=tier.name, name=name), ""
            )
            return
        here = self._item(self.document) or 0
        number, label = next((one for one in unknown if one[0] > here), unknown[0])
        item = tier.items[number - 1]
        self.select(item[0], item[-2])
        self.reading.emit(
            self.tr('"{label}" is not known to {name}; {n} labels of this tier are not.').format(
                label=label, name=name, n=len(unknown)
            ),
            ", ".join(dict.fromkeys(one for _, one in unknown)),
        )

    def _look_in_files(self, files: FileReplacing, query: Query, replacement: str) -> None:
        self.editor.commit_label()
        files.look(query, replacement)

    # Slots

    def _on_counted(self, n: int) -> None:
        if self._dialog is not None:
            self._dialog.set_count(n)

    def _on_replaced(self, document: Document, before: TextGrid, found: tuple[TextGrid, int]) -> None:
        grid, n = found
        if document.grid is not before:
            self.dialog.say(self.tr("The labels were edited meanwhile; nothing was replaced."))
            return
        change = self.state.history.edit(document, self.tr("Replace all"), grid)
        if change is None:
            self.dialog.set_count(n)
            return
        self.dialog.say(self.tr("{n} places replaced; Undo takes them back.").format(n=n), bad=False)

    def _on_document_changed(self, document: Document | None) -> None:
        self._found = None
        if self._dialog is not None and document is not None and document.tier is not None:
            self._dialog.set_tier(document.view.tier, document.tier.name)

    # Places

    def _after(self, document: Document, backwards: bool) -> tuple[int, int] | tuple[int, int, int]:
        item = self._item(document) or 0
        tier = document.view.tier
        match = self._current_match(document)
        if match is not None and match[:2] == (tier, item):
            empty = match.start == match.end
            return tier, item, match.start - empty if backwards else match.end + empty
        chosen = self.editor.label_field.label_selection
        if chosen is None or not item:
            return tier, item
        return tier, item, min(chosen) if backwards else max(chosen)

    def _current_match(self, document: Document) -> Match | None:
        """Return the match that is selected, if its label is still the same."""
        if self._found is None:
            return None
        match = self._found.match
        tiers = document.grid.tiers
        if match.tier > len(tiers) or match.item > len(tiers[match.tier - 1]):
            return None
        item = tiers[match.tier - 1].items[match.item - 1]
        view = document.view
        same_place = view.tier == match.tier and view.selection_start == item[0]
        return match if same_place and item.label == self._found.label else None

    def _item(self, document: Document) -> int | None:
        """Return the number of the interval or point whose label the field shows."""
        view = document.view
        if document.tier is None:
            return None
        return selected_number(document.tier, view.selection_start, view.selection_end) or None

    def _show(self, document: Document, match: Match) -> None:
        item = document.grid.tiers[match.tier - 1].items[match.item - 1]
        self.select(item[0], item[-2], match.tier)
        self._found = FoundPlace(match, item.label)
        field = self.editor.label_field
        start, end = _shown(item.label, (match.start, match.end), codes=field.codes)
        field.setSelection(start, end - start)

    def _has_backslashes(self) -> bool:
        session = self.state.session
        name = "none" if session is None else session.settings.tokens.label_map
        try:
            return name not in ("", "none") and load_label_map(name).has_backslashes
        except W2VPraatError:
            return False


def _in_tier(query: Query, tier: int) -> Query:
    return Query(query.text, query.regex, query.case, query.whole_label, (tier,), query.normalize)


def _raise(error: BaseException) -> None:
    raise error


def _shown(label: str, places: tuple[int, int], *, codes: bool) -> tuple[int, int]:
    """Return where places of a label are in the field, which shows signs for codes."""
    read = read_text(label, codes=codes)
    found = []
    for place in places:
        shown = done = 0
        for piece, sign in read.pieces:
            if done >= place:
                break
            done, shown = done + len(piece), shown + len(sign)
        found.append(units(read.text, shown))
    return found[0], found[1]
