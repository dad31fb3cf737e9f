"""What a results folder tells of the run that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2vpraat.errors import W2VPraatError
from w2vpraat.session.provenance import read_provenance
from w2vpraat.session.settings import CHOICES, Settings

# What decided the tokens and their values; a later comparison has its own normalization and yardsticks.
SECTIONS = ("read", "tokens", "formants", "pitch", "intensity", "embed")


@dataclass(frozen=True)
class StoredRun:
    """A run, as far as its provenance tells.

    Attributes
    ----------
    source : str
        Name of the corpus.
    measurements : mapping
        How formants were measured.
    settings : mapping
        Section -> option -> value.
    """

    source: str
    measurements: Mapping[str, Any]
    settings: Mapping[str, Mapping[str, Any]]

    def settings_for(self, settings: Settings) -> Settings:
        """Return these settings with what decided tokens and values taken from the run."""
        changes = {
            name: self.settings[name] for name in (*SECTIONS, *CHOICES, "run") if name in self.settings
        }
        return settings.updated(changes)


def stored_run(folder: Path) -> StoredRun | None:
    """Read the provenance of a results folder.

    Returns
    -------
    StoredRun or None
        None if there is none, or if it is of another version.
    """
    try:
        facts = read_provenance(folder)
        found = StoredRun(
            Path(facts["settings"]["run"]["corpus"]).name or folder.name,
            facts["measurements"],
            facts["settings"],
        )
        found.settings_for(Settings())
    except (KeyError, TypeError, W2VPraatError):
        return None
    return found
