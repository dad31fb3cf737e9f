"""Answers about the maps, the brush that joins them, and the values of tokens; part of `driver.Answers`."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget
from w2vpraat_gui.main_window import MainWindow


class MapAnswers:
    """Every method that has no underscore is a question; maps are counted from 0."""

    _window: MainWindow

    def board(self) -> list[dict[str, Any]]:
        """What each map is of and shows: tokens that are selected, current and pointed at on it."""
        window = self._window
        live = window.worlds.feed.live
        told = []
        for panel in window.worlds.board.panels:
            points, key = panel.points, panel.offer.key
            ids = [] if live is None or len(points.points) != len(live.ids) else list(live.ids)
            told.append(
                {
                    "title": panel.offer.title,
                    "source": panel.params.source,
                    "model": None if key is None else key.model,
                    "layer": None if key is None else key.layer,
                    "made": panel.map is not None,
                    "error": None if panel.error is None else str(panel.error),
                    "busy": panel.work.is_busy or panel.work.is_judging or panel.morph.is_moving,
                    "moving": panel.morph.is_moving,
                    "ready": sorted(panel.glide.ready),
                    "gliding": panel.slider.is_gliding,
                    "position": panel.slider.position,
                    "shown": int(points.pickable().sum()),
                    "selected": [one for one, on in zip(ids, points._selected, strict=False) if on],
                    "current": ids[points._current] if ids and points._current >= 0 else "",
                    "hovered": ids[points._hovered] if ids and points._hovered >= 0 else "",
                    "numbers": []
                    if panel.map is None
                    else [[one.key, one.value, one.stale] for one in panel.map.numbers],
                }
            )
        return told

    def pictures(self) -> list[list[Any]]:
        """What would be printed of the maps: titles and numbers."""
        return [
            [one.title, [[number.key, number.value, number.stale] for number in one.numbers]]
            for one in self._window.worlds.board.pictures
        ]

    def linked(self) -> dict[str, Any]:
        """What is pointed at, selected and looked at in the whole window."""
        linked = self._window.state.linked
        return {
            "hovered": linked.hovered,
            "selection": list(linked.selection),
            "current": linked.current,
            "shown": None if linked.shown is None else len(linked.shown),
            "busy": self._window.worlds.feed.is_busy or self._window.worlds.board.is_busy,
        }

    def dots(self, number: int) -> dict[str, list[float]]:
        """Where the tokens of a map are drawn on the screen: id to place, none that is not in view."""
        panel, live = self._window.worlds.board.panels[number], self._window.worlds.feed.live
        points = panel.points
        if live is None or panel.picture is None or len(points.points) != len(live.ids):
            return {}
        frame, corner = points.frame(), points.mapToGlobal(QPoint(0, 0))
        found = {}
        for row in np.flatnonzero(points.pickable()):
            pixel = frame.pixel(*points.points[row].tolist())
            if frame.rect.contains(pixel):
                found[str(live.ids[row])] = [corner.x() + pixel.x(), corner.y() + pixel.y()]
        return found

    def coordinates(self, number: int, token: str) -> list[float] | None:
        """Where a token lies on a map, in the units of its axes."""
        panel, live = self._window.worlds.board.panels[number], self._window.worlds.feed.live
        row = None if live is None else live.row_of(token)
        if row is None or panel.map is None:
            return None
        return [float(one) for one in panel.points.points[row]]

    def values(self, token: str) -> dict[str, Any] | None:
        """What is known of a token now: its times, its measures, its vectors."""
        live = self._window.worlds.feed.live
        row = None if live is None else live.row_of(token)
        if live is None or row is None:
            return None
        told: dict[str, Any] = {name: float(live.numbers(name)[row]) for name in live.number_columns}
        told["label"] = str(live.texts("label")[row])
        for key in live.vector_keys:
            vector = live.vectors_at(key, np.array([row]))[0]
            told[f"{key.model}/{key.layer}"] = [float(one) for one in vector]
        return told

    def label(self, token: str) -> str:
        """The label of a token, as it is shown."""
        live = self._window.worlds.feed.live
        row = None if live is None else live.row_of(token)
        return "" if live is None or row is None else str(live.texts("label")[row])

    def token_line(self, token: str) -> dict[str, str] | None:
        """What the table of tokens shows of a token: column to text."""
        model = self._window.tokens.model
        column = ["", *model.columns].index("id")
        for line in range(model.rowCount()):
            if model.index(line, column).data() == token:
                return {
                    name: str(model.index(line, place).data()) for place, name in enumerate(model.columns, 1)
                }
        return None

    def selected_lines(self) -> list[str]:
        """The tokens that are selected in the table of tokens."""
        model, chosen = self._window.tokens.model, self._window.tokens.table.selectionModel()
        column = ["", *model.columns].index("id")
        return [
            str(model.index(one.row(), column).data(Qt.ItemDataRole.DisplayRole))
            for one in chosen.selectedRows()
        ]

    def neighbours(self) -> dict[str, Any]:
        """Whose nearest tokens are listed, and whether they are being looked for."""
        neighbours = self._window.worlds.neighbours
        return {"token": neighbours.token, "busy": neighbours.is_busy, "found": neighbours.found is not None}

    def queue(self) -> dict[str, Any]:
        """The review queue in its order, which of it is done, and which token is looked at."""
        reviewing = self._window.worlds.reviewing
        model, ids = reviewing.model, () if reviewing.places is None else reviewing.places.ids
        return {
            "making": reviewing.job is not None,
            "ids": [str(ids[model.row(line)]) for line in range(model.rowCount())],
            "progress": list(reviewing.progress),
            "current": reviewing.current,
        }

    def watch_mouse(self, path: str) -> None:
        """Remember where the mouse was last seen by a widget, for `mouse`."""
        self._mouse = Mouse(self._at(path))

    def mouse(self) -> list[int] | None:
        """Where the mouse was when the widget that is watched was last told."""
        return self._mouse.place

    def _at(self, path: str) -> Any:
        raise NotImplementedError


class Mouse(QObject):
    """Sees the moves of the mouse over a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.place: list[int] | None = None
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: Any) -> bool:
        """Look, and let it pass."""
        if isinstance(event, QMouseEvent):
            place = event.globalPosition().toPoint()
            self.place = [place.x(), place.y()]
        return False
