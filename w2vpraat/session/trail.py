"""Follow what was said of tokens through edits and back: edits taken back restore every place exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.session.choices import Placed, is_unplaced
from w2vpraat.session.grid_changes import GridChange
from w2vpraat.session.renumbering import bare_token, place_of, places_after
from w2vpraat.session.session import Session

Step = tuple[GridChange, dict[str, str]]


@dataclass
class Trail:
    """The edits of one recording, as far as `places_after` alone could not find back.

    Ids alone forget: of two marked tokens that are merged only one has a place, and further edits may hide
    which. What the edit did is remembered until it is taken back.

    Parameters
    ----------
    recording : Recording
    """

    recording: Recording
    _done: list[Step] = field(default_factory=list)
    _undone: list[Step] = field(default_factory=list)

    def follow(self, said: Mapping[str, Placed], change: GridChange, grid: TextGrid) -> dict[str, str]:
        """Say where what was said of tokens belongs after an edit; undo and redo are edits too.

        Parameters
        ----------
        said : mapping
            Id before the edit, of this recording, to what was said.
        change : GridChange
            The edit, also one without consequences: all must be told.
        grid : TextGrid
            After it.

        Returns
        -------
        dict
            Id before to id after, as from `places_after`.
        """
        back: dict[str, str] = {}
        if self._done and self._done[-1][0] == change:
            back, to = self._done.pop()[1], self._undone
        elif self._undone and self._undone[-1][0] == change:
            back, to = self._undone.pop()[1], self._done
        else:
            to = self._done
            self._undone.clear()
        known = {name: back[name] for name in said if name in back}
        rest = {name: item for name, item in said.items() if name not in known}
        now = dict(known)
        taken = set(known.values())
        for name, after in places_after(rest, change, self.recording, grid).items():
            if after in taken:
                # Remembered places go first; a number of tier 0 may be given twice.
                number = 1
                while f"{self.recording.name}#0.{number}" in taken | set(said):
                    number += 1
                after = f"{self.recording.name}#0.{number}"
            now[name] = after
            taken.add(after)
        # Where something has no place, or had none, ids alone do not find back.
        hides = any(is_unplaced(after) or is_unplaced(name) for name, after in now.items())
        to.append((change.inverted(), {after: name for name, after in now.items()} if hides else {}))
        return now

    def marks(self, session: Session, change: GridChange, grid: TextGrid) -> Session:
        """Let review marks follow their tokens through an edit; the same object if none is concerned."""
        name = self.recording.name
        own = {one: mark for one, mark in session.review.items() if one.rpartition("#")[0] == name}
        places = self.follow(own, change, grid)
        if not own:
            return session
        review = {one: mark for one, mark in session.review.items() if one not in own}
        for before, after in places.items():
            place, mark = place_of(after), own[before]
            token = None if place is None else bare_token(self.recording, grid, place[1], place[2])
            if token is not None and (token.tier, token.middle) != (mark.tier, mark.time):
                mark = replace(mark, tier=token.tier, time=token.middle)
            review[after] = mark
        return session if review == dict(session.review) else replace(session, review=review)
