"""The sample corpus as a user's own copy, and the settings that suit it."""

from __future__ import annotations

import os
import secrets
from os import PathLike
from pathlib import Path

from w2vpraat.errors import ExportError
from w2vpraat.resources import sample_corpus
from w2vpraat.session.settings import Settings


def sample_settings(corpus: str | PathLike[str]) -> Settings:
    """Return the settings for the sample corpus or a copy of it: the vowels of its words.

    Parameters
    ----------
    corpus : path
        Folder of the corpus.
    """
    folder = Path(corpus)
    return Settings(corpus=str(folder), speakers=str(folder / "speakers.csv")).updated(
        {
            "tokens": {
                "tier": "phones",
                "label_map": "ipa",
                "label_class": "vowel",
                # The carrier phrase "say ... again" is the same everywhere; the words in it are the data.
                "stop_words": ["say", "again"],
            }
        }
    )


def copy_sample(folder: str | PathLike[str]) -> tuple[Path, ...]:
    """Copy the sample corpus into a folder of the user's; files that are there already stay as they are.

    Parameters
    ----------
    folder : path
        Is made if there is none.

    Returns
    -------
    tuple of Path
        The files that were missing and are there now.

    Raises
    ------
    ExportError
        If the folder can't be made or written.
    """
    target = Path(folder)
    made = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for source in sorted(sample_corpus().iterdir()):
            copy = target / source.name
            if source.is_file() and not copy.exists():
                _copy_whole(source, copy)
                made.append(copy)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExportError(
            f"the sample corpus can't be copied: {reason}", "check the folder and the disk", file=target
        ) from error
    return tuple(made)


def _copy_whole(source: Path, copy: Path) -> None:
    # The installed files may be read-only; the copy is made anew, so that it can be edited.
    half = copy.with_name(f".{copy.name}.{secrets.token_hex(4)}.tmp")
    try:
        half.write_bytes(source.read_bytes())
        os.replace(half, copy)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
