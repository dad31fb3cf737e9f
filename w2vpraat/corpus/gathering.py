"""One corpus from several folders and files, with names that stay when another is added."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike, path
from pathlib import Path

from w2vpraat.corpus.discover import Corpus, Recording, discover
from w2vpraat.errors import InputError


def gather(sources: Sequence[str | PathLike[str]]) -> Corpus:
    """Find the recordings of several folders and files.

    Parameters
    ----------
    sources : sequence of path
        The first names the recordings: those below its folder are called by their path from there, others by
        the folder that they lie in and their own name (``other/x``). So ids of tokens do not change when a
        file is added.

    Returns
    -------
    Corpus

    Raises
    ------
    InputError
        As `discover`; or if two recordings would have the same name.
    """
    if len(sources) == 1:
        return discover(sources[0])
    corpus = discover(sources)
    first = Path(sources[0])
    root = first if first.is_dir() else first.parent
    named: dict[str, Recording] = {}
    for recording in corpus.recordings:
        called = _called(recording, root)
        if called.name in named:
            raise InputError(
                f'two recordings would be called "{called.name}": {named[called.name].audio_path} and'
                f" {recording.audio_path}",
                "rename one of them, or open the folder that holds both",
            )
        named[called.name] = called
    return Corpus(root, tuple(named[name] for name in sorted(named)), corpus.unpaired)


def _called(recording: Recording, root: Path) -> Recording:
    audio = Path(path.abspath(recording.audio_path))
    try:
        place = audio.relative_to(path.abspath(root))
    except ValueError:
        place = Path(audio.parent.name, audio.name)
    shown = unicodedata.normalize("NFC", place.as_posix())
    return replace(recording, name=shown.removesuffix(audio.suffix), file_name=shown)
