"""All that the window knows of a piece of work, as one frozen value."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

from w2vpraat.corpus.discover import AUDIO_SUFFIXES, GRID_SUFFIXES
from w2vpraat.corpus.filtering import parse_filter
from w2vpraat.corpus.speaker_edits import MetadataEdit
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import InputError
from w2vpraat.session.choices import (
    CeilingChoice,
    Placed,
    ReviewMark,
    find_again,
    is_token_id,
    is_unplaced,
    unplaced_id,
)
from w2vpraat.session.settings import Settings
from w2vpraat.writing import plain

SUFFIX = ".w2vpraat"
"""Ending of session files."""

StrPath = str | PathLike[str]


@dataclass(frozen=True)
class Session:
    """A corpus with every choice about it. Methods return changed copies.

    What decides numbers is in `settings` and is used by ``w2vpraat run`` too; the rest is the reviewer's own
    and the window's.

    Parameters
    ----------
    settings : Settings
        Corpus, speaker table, all options, ceilings and metadata set by hand. Paths are absolute.
    review : mapping
        Token id to `ReviewMark`.
    layout : mapping
        What the window wants back: geometry, panels, the view. Plain JSON values; nothing here reads it.
    second_grids : mapping
        Name of a recording to the TextGrid of a second annotator.
    filter : str
        Filter of the corpus table (see `w2vpraat.corpus.filtering`). It chooses what is shown, not what is
        measured.
    extra : mapping
        Keys of the session file that this version does not know; they are written back.

    Raises
    ------
    InputError
        If the filter or a mark is not possible, or the layout holds what JSON has no word for.
    """

    settings: Settings = field(default_factory=Settings)
    review: Mapping[str, ReviewMark] = field(default_factory=dict, hash=False)
    layout: Mapping[str, Any] = field(default_factory=dict, hash=False)
    second_grids: Mapping[str, Path] = field(default_factory=dict, hash=False)
    filter: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        parse_filter(self.filter)
        # What is a proxy already was checked when another session was made from it.
        if not isinstance(self.review, MappingProxyType):
            for name in self.review:
                if not is_token_id(name):
                    raise InputError(f'"{name}" is no token', "ids are like recording#1.5 (tier, interval)")
            said = {name: mark for name, mark in self.review.items() if mark.says_something}
            object.__setattr__(self, "review", MappingProxyType(said))
        if not isinstance(self.second_grids, MappingProxyType):
            grids = {name: Path(path) for name, path in self.second_grids.items()}
            object.__setattr__(self, "second_grids", MappingProxyType(grids))
        for name in ("layout", "extra"):
            if not isinstance(getattr(self, name), MappingProxyType):
                object.__setattr__(self, name, MappingProxyType(plain(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping proxy can't be pickled.
        values = [getattr(self, name) for name in self.__dataclass_fields__]
        return type(self), tuple(dict(one) if isinstance(one, MappingProxyType) else one for one in values)

    @property
    def sources(self) -> tuple[Path, ...]:
        """Folders and files of the corpus; the first names the recordings."""
        return tuple(map(Path, self.settings.sources))

    @property
    def speakers(self) -> Path | None:
        """The speaker table."""
        return Path(self.settings.speakers) if self.settings.speakers else None

    def with_settings(self, settings: Settings) -> Session:
        """Take other settings."""
        return replace(self, settings=settings)

    def with_options(self, section: str, **options: Any) -> Session:
        """Change options of one section: ``with_options("tokens", tier="phones")``.

        Raises
        ------
        InputError
            For an unknown section or option, or a value of the wrong type or range.
        """
        return self.with_settings(self.settings.updated({section: options}))

    def with_sources(self, sources: Sequence[StrPath]) -> Session:
        """Take other folders and files."""
        first, *rest = [os.path.abspath(one) for one in sources] or [""]
        return self.with_settings(replace(self.settings, corpus=first, files=tuple(rest)))

    def with_speakers(self, path: StrPath | None) -> Session:
        """Take another speaker table, or none. Changes of metadata stay."""
        return self.with_settings(replace(self.settings, speakers=os.path.abspath(path) if path else ""))

    def with_ceiling(self, who: str | Token, hertz: float | None) -> Session:
        """Set the formant ceiling of a token or speaker by hand, or (None) leave it to the settings again."""
        name = who.id if isinstance(who, Token) else who
        rest = tuple(one for one in self.settings.ceilings if one.who != name)
        if hertz is not None:
            place = (who.tier, who.middle) if isinstance(who, Token) else ("", None)
            rest = (*rest, CeilingChoice(name, float(hertz), *place))
        return self.with_settings(replace(self.settings, ceilings=rest))

    def ceiling_of(self, token: Token) -> float | None:
        """Return the ceiling set by hand for a token or its speaker, in Hz."""
        known = {one.who: one.ceiling for one in self.settings.ceilings}
        return known.get(token.id, known.get(token.speaker))

    def with_metadata(self, who: str, column: str, value: str) -> Session:
        """Note a change of metadata that is not written to the speaker table.

        Parameters
        ----------
        who : str
            A speaker, or a recording by its ``file_name``.
        column, value : str
            The cell.
        """
        edit = MetadataEdit(who, column, value)
        return self.with_settings(replace(self.settings, metadata=(*self.settings.metadata, edit)))

    def without_metadata(self) -> Session:
        """Forget the changes of metadata, once they are written to the table."""
        return self.with_settings(replace(self.settings, metadata=()))

    def mark(self, token_id: str) -> ReviewMark:
        """Return what was said of a token; an empty mark if nothing was."""
        return self.review.get(token_id, ReviewMark())

    def with_mark(self, token: Token, **changes: Any) -> Session:
        """Change what is said of a token.

        Parameters
        ----------
        token : Token
            The token as it is now.
        **changes
            ``done``, ``star``, ``tags``, ``note``.
        """
        changed = replace(self.mark(token.id), tier=token.tier, time=token.middle, **changes)
        return replace(self, review={**self.review, token.id: changed})

    def tags_by_recording(self) -> dict[str, tuple[str, ...]]:
        """Return the tags of each recording's tokens; ``done`` and ``star`` count as tags."""
        found: dict[str, dict[str, None]] = {}
        for name, mark in self.review.items():
            words = [word for word in ("done", "star") if getattr(mark, word)]
            found.setdefault(name.rpartition("#")[0], {}).update(dict.fromkeys([*words, *mark.tags]))
        return {recording: tuple(words) for recording, words in found.items()}

    def found_again(self, tokens: Iterable[Token]) -> tuple[Session, tuple[str, ...]]:
        """Move marks and ceilings to the ids that their tokens have now, after grids were edited.

        Parameters
        ----------
        tokens : iterable of Token
            Kept and rejected tokens of the recordings in question; what belongs to others stays as it is.

        Returns
        -------
        session : Session
            What was said of tokens that are gone is kept under an id of tier 0, and comes back with its
            token: after undo, for example.
        lost : tuple of str
            Ids whose token is gone now.
        """
        listed = list(tokens)
        recordings = {token.recording for token in listed}

        def concerned(name: str) -> bool:
            return is_token_id(name) and name.rpartition("#")[0] in recordings

        marks = {name: mark for name, mark in self.review.items() if concerned(name)}
        choices = {one.who: one for one in self.settings.ceilings if concerned(one.who)}
        marks_now, marks_lost = _now(marks, listed)
        choices_now, choices_lost = _now(choices, listed)
        review = {name: mark for name, mark in self.review.items() if name not in marks}
        review |= {marks_now[name]: mark for name, mark in marks.items()}
        ceilings = [one for one in self.settings.ceilings if one.who not in choices]
        ceilings += [replace(one, who=choices_now[name]) for name, one in choices.items()]
        changed = replace(self, review=review, settings=replace(self.settings, ceilings=tuple(ceilings)))
        return changed, tuple(dict.fromkeys((*marks_lost, *choices_lost)))

    def with_layout(self, layout: Mapping[str, Any]) -> Session:
        """Take what the window wants back."""
        return replace(self, layout=layout)

    def with_second_grid(self, recording: str, path: StrPath | None) -> Session:
        """Name the TextGrid of a second annotator for a recording, or (None) forget it."""
        rest = {name: grid for name, grid in self.second_grids.items() if name != recording}
        if path is not None:
            rest[recording] = Path(os.path.abspath(path))
        return replace(self, second_grids=rest)

    def with_filter(self, text: str) -> Session:
        """Filter the corpus table.

        Raises
        ------
        FilterError
            If the text is no filter.
        """
        return replace(self, filter=text)


