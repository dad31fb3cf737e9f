"""The nearest tokens of a token: seen in a list, heard against it, opened, selected in the maps.

Signals of `NeighboursPanel`: `play_wanted` (id of a token: clicked, or reached with an arrow key),
`compare_wanted` (ids of the token and a neighbour, to be heard one after the other; Space). Pointing at a row
points at the token everywhere (`state.linked`). Messages: none; why there is nothing stands in the panel.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.corpus.textgrid import to_unicode
from w2vpraat.params import ReviewParams

from ..actions import Actions
from ..fonts import label_font
from ..forms import ParamForm
from ..judging.neighbours import Neighbours
from ..state import AppState
from ..tables.neighbour_model import NeighbourModel
from ..tables.neighbour_view import NeighbourView
from .section import Fold, ShortLabel

ASKED = ("neighbours", "apart", "metric")
"""Settings of the search that are shown."""


class NeighboursPanel(QWidget):
    """What lies near the token that is looked at, in one representation.

    Parameters
    ----------
    state : AppState
    actions : Actions
        For the keys that the empty panel names.
    neighbours : Neighbours
    """

    play_wanted = Signal(str)
    compare_wanted = Signal(tuple)

    def __init__(
        self, state: AppState, actions: Actions, neighbours: Neighbours, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._actions, self._neighbours = state, actions, neighbours
        self.setAccessibleName(self.tr("Nearest tokens"))
        self.model = NeighbourModel(self)
        self._make()
        self.names.activated.connect(self._on_name)
        self.follow.toggled.connect(neighbours.set_follows)
        self.form.changed.connect(neighbours.set_params)
        self.play.clicked.connect(self._on_play_asked)
        self.select_all.clicked.connect(neighbours.select_all)
        self.table.walked.connect(self._on_walked)
        self.table.play_wanted.connect(self._on_compare)
        self.table.opened.connect(self._on_opened)
        self.table.pointed.connect(self._on_pointed)
        state.linked.hovered_changed.connect(self.model.set_hovered)
        neighbours.choices_changed.connect(self._on_choices)
        neighbours.changed.connect(self._on_changed)
        actions.keys_changed.connect(self._on_changed)
        self._on_choices()
        self._on_changed()

    def _make(self) -> None:
        self.label = QLabel()
        self.label.setFont(label_font(18))
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setAccessibleName(self.tr("Label of the token"))
        self.who = ShortLabel()
        self.play = QToolButton()
        self.play.setText("▶")
        self.play.setAutoRaise(True)
        self.play.setAccessibleName(self.tr("Play the token"))
        self.play.setToolTip(self.play.accessibleName())
        self.follow = QCheckBox(self.tr("Follow"))
        self.follow.setToolTip(
            self.tr("List what is near the token that is looked at in map, table or editor")
        )
        self.names = QComboBox()
        self.names.setAccessibleName(self.tr("In which representation"))
        self.names.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.names.setMinimumContentsLength(14)
        near = QLabel(self.tr("In"))
        near.setBuddy(self.names)
        self.form = ParamForm(ReviewParams, names=ASKED)
        self.fold = Fold(self.tr("Settings"), self.form, is_open=False)
        self.table = NeighbourView(self.model)
        self.empty = QLabel()
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMargin(16)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.summary = ShortLabel()
        self.select_all = QPushButton(self.tr("Select all in the maps"))
        self.select_all.setToolTip(self.tr("The token and those of the list, in maps, table and overview"))
        head = QHBoxLayout()
        head.addWidget(self.play)
        head.addWidget(self.label)
        head.addWidget(self.who, 1)
        head.addWidget(self.follow)
        choice = QHBoxLayout()
        choice.addWidget(near)
        choice.addWidget(self.names, 1)
        choice.addWidget(self.fold)
        bottom = QHBoxLayout()
        bottom.addWidget(self.summary, 1)
        bottom.addWidget(self.select_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(choice)
        column.addWidget(self.form)
        column.addWidget(self.stack, 1)
        column.addLayout(bottom)
        self.form.setVisible(self.fold.isChecked())

    # What is shown

    def _on_choices(self) -> None:
        near = self._neighbours
        names = list(near.names)
        if [self.names.itemText(row) for row in range(self.names.count())] != names:
            self.names.clear()
            self.names.addItems(names)
        self.names.setCurrentIndex(self.names.findText(near.name))
        self.names.setToolTip(near.name)
        self.names.setEnabled(bool(names))
        with QSignalBlocker(self.follow):
            self.follow.setChecked(near.follows)
        self.form.set_value(near.params)
        self.form.setEnabled(self._state.session is not None)

    def _on_changed(self) -> None:
        near, found = self._neighbours, self._neighbours.found
        shown = found is not None and near.problem is None
        rows = found.found if found is not None and shown else ()
        other = rows != self.model.rows
        self.model.set_rows(rows, near.ids(rows))
        self.stack.setCurrentWidget(self.table if rows else self.empty)
        if rows and other:
            self.table.fit()
        asked = found.asked.token if found is not None and shown else None
        self.label.setText("" if asked is None else to_unicode(asked.label))
        self.play.setEnabled(bool(near.token))
        self.who.set_line(
            ""
            if asked is None
            else " · ".join(
                filter(None, (asked.speaker, asked.word, f"{asked.file_name}, {asked.start:.3f} s"))
            )
        )
        self.empty.setText("" if rows else self._why_empty())
        self.summary.set_line(self._told() if rows else "")
        self.select_all.setEnabled(bool(rows))

    def _why_empty(self) -> str:
        near = self._neighbours
        if self._state.results is None:
            return self.tr("Nothing has been measured yet.\n\nMeasure all tokens: {keys}").format(
                keys=self._actions["measure.run"].shortcut().toString()
            )
        if not near.names:
            return self.tr("There are neither formants nor vectors.")
        if near.problem is not None:
            return "\n\n".join(filter(None, (near.problem.message, near.problem.hint)))
        if near.is_busy and near.token:
            return self.tr("Looking for the nearest tokens …")
        if near.found is not None:
            return self.tr("No token is left to compare with: choose another “apart” under Settings.")
        return self.tr(
            "Choose a token in a map, in the table or in the editor ({keys}): "
            "what is nearest to it is listed here, and can be heard against it."
        ).format(keys=self._actions["maps.neighbours"].shortcut().toString())

    def _told(self) -> str:
        found = self._neighbours.found
        assert found is not None
        parts = [
            self.tr("{same} of {count} have its label").format(same=found.n_same, count=len(found.found))
        ]
        among = {
            "speaker": self.tr("among other speakers"),
            "recording": self.tr("among other recordings"),
            "word": self.tr("among other words"),
            "token": self.tr("among all tokens"),
        }
        parts.append(among.get(found.apart, found.apart))
        if self._neighbours.is_busy:
            parts.append(self.tr("being looked for again …"))
        return " · ".join([*parts, *found.notes])

    # Slots

    def _on_name(self, row: int) -> None:
        self._neighbours.set_name(self.names.itemText(row))

    def _on_walked(self, index: QModelIndex) -> None:
        self._neighbours.keep_list_for(self.model.rows[index.row()])
        self._state.linked.hover(self.model.ids[index.row()])
        self.play_wanted.emit(self.model.ids[index.row()])

    def _on_compare(self, index: QModelIndex) -> None:
        self._neighbours.keep_list_for(self.model.rows[index.row()])
        self.compare_wanted.emit((self._neighbours.token, self.model.ids[index.row()]))

    def _on_play_asked(self) -> None:
        self.play_wanted.emit(self._neighbours.token)

    def _on_opened(self, index: QModelIndex) -> None:
        self._neighbours.open(self.model.rows[index.row()])

    def _on_pointed(self, index: QModelIndex) -> None:
        self._state.linked.hover(self.model.ids[index.row()] if index.isValid() else "")

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        """Ask what was not asked while nobody looked."""
        super().showEvent(event)
        self._neighbours.set_watched(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask nothing any more."""
        super().hideEvent(event)
        self._neighbours.set_watched(False)
