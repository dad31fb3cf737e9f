"""One map of the board: choices above, tokens, numbers and legend.

Signals of `MapPanel`: `params_changed` (other choices, to be kept), `entered` (keys and menus mean this map
now), `outcome` (it is made, or can't be), `laid` (tokens have other places), `vectors_added` (other maps may
wait for them), `close_wanted`, `neighbours_wanted` (id of a token, title of the map). Messages: what is being
done and what went wrong is said over the map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QTimer, Signal
from PySide6.QtWidgets import QWidget

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults
from w2vpraat.pipeline.maps.choices import MapChoices
from w2vpraat.pipeline.maps.live_map import LiveMap
from w2vpraat.pipeline.maps.placed import Floats
from w2vpraat.pipeline.maps.values import DRESS, same_layout

from ..actions import Actions
from ..live.feed import LiveFeed
from ..state import AppState
from .explain import ExplainDialog, explanation
from .glide import Glide
from .links import Links
from .map_face import MapFace
from .map_message import message_of, obstacle_of
from .map_names import make_offer, with_model
from .map_work import MapWork
from .morph import Morph
from .token_menu import token_menu

PATIENCE = 200
"""Milliseconds that a map may take before it is said that it takes time."""
MANY = 6000
"""Of more tokens, means and ellipses are not drawn while they glide."""


class MapPanel(MapFace):
    """A map with its controls.

    Parameters
    ----------
    state : AppState
    actions : Actions
        For the buttons of messages.
    feed : LiveFeed
        Values of the tokens as they are now.
    links : Links
        The one brush.
    params : MapParams
        What it shows first.
    """

    params_changed = Signal()
    entered = Signal()
    outcome = Signal()
    laid = Signal()
    vectors_added = Signal()
    close_wanted = Signal()
    neighbours_wanted = Signal(str, str)

    def __init__(
        self,
        state: AppState,
        actions: Actions,
        feed: LiveFeed,
        links: Links,
        params: MapParams,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._actions, self._feed, self._links = state, actions, feed, links
        self.params = params
        self.map: LiveMap | None = None
        self._made_of = params
        self.error: BaseException | None = None
        self.asked = False
        """Whether the user chose this map: a model is then run without asking."""
        self.reference: Callable[[], LiveMap | None] = lambda: None
        """Gives the map that this one is laid like."""
        self.choices: MapChoices | None = None
        self.offer = make_offer(params, feed.live, None)
        self.work = MapWork(state, feed, lambda: links.shown if links.is_filtered else None, self)
        self.glide = Glide(state, feed, self)
        self.morph = Morph(self)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._connect()
        self.show_offer(self.offer)
        links.add(self.points)

    def _connect(self) -> None:
        points, links = self.points, self._links
        points.clicked.connect(self.entered)
        points.play_wanted.connect(lambda row: links.play_token(links.id_of(row)))
        points.cleared.connect(links.clear)
        points.context_wanted.connect(self._on_context)
        self.bar.changed.connect(self.choose)
        self.bar.choice_wanted.connect(self._on_choice)
        self.choice.changed.connect(self.choose)
        self.menu.changed.connect(self.choose)
        self.menu.fit_wanted.connect(points.fit)
        self.menu.again_wanted.connect(self.lay_again)
        self.menu.copy_wanted.connect(self.copy_picture)
        self.menu.explain_wanted.connect(self.explain)
        self.menu.close_wanted.connect(self.close_wanted)
        self.switch.chosen.connect(lambda name: self.choose(with_model(self.offer, name)))
        self.slider.prepare_wanted.connect(self._on_glide)
        self.slider.moved.connect(self._on_glided)
        self.slider.chosen.connect(lambda layer: self.choose(replace(self.params, layer=layer)))
        self.legend.chosen.connect(links.select_value)
        self.legend.only_wanted.connect(links.show_only)
        self.again.clicked.connect(self.lay_again)
        self.work.changed.connect(self._say)
        self.work.fitted.connect(self._on_fitted)
        self.work.placed.connect(self._on_placed)
        self.work.judged.connect(self._on_judged)
        self.work.failed.connect(self._on_failed)
        self.work.vectors_added.connect(self.vectors_added)
        self.glide.changed.connect(self._say)
        self.glide.ready_changed.connect(lambda: self.slider.set_ready(self.glide.ready))
        self.glide.failed.connect(self._on_glide_failed)
        self.morph.moved.connect(self._move)
        self.morph.ended.connect(self._on_morphed)
        self._patience.timeout.connect(self._say)

    # What others ask for

    def choose(self, params: MapParams) -> None:
        """Show something else, as the user wishes."""
        if params == self.params:
            return
        before, self.params = self.params, params
        self.asked = self.asked or not same_layout(before, params)
        self._take_offer()
        self.params_changed.emit()
        self.entered.emit()
        if self.map is not None and same_layout(self._made_of, params):
            if self.work.is_busy:  # back to what is there
                self.work.cancel()
            self.error, self._made_of = None, params
            self._dress()
            self.redraw()
            self.work.take(self.map)
            self._say()
        elif not same_layout(before, params):
            self.start()

    def set_choices(self, choices: MapChoices) -> None:
        """Take what can be chosen with these tokens."""
        self.choices = choices
        self._take_offer()
        self._say()

    def close_results(self) -> None:
        """Leave the old map to be seen, faint: its values are no longer there."""
        self.work.cancel()
        self.work.take(None)
        self.glide.forget()
        self.morph.stop()
        self.map, self.error = None, None
        self.points.setEnabled(False)  # its rows are no tokens any more
        self.show_numbers(self.map)
        self.veil.lay(self.points.picture is not None)

    def start(self) -> None:
        """Make the map that is chosen."""
        live = self._feed.live
        self.error = None
        if live is None or self.choices is None:
            return
        self._take_offer()
        station = self.glide.station(live, self.params.layer) if self.glide.belongs_to(self.params) else None
        if not self.glide.belongs_to(self.params):
            self.glide.forget()
        if obstacle_of(self) is not None:
            self._drop_map()
            self.outcome.emit()
            return
        if station is not None:
            self._show_points(station, station.placed.points)
        self._patience.start()
        self.work.show(self.params, self.reference() or self.map, station)

    def lay_again(self) -> None:
        """Find the axes again, from the values of now; tokens lie as before as far as can be."""
        self.glide.forget()
        self._patience.start()
        self.asked = True
        self.work.show(self.params, self.map or self.reference())

    def fetch_now(self) -> None:
        """Run the model that this map needs."""
        self.asked = True
        self.start()

    def cancel(self) -> None:
        """Stop what is being made; the map before stays, or its choices come back."""
        self.work.cancel()
        self.glide.forget()
        self.slider.stop()
        if self.map is not None:
            self.go_back()
        else:
            self.asked = False
            self._say()

    def follow(self, live: LiveResults, change: LiveChange) -> None:
        """Follow an edit, at once."""
        self.work.follow(change)
        self.glide.follow(live, change)
        if self.map is None:
            return
        if self.morph.is_moving:
            self.morph.stop()
        self.map.update(live, change)
        self.redraw()
        self.work.judge_later()

    def redraw(self) -> None:
        """Draw the map as it is now."""
        live = self._feed.live
        if live is None or self.map is None:
            return
        self.show_picture(self.map.picture(live, self._links.shown))
        self._links.mark(self.points)
        self.show_numbers(self.map)

    def show_filtered(self) -> None:
        """Show what the filter shows now."""
        self.redraw()
        if self.map is not None:
            self.map.mark_stale()
            self.show_numbers(self.map)
            self.work.judge_later()

    def change_layer(self, by: int) -> None:
        """Go some layers up or down, as the slider does."""
        if self.offer.key is not None:
            layer = min(max(self.offer.key.layer + by, 0), self.offer.last_layer)
            self.choose(replace(self.params, layer=layer))

    def end(self) -> None:
        """Stop all work: the map is closed."""
        self._patience.stop()
        self.morph.stop()
        self.slider.stop()
        self.work.end()
        self.glide.forget()
        self._links.remove(self.points)

    @property
    def live(self) -> LiveResults | None:
        """The values that the map is made of."""
        return self._feed.live

    def measure(self) -> None:
        """Measure all tokens."""
        self._actions["measure.run"].trigger()

    def explain(self) -> ExplainDialog:
        """Tell what the map is made of, in a window of its own."""
        dialog = ExplainDialog(explanation(self.offer, self.map, self.picture, self.numbers), self)
        dialog.show()
        return dialog

    # Work

    def _on_fitted(self, made: LiveMap) -> None:
        live = self._feed.live
        if live is None:
            return
        self.points.setEnabled(True)
        self.points.set_message("")
        before = self.points.picture
        old, moved = self.map, self.points.points.copy()
        self.map, self.error, self._made_of = made, None, self.params
        self._dress()
        picture = made.picture(live, self._links.shown)
        glides = old is not None and before is not None and _can_glide(before, picture, old, made)
        self.show_picture(picture)
        self._links.mark(self.points)
        if glides and not self.slider.is_gliding:
            self.morph.start(moved, picture.points)
        self.work.take(made)
        self.show_numbers(self.map)
        self._say()
        self.outcome.emit()
        self.laid.emit()

    def _on_placed(self) -> None:
        self.redraw()

    def _on_judged(self) -> None:
        if self.map is None:
            return
        if self.offer.key is not None and self.glide.belongs_to(self.params):
            self.glide.keep_numbers(self.offer.key.layer, self.map.numbers)
        if not self.slider.is_gliding:
            self.show_numbers(self.map)

    def _on_failed(self, error: BaseException) -> None:
        self.error = error
        self._say()
        self.outcome.emit()

    def _dress(self) -> None:
        # A map that one has glided to names its model and layer in full: only the dress is taken over.
        assert self.map is not None
        worn = {name: getattr(self.params, name) for name in DRESS}
        self.map.dress(replace(self.map.params, **worn))

    def _drop_map(self) -> None:
        self.work.cancel()
        self.work.take(None)
        self.map = None
        self.points.setEnabled(True)
        self.points.set_message(" ")  # what there is to say is said over it
        self.show_picture(None)
        self.show_numbers(self.map)
        self._say()

    def go_back(self) -> None:
        """Choose again what the map that is still there shows."""
        self.error = None
        if self.map is None:
            return
        self.params = self._made_of
        self._take_offer()
        self.params_changed.emit()
        self._say()

    # Gliding

    def _on_glide(self) -> None:
        self.entered.emit()
        self.morph.stop()
        if self.map is not None:
            self.glide.prepare(self.params, self.map)

    def _on_glided(self, position: float) -> None:
        found = self.glide.points_at(position)
        if found is None or self.map is None:
            return
        self._show_points(*found)
        waiting = self.tr("{what}: numbers when it comes to rest").format(what=found[0].title)
        self.numbers.set_numbers(found[0].numbers, len(self.map.placed.columns), waiting)

    def _on_glide_failed(self, error: BaseException) -> None:
        self.slider.stop()
        self._on_failed(error)

    def _show_points(self, nearest: LiveMap, points: Floats) -> None:
        live = self._feed.live
        if live is None or self.points.picture is None or points.shape != self.points.points.shape:
            return
        if len(points) <= MANY:
            worn = {name: getattr(self.params, name) for name in DRESS}
            nearest.dress(replace(nearest.params, **worn))
            between = nearest.picture(live, self._links.shown, points=points)
            self.points.set_points(points, means=between.means, ellipses=between.ellipses)
        else:
            self.points.set_points(points)

    def _move(self, points: Floats) -> None:
        if self.map is not None:
            self._show_points(self.map, points)

    def _on_morphed(self) -> None:
        self.redraw()
        if self.points.is_home:
            self.points.fit()

    # Showing

    def _take_offer(self) -> None:
        self.offer = make_offer(self.params, self._feed.live, self.choices)
        self.show_offer(self.offer)

    def _say(self) -> None:
        message = message_of(self)
        waits = self.work.is_busy and (self.work.is_fetching or not self._patience.isActive())
        self.veil.lay(self.map is not None and waits)
        if message is None or (message.passing and not waits and not self.glide.is_preparing):
            self.says.say("")
        else:
            self.says.say(
                message.text,
                message.hint,
                message.buttons,
                kind=message.kind,
                share=message.share,
                middle=self.map is None,
            )

    def _on_choice(self) -> None:
        self.entered.emit()
        self.choice.show_offer(self.offer)
        self.choice.popup(self.bar.title.mapToGlobal(QPoint(0, self.bar.title.height())))

    def _on_context(self, row: int, place: QPoint) -> None:
        def nearest(token: str) -> None:
            self.neighbours_wanted.emit(token, self.offer.title)

        token_menu(self._links, self._links.id_of(row), nearest, self).popup(place)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Notice who has the keyboard."""
        if watched is self.points and event.type() == QEvent.Type.FocusIn:
            self.entered.emit()
        return super().eventFilter(watched, event)


def _can_glide(before: MapPicture, after: MapPicture, old: LiveMap, new: LiveMap) -> bool:
    """Whether tokens can be followed from one map to the next: the same ones, in two worlds of one kind."""
    return (
        len(before.ids) == len(after.ids)
        and old.params.source == new.params.source == "embedding"
        and old.method not in ("strip", "plane")
        and new.method not in ("strip", "plane")
    )