def _now(said: Mapping[str, Placed], tokens: Sequence[Token]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the id of now for each id of then, and the ids whose token is newly gone."""
    found, lost = find_again(said, tokens)
    # What came back from tier 0 must not hide what was said of its token meanwhile.
    taken = {now for then, now in found.items() if not is_unplaced(then)}
    now = {then: one for then, one in found.items() if not is_unplaced(then) or one not in taken}
    for name in (*lost, *(then for then in found if then not in now)):
        now[name] = name if is_unplaced(name) else unplaced_id(name, {*now.values(), *said})
    return now, tuple(name for name in lost if not is_unplaced(name))


def new_session(source: StrPath | Sequence[StrPath]) -> Session:
    """Start a session, or go on with one.

    Parameters
    ----------
    source : path, or several
        A folder, a sound file, a TextGrid (the partner is looked for beside it), several of these, or one
        session file.

    Returns
    -------
    Session

    Raises
    ------
    InputError
        If a path does not exist or is of another kind, a sound file and a TextGrid have different names, or a
        session file is among several paths.
    """
    given = [source] if isinstance(source, (str, PathLike)) else list(source)
    paths = [Path(os.path.abspath(one)) for one in given]
    if not paths:
        raise InputError("nothing was named", "name a folder, a sound file, a TextGrid or a session file")
    sessions = [path for path in paths if path.suffix.lower() == SUFFIX and not path.is_dir()]
    if sessions:
        if len(paths) > 1:
            raise InputError("a session file must be opened alone", "name only it", file=sessions[0])
        from w2vpraat.session.session_file import read_session

        return read_session(sessions[0])
    for path in paths:
        _check_source(path)
    sounds = [path for path in paths if path.suffix.lower() in AUDIO_SUFFIXES]
    grids = [path for path in paths if path.suffix.lower() in GRID_SUFFIXES]
    if len(paths) == 2 and len(sounds) == len(grids) == 1 and sounds[0].stem != grids[0].stem:
        raise InputError(
            f"{sounds[0].name} and {grids[0].name} have different names",
            f"a TextGrid belongs to the sound file of the same name: call it {sounds[0].stem}.TextGrid",
            file=grids[0],
        )
    return Session().with_sources(paths)


def _check_source(path: Path) -> None:
    if not path.exists():
        raise InputError("does not exist", "check the path", file=path)
    if not path.is_dir() and path.suffix.lower() not in AUDIO_SUFFIXES | GRID_SUFFIXES:
        raise InputError(
            "is neither a folder, a sound file, a TextGrid nor a session",
            f"sessions end in {SUFFIX}; sound files are WAV, FLAC, Ogg, MP3 or AIFF",
            file=path,
        )
