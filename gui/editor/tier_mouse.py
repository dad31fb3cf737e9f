"""What the mouse does on the tiers, as in Praat: select, drag, add at the circle, menus.

Signals of `TierMouse`: `said` (one quiet line: why a drop was ignored), `label_wanted` (the label field is to
take the keyboard, everything selected). Every drag that changes something is one act of the history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu

from w2vpraat.corpus.textgrid import PointTier, TextGrid
from w2vpraat.corpus.textgrid.praat_edits import LabelSelection, add_boundary
from w2vpraat.errors import TextGridError

from ..actions import Actions
from ..document import Document
from ..state import AppState
from ..time_view import TimeView
from ..views.tier_view import TierView
from .mouse import Grab, Target, drop_at, find_target, interval_at

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_STRETCH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier

_ON_BOUNDARY = ("boundary.remove", "boundary.to_zero")
_ON_INTERVAL = ("boundary.add", "interval.align", "interval.split", "interval.merge")
_ON_TIME = ("play.selection", "view.to_selection", "measure.candidates")
_ON_TIER = (
    "tier.rename",
    "tier.duplicate",
    "tier.up",
    "tier.down",
    "tier.add_interval",
    "tier.add_point",
    "tier.repair",
    "tier.remove",
)


class TierMouse(QObject):
    """Watches the mouse over the tiers.

    Parameters
    ----------
    state : AppState
        Whose history takes the acts.
    tiers : TierView
        What is watched.
    actions : Actions
        For the menus.
    commit : callable
        Makes an act of what was typed; called before anything else.
    label_selection : callable
        Selected text of the label field, for dividing labels.
    """

    said = Signal(str)
    label_wanted = Signal()

    def __init__(
        self,
        state: AppState,
        tiers: TierView,
        actions: Actions,
        *,
        commit: Callable[[], None],
        label_selection: Callable[[], LabelSelection | None],
    ) -> None:
        super().__init__(tiers)
        self._state, self._tiers, self._actions = state, tiers, actions
        self._commit, self._label_selection = commit, label_selection
        self._pressed: QPointF | None = None
        self._anchor: Target | None = None  # interval where a drag over intervals began
        self._grab: Grab | None = None
        self._grid: TextGrid | None = None  # as it was when it was grabbed
        self._drags = False
        tiers.installEventFilter(self)

    @property
    def is_dragging(self) -> bool:
        """Whether a boundary or point is being dragged."""
        return self._grab is not None and self._drags

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse events of the tiers; while something is dragged, Escape of the whole window."""
        if watched is not self._tiers:
            return self._is_escape(event)
        if self._tiers.document is None:
            return False
        if isinstance(event, QContextMenuEvent):
            return self._on_menu(event)
        if not isinstance(event, QMouseEvent):
            return False
        left = event.button() == Qt.MouseButton.LeftButton
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and left:
            self._on_press(event)
        elif kind == QEvent.Type.MouseMove:
            return self._on_move(event)
        elif kind == QEvent.Type.MouseButtonRelease and left:
            self._on_release(event)
        elif kind == QEvent.Type.MouseButtonDblClick and left:
            self._on_double_click(event)
        return False  # the view sees it too, and the window gives the keyboard to the editor

    def cancel(self) -> None:
        """Let go of what is held; nothing changes."""
        self._pressed = self._anchor = self._grab = self._grid = None
        self._drags = False
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self._tiers.set_grabbed(None)
        self._tiers.set_ghost(None)

    # Mouse

    def _on_press(self, event: QMouseEvent) -> None:
        self.cancel()
        self._commit()
        self.said.emit("")
        target, view = find_target(self._tiers, event.position()), self._view
        extends = bool(event.modifiers() & _SHIFT)
        self._pressed = event.position()
        if target.kind == "circle":
            self._add(target)
        elif target.kind == "name":
            view.tier = target.tier
        elif target.can_be_dragged:
            stretch = event.modifiers() & _STRETCH == _STRETCH
            selection = (view.selection_start, view.selection_end)
            self._grab = Grab(target, selection, all_tiers=extends, stretch=stretch)
            self._grid = self._document.grid
            self._tiers.set_grabbed((target.tier, target.start))
        elif target.kind != "nothing" and extends:
            self._extend(target)
        elif target.kind != "nothing":
            self._anchor = target
            view.select(target.start, target.end, tier=target.tier)

    def _on_move(self, event: QMouseEvent) -> bool:
        if self._pressed is None:
            shape = find_target(self._tiers, event.position())
            self._point_with(shape)
            return False
        if not event.buttons() & Qt.MouseButton.LeftButton:  # let go where nobody told us
            self.cancel()
            return False
        far = (event.position() - self._pressed).manhattanLength()
        if not self._drags and far < self._tiers.pixels(self._tiers.params.drag_start):
            return False
        if self._grab is not None and self._grid is not self._document.grid:
            self.cancel()  # something else was edited meanwhile
            return False
        if not self._drags and self._grab is not None:
            application = QApplication.instance()
            assert application is not None
            application.installEventFilter(self)
        self._drags = True
        if self._grab is not None:
            drop = self._drop(event.position())
            self._tiers.set_ghost(drop.ghost)
            self.said.emit(drop.ghost.refused)
            self._view.set_hover(drop.ghost.time)
            return True
        if self._anchor is not None:
            self._select_to(event.position())
        return False

    def _on_release(self, event: QMouseEvent) -> None:
        grab, drags, view = self._grab, self._drags, self._view
        if grab is None:
            self.cancel()
            return
        target = grab.target
        drop = self._drop(event.position()) if drags and self._grid is self._document.grid else None
        self.cancel()
        if drop is None:
            if grab.all_tiers and not grab.stretch:
                self._extend(target)
            else:
                view.select(target.start, tier=target.tier)
        elif drop.grid is None:
            self.said.emit(self.tr("Not moved: {why}").format(why=drop.ghost.refused))
        else:
            self.said.emit("")
            time = drop.ghost.time
            start, end = grab.selection if grab.stretch else (time, time)
            self._edit(self._title(grab), drop.grid, (start, end, target.tier))

    def _on_double_click(self, event: QMouseEvent) -> None:
        target = find_target(self._tiers, event.position())
        if target.kind == "name":
            self._actions["tier.rename"].trigger()
        elif target.kind in ("interval", "point"):
            self._commit()
            self._view.select(target.start, target.end, tier=target.tier)
            self.label_wanted.emit()

    def _on_menu(self, event: QContextMenuEvent) -> bool:
        self.cancel()
        self._commit()
        target = find_target(self._tiers, QPointF(event.pos()))
        if target.kind == "nothing":
            return False
        self._select_for_menu(target, self._tiers.time_of(event.pos().x()))
        menu = self.menu_of(target)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())
        return True

    def menu_of(self, target: Target) -> QMenu:
        """Return the menu for what is under the mouse."""
        menu = QMenu(self._tiers)
        if target.kind == "name":
            self._fill(menu, _ON_TIER)
            return menu
        if target.can_be_dragged:
            self._fill(menu, _ON_BOUNDARY)
        elif target.kind == "interval":
            self._fill(menu, _ON_INTERVAL)
        else:
            self._fill(menu, ("boundary.add",))
        menu.addSeparator()
        self._fill(menu, _ON_TIME)
        menu.addSeparator()
        self._fill(menu.addMenu(self.tr("Tier")), _ON_TIER)
        return menu

    # What they do

    def _add(self, target: Target) -> None:
        document = self._document
        tier = document.grid.tier(target.tier)
        text = self.tr("Add point") if isinstance(tier, PointTier) else self.tr("Add boundary")
        try:
            grid = add_boundary(
                document.grid,
                target.tier,
                target.start,
                selected_tier=document.view.tier,
                label_selection=self._label_selection(),
            )
        except TextGridError as error:
            self.said.emit(error.message)
            return
        self._edit(text, grid, (target.start, target.start, target.tier))

    def _drop(self, place: QPointF) -> Any:
        assert self._grab is not None
        tiers = self._tiers
        within = tiers.pixels(tiers.params.snap_distance) * tiers.seconds_per_pixel
        return drop_at(self._grab, self._document.grid, tiers.time_of(place.x()), within)

    def _extend(self, target: Target) -> None:
        view = self._view
        start, end = min(view.selection_start, target.start), max(view.selection_end, target.end)
        view.select(start, end, tier=target.tier)

    def _select_to(self, place: QPointF) -> None:
        # A drag that began inside an interval selects whole intervals of its tier.
        assert self._anchor is not None
        anchor = self._anchor
        tier = self._document.grid.tier(anchor.tier)
        here = interval_at(tier, anchor.tier, self._tiers.time_of(place.x()))
        self._view.select(min(anchor.start, here.start), max(anchor.end, here.end), tier=anchor.tier)

    def _select_for_menu(self, target: Target, time: float) -> None:
        view = self._view
        inside = view.has_selection and view.selection_start <= time <= view.selection_end
        if target.kind == "name" or (target.kind == "circle"):
            view.tier = target.tier
        elif target.can_be_dragged or not (inside and target.tier == view.tier):
            view.select(target.start, target.end, tier=target.tier)

    def _title(self, grab: Grab) -> str:
        if grab.stretch:
            return self.tr("Stretch boundaries")
        if grab.all_tiers:
            return self.tr("Move boundaries on all tiers")
        return self.tr("Move point") if grab.target.kind == "point" else self.tr("Move boundary")

    def _edit(self, text: str, grid: TextGrid, place: tuple[float, float, int]) -> None:
        if self._state.history.edit(self._document, text, grid, place=place) is None:
            start, end, tier = place
            self._view.select(start, end, tier=tier)  # dropped where it was

    def _point_with(self, target: Target) -> None:
        shapes = {
            "boundary": Qt.CursorShape.SplitHCursor,
            "point": Qt.CursorShape.SplitHCursor,
            "circle": Qt.CursorShape.PointingHandCursor,
        }
        self._tiers.setCursor(shapes.get(target.kind, Qt.CursorShape.ArrowCursor))

    def _fill(self, menu: QMenu, names: tuple[str, ...]) -> None:
        for name in names:
            menu.addAction(self._actions[name])

    def _is_escape(self, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        if cast(QKeyEvent, event).key() != Qt.Key.Key_Escape:
            return False
        event.accept()
        self.cancel()
        return True

    @property
    def _document(self) -> Document:
        assert self._tiers.document is not None
        return self._tiers.document

    @property
    def _view(self) -> TimeView:
        return self._document.view
