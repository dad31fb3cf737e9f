"""What the plugin's folder holds after an installation, and the list of it that is kept there.

The list (``installed.txt``) tells a later installation and ``w2vpraat plugin remove`` what is ours: its
presence makes the folder ours, its hashes tell the files that the user has changed, and a file that is not
in it is the user's.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from w2vpraat import __version__
from w2vpraat.bridge.plugin.launcher import JOBS, client_path, interpreter_path, launcher_name, launcher_text
from w2vpraat.errors import InputError

MANIFEST = "installed.txt"
PROCEDURES = "scripts/procedures.praat"
SCRIPTS_LINE = "w2vScripts$ ="
_FORMAT = "1"
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""Files that systems put everywhere; nobody misses them."""


@dataclass(frozen=True)
class Manifest:
    """What an installation has put into the plugin's folder.

    Parameters
    ----------
    version : str
        Of w2vpraat.
    interpreter, client : str
        What the launcher calls.
    preferences : str
        The preference folder; the plugin may be a link to somewhere else.
    files : mapping of str to str
        Path in the folder, with ``/``, to SHA-256 in hexadecimal digits.
    """

    version: str
    interpreter: str
    client: str
    preferences: str
    files: Mapping[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """Return the contents of ``installed.txt``."""
        lines = [
            '# Written by "w2vpraat plugin install": it tells what in this folder is not yours.',
            f"w2vpraat_plugin = {_FORMAT}",
            f"version = {self.version}",
            f"interpreter = {self.interpreter}",
            f"client = {self.client}",
            f"preferences = {self.preferences}",
            *(f"file = {digest} {name}" for name, digest in sorted(self.files.items())),
        ]
        return ("\n".join(lines) + "\n").encode("utf-8")


def read_manifest(plugin: Path) -> Manifest | None:
    """Return the list in a plugin's folder; None if there is none, so that the folder is not ours."""
    try:
        text = (plugin / MANIFEST).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    values: dict[str, str] = {}
    files: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.partition(" = ")
        if key == "file":
            digest, _, name = value.partition(" ")
            files[name] = digest
        else:
            values[key] = value
    if "w2vpraat_plugin" not in values:
        return None
    return Manifest(
        values.get("version", ""),
        values.get("interpreter", ""),
        values.get("client", ""),
        values.get("preferences", ""),
        files,
    )


@dataclass(frozen=True)
class Content:
    """Everything that an installation writes.

    Parameters
    ----------
    manifest : Manifest
    files : mapping of str to bytes
        Path in the folder, with ``/``, to contents; without the manifest.
    """

    manifest: Manifest
    files: Mapping[str, bytes]

    @property
    def launcher(self) -> str:
        """The one file that is a program."""
        return launcher_name()


def plugin_source() -> Path:
    """Folder of the package ``w2vpraat_plugin``, a real one: the data are installed unzipped."""
    return Path(str(resources.files("w2vpraat_plugin")))


def source_files() -> dict[str, bytes]:
    """Return the plugin's files as w2vpraat brings them: path with ``/`` to contents."""
    source = plugin_source()
    files = {}
    for path in sorted(source.rglob("*")):
        parts = path.relative_to(source).parts
        ours = parts[0] not in (JOBS, "bin", MANIFEST) and "__pycache__" not in parts
        if ours and path.is_file() and path.suffix != ".py" and not path.name.startswith("."):
            files["/".join(parts)] = path.read_bytes()
    return files


def planned_content(preferences: Path, real: Path) -> Content:
    """Return what an installation of this w2vpraat writes.

    Parameters
    ----------
    preferences : Path
        The preference folder.
    real : Path
        The plugin's folder with every link followed.

    Returns
    -------
    Content

    Raises
    ------
    InputError
        If a path can't be written into a launcher or a script, or the plugin's data are not installed.
    """
    for path in (preferences, real):
        try:
            str(path).encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(
                "the name of this folder is no Unicode text",
                "rename the folder",
                file=os.fsencode(path).decode("utf-8", "replace"),
            ) from None
    files = source_files()
    if "setup.praat" not in files:
        raise InputError(
            "the plugin's files are not installed", "install w2vpraat again", file=plugin_source()
        )
    python, client_file = _interpreter(read_manifest(real)), client_path()
    files[launcher_name()] = launcher_text(python, client_file, str(real / JOBS))
    if PROCEDURES in files:
        files[PROCEDURES] = with_scripts_folder(files[PROCEDURES], str(real / "scripts"))
    digests = {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()}
    return Content(Manifest(__version__, python, client_file, str(preferences), digests), files)


def _interpreter(old: Manifest | None) -> str:
    """Return the Python that runs now; if it is known by another name in its folder already, by that."""
    python = interpreter_path()
    if old is not None and os.path.dirname(old.interpreter) == os.path.dirname(python):
        # bin/python and bin/python3 of one environment are the same.
        with suppress(OSError):
            return old.interpreter if os.path.samefile(old.interpreter, python) else python
    return python


def with_scripts_folder(raw: bytes, folder: str) -> bytes:
    """Fill the line of the procedures that says where the scripts are, for includes from anywhere.

    Parameters
    ----------
    raw : bytes
        The procedures, in UTF-8.
    folder : str
        Absolute path of the scripts.

    Returns
    -------
    bytes
        In ASCII, or in UTF-16 with its mark, so that it is read right under every setting of Praat.

    Raises
    ------
    InputError
        If there is no such line.
    """
    lines = raw.decode("utf-8-sig").splitlines(keepends=True)
    numbers = [i for i, line in enumerate(lines) if line.lstrip().startswith(SCRIPTS_LINE)]
    if len(numbers) != 1:
        raise InputError(f'the procedures need one line "{SCRIPTS_LINE} ..."', "install w2vpraat again")
    line = lines[numbers[0]]
    indent = line[: len(line) - len(line.lstrip())]
    quoted = folder.replace('"', '""')
    lines[numbers[0]] = f'{indent}{SCRIPTS_LINE} "{quoted}"\n'
    text = "".join(lines)
    # Not UTF-8: a Praat that is set to read MacRoman or Latin-1 reads it wrong, even with its mark.
    return text.encode("ascii" if text.isascii() else "utf-16")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; empty if it can't be read or is not a plain file."""
    try:
        return "" if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def entries(plugin: Path) -> list[str]:
    """Return the paths (with ``/``) of what lies in a plugin's folder: files and links, but no jobs."""
    found = []
    for place, folders, files in os.walk(plugin):
        relative = Path(place).relative_to(plugin)
        if relative == Path():
            folders[:] = [one for one in folders if one != JOBS]
        linked = [one for one in folders if (Path(place) / one).is_symlink()]
        found += [(relative / one).as_posix() for one in [*files, *linked] if one not in _LITTER]
    return sorted(one for one in found if one not in (MANIFEST, JOBS))
