"""The nearest tokens of a token: asked on another thread, on what is on the screen.

Signals of `Neighbours`: `changed` (another token is asked, or found, or can't be), `choices_changed` (other
representations, or other settings), `shown_wanted` (the command was chosen: show the panel). Messages: none;
why nothing was found is `problem`, for the panel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.errors import W2VPraatError
from w2vpraat.params import ReviewParams

from ..actions import Actions
from ..live.feed import LiveFeed
from ..selected_token import selected_token
from ..state import AppState
from ..work.neighbours import Neighbour, Neighbourhood, finding, representation_names, usual_name

KEY = "neighbours"
"""Where the session keeps the representation, and whether the token that is looked at is followed."""
WAIT = 150
"""Milliseconds that a token must be looked at until it is asked."""


class Places(Protocol):
    """Which token of the results has which id now (`measuring.result_places.ResultPlaces`)."""

    def names_now(self, tokens: Iterable[str]) -> list[str]:
        """Return the ids of now for tokens of the results."""

    def names_in_table(self, tokens: Iterable[str]) -> list[str]:
        """Return the ids in the results for tokens of now."""


class Neighbours(QObject):
    """Asks, and keeps what was found.

    Parameters
    ----------
    state : AppState
    actions : Actions
        ``maps.neighbours`` is bound here.
    places : ResultPlaces
    feed : LiveFeed, optional
        Its vectors can be asked too; while it measures an edit, the answer waits.

    Attributes
    ----------
    token : str
        What is asked, as its id is now; empty: nothing.
    found : Neighbourhood or None
        The answer; that of the token before, while the next one is looked for.
    problem : W2VPraatError or None
        Why there is no answer.
    """

    changed = Signal()
    choices_changed = Signal()
    shown_wanted = Signal()

    def __init__(
        self,
        state: AppState,
        actions: Actions,
        places: Places,
        feed: LiveFeed | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._places, self._feed = state, places, feed
        self.token = ""
        self.found: Neighbourhood | None = None
        self.problem: W2VPraatError | None = None
        self._is_watched = False
        self._is_behind = False  # the results are older than the last edit
        self._is_due = False
        self._own: frozenset[str] = frozenset()
        self._asked_with: tuple[str, ReviewParams] = ("", ReviewParams())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._start)
        actions.on("maps.neighbours", self.ask_here)
        state.linked.current_changed.connect(self._on_current)
        state.session_opened.connect(self._on_session)
        state.session_changed.connect(self._on_session_changed)
        state.results_changed.connect(self._on_results)
        if feed is not None:
            feed.changed.connect(self._on_live_changed)
            feed.opened.connect(self._on_live)

    # Choices

    @property
    def names(self) -> tuple[str, ...]:
        """Representations in which tokens can be near each other."""
        feed = self._feed
        return representation_names(self._state.results, None if feed is None else feed.live)

    @property
    def name(self) -> str:
        """The representation that is asked; empty if there is none."""
        kept = str(self._kept.get("representation", ""))
        return kept if kept in self.names else usual_name(self._state.results, self.params)

    @property
    def params(self) -> ReviewParams:
        """How many, apart from what, in which metric."""
        session = self._state.session
        return ReviewParams() if session is None else session.settings.review

    @property
    def follows(self) -> bool:
        """Whether the token that is looked at is asked."""
        return self._kept.get("follow", True) is not False

    @property
    def is_busy(self) -> bool:
        """Whether an answer is on its way."""
        return self._is_due or any(job.key == KEY for job in self._state.jobs.running(quiet=True))

    def set_name(self, name: str) -> None:
        """Ask in another representation."""
        self._keep(representation=name)

    def set_follows(self, on: bool) -> None:
        """Follow the token that is looked at, or stay with this one."""
        self._keep(follow=on)
        if on:
            self._on_current(self._state.linked.current)

    def set_params(self, params: ReviewParams) -> None:
        """Take other settings; they are those of the session, for the command line too."""
        session = self._state.session
        if session is not None and params != session.settings.review:
            self._state.update_session(
                self.tr("Change nearest tokens"),
                settings=session.settings.updated({"review": params.as_dict()}),
            )

    # Ask

    def ask(self, token: str, name: str = "") -> None:
        """Show the nearest tokens of a token.

        Parameters
        ----------
        token : str
            Its id as it is now.
        name : str
            Of a representation; empty: the one that is chosen.
        """
        if name and name in self.names:
            self._keep(representation=name)
        self.shown_wanted.emit()
        self._ask(token)

    def ask_here(self) -> None:
        """Ask for the token that is looked at, or selected in the editor."""
        linked = self._state.linked
        self.ask(linked.current or selected_token(self._state.current) or linked.hovered)

    def set_watched(self, on: bool) -> None:
        """Say whether the panel is seen: nobody waits for an answer that is not."""
        self._is_watched = on
        if on and self.follows and self._state.linked.current:
            self._on_current(self._state.linked.current)
        if on and self._is_due:
            self._timer.start()

    def ids(self, neighbours: Iterable[Neighbour]) -> list[str]:
        """Return the ids that neighbours have now."""
        return self._places.names_now([one.token.id for one in neighbours])

    def select_all(self) -> None:
        """Select the token and its neighbours everywhere, and look at the token."""
        if self.found is not None:
            tokens = self.ids((self.found.asked, *self.found.found))
            self._own = frozenset(tokens)
            self._state.linked.select(tokens, tokens[0])

    def open(self, neighbour: Neighbour) -> None:
        """Show a neighbour in the editor; the list stays that of the token asked."""
        token = self.ids([neighbour])[0]
        self._own = frozenset([token])
        self._state.show_token(token)

    def keep_list_for(self, neighbour: Neighbour) -> None:
        """Let the list stay although a neighbour is going to be looked at, since it is played."""
        self._own = frozenset(self.ids([neighbour]))

    # Slots

    def _on_current(self, token: str) -> None:
        if token in self._own:
            return
        self._own = frozenset()
        if token and self.follows and token != self.token:
            self._ask(token)

    def _on_session(self) -> None:
        self.token, self.found, self.problem = "", None, None
        self._is_due = self._is_behind = False
        self._timer.stop()
        self.choices_changed.emit()
        self.changed.emit()

    def _on_session_changed(self) -> None:
        self.choices_changed.emit()
        if self.token and (self.name, self.params) != self._asked_with:
            self._ask_again()

    def _on_results(self) -> None:
        self._is_behind = False
        self.choices_changed.emit()
        self._ask_again()

    def _on_live(self, _live: object) -> None:
        self.choices_changed.emit()

    def _on_live_changed(self, change: Any) -> None:
        self._is_behind = True
        self.token = change.renamed.get(self.token, self.token) or ""
        self.changed.emit()

    def _ask(self, token: str) -> None:
        self.token = token
        self.problem = None
        self._ask_again()

    def _ask_again(self) -> None:
        if not self.token:
            self.found = None
        self._is_due = bool(self.token)
        self._asked_with = (self.name, self.params)
        if self._is_due and self._is_watched:
            self._timer.start()
        self.changed.emit()

    def _start(self) -> None:
        results = self._state.results
        if results is None or not self._is_due or not self._is_watched:
            return  # asked again with the results, or when somebody looks
        if self._is_behind and self._feed is not None and self._feed.is_busy:
            self._timer.start()  # the values of the edit are on their way
            return
        self._is_due = False
        token = (self._places.names_in_table([self.token]) or [self.token])[0]
        live = None if self._feed is None or self._feed.live is None else self._feed.live.snapshot()
        self._state.jobs.start(
            KEY,
            self.tr("Look for the nearest tokens"),
            partial(finding, results, token, self.name, self.params, live),
            on_result=self._on_found,
            on_error=self._on_failed,
            quiet=True,
            lane="quick",
        )
        self.changed.emit()

    def _on_found(self, found: Neighbourhood) -> None:
        self.found, self.problem = found, None
        self.changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        self.found = None
        if isinstance(error, W2VPraatError):
            self.problem = error
        else:
            self._state.notices.error(error)
        self.changed.emit()

    # What the session keeps

    @property
    def _kept(self) -> Mapping[str, Any]:
        session = self._state.session
        found = None if session is None else session.layout.get(KEY)
        return found if isinstance(found, Mapping) else {}

    def _keep(self, **values: Any) -> None:
        session = self._state.session
        if session is not None:
            kept = {**self._kept, **values}
            self._state.set_session(session.with_layout({**session.layout, KEY: kept}))
