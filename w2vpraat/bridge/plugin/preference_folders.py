"""Where Praat keeps its preferences, and with them its plugins: Praat 6 and Praat 7, on three systems.

Praat 6 reads plugins from one folder. Praat 7 has a new one, and reads the old one as well; where both hold
a plugin of one name the new one counts. So a plugin goes into every folder that is there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PLUGIN = "plugin_w2vpraat"


@dataclass(frozen=True)
class PreferenceFolder:
    """A folder that some Praat reads.

    Parameters
    ----------
    path : Path
    praat : str
        Which Praat: ``"Praat 6"`` or ``"Praat 7"``; empty if the user named the folder.
    """

    path: Path
    praat: str = ""

    @property
    def plugin(self) -> Path:
        """Where our plugin lies in it, or would."""
        return self.path / PLUGIN

    @property
    def exists(self) -> bool:
        """True if there is such a folder."""
        return self.path.is_dir()


def possible_folders(
    system: str = sys.platform, environ: Mapping[str, str] | None = None, home: Path | None = None
) -> tuple[PreferenceFolder, ...]:
    """Return every folder in which a Praat of this user may look, whether it exists or not.

    Parameters
    ----------
    system : str
        As ``sys.platform`` says it.
    environ : mapping, optional
        The environment; default: that of this process.
    home : Path, optional
        The user's home folder; default: as the system says.

    Returns
    -------
    tuple of PreferenceFolder
        That of Praat 6 first. In Linux Praat 7 has two possible ones: its manual names
        ``$XDG_CONFIG_HOME/praat``, its code ``~/.config/praat``.
    """
    known = os.environ if environ is None else environ
    base = Path.home() if home is None else home
    if system == "win32":
        newer = Path(known.get("APPDATA") or base / "AppData" / "Roaming") / "Praat"
        return (PreferenceFolder(base / "Praat", "Praat 6"), PreferenceFolder(newer, "Praat 7"))
    if system == "darwin":
        library = base / "Library"
        return (
            PreferenceFolder(library / "Preferences" / "Praat Prefs", "Praat 6"),
            PreferenceFolder(library / "Application Support" / "Praat", "Praat 7"),
        )
    newer_ones = [base / ".config" / "praat"]
    xdg = known.get("XDG_CONFIG_HOME", "").strip()
    if os.path.isabs(xdg):
        newer_ones.insert(0, Path(xdg) / "praat")
    return (
        PreferenceFolder(base / ".praat-dir", "Praat 6"),
        *(PreferenceFolder(path, "Praat 7") for path in dict.fromkeys(newer_ones)),
    )


def existing_folders() -> tuple[PreferenceFolder, ...]:
    """Return the folders that are there; one that is there under two names counts once."""
    found: dict[str, PreferenceFolder] = {}
    for one in possible_folders():
        if one.exists:
            found.setdefault(os.path.realpath(one.path), one)
    return tuple(found.values())


def folders_to_install() -> tuple[PreferenceFolder, ...]:
    """Return the folders that are there; if none is, that of Praat 6, which every Praat reads."""
    return existing_folders() or possible_folders()[:1]
