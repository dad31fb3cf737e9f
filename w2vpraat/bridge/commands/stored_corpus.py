"""A results folder of a run as a corpus that further tokens are compared with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from w2vpraat.bridge.praat_files import object_name
from w2vpraat.errors import InputError
from w2vpraat.pipeline.reviewing import find_representation
from w2vpraat.pipeline.table_columns import Columns
from w2vpraat.representation import Representation
from w2vpraat.session.provenance import read_provenance
from w2vpraat.session.settings import Settings, read_settings

if TYPE_CHECKING:
    import pandas as pd

FILES = ("tokens.csv", "w2vpraat.toml", "provenance.json")
VECTORS = "vectors.npz"
_RUN = "name a folder that `w2vpraat run` has made"


@dataclass(frozen=True, eq=False)
class StoredCorpus:
    """What a run has left.

    Parameters
    ----------
    folder : Path
        Of the results.
    settings : Settings
        Of the run.
    table : pandas.DataFrame
        One row per token.
    rows : pandas.DataFrame
        One row per token and time.
    columns : Columns
    vectors : tuple of Representation
        Those of the run, in its order; may be none.
    weights : str
        SHA-256 of the weights that made them.
    files : mapping
        Role (``textgrids``) -> paths relative to `root`.
    """

    folder: Path
    settings: Settings
    table: pd.DataFrame
    rows: pd.DataFrame
    columns: Columns
    vectors: tuple[Representation, ...]
    weights: str
    files: dict[str, tuple[str, ...]]

    @property
    def root(self) -> Path:
        """Folder of the recordings, where the run found it."""
        path = Path(self.settings.corpus)
        return path.parent if path.is_file() else path

    def representation(self, name: str = "") -> Representation:
        """Return a representation by name; without a name the first embedding.

        Raises
        ------
        InputError
            If there are no vectors, and no name.
        ComparisonError
            If there is no such representation.
        """
        from w2vpraat.pipeline.represented_table import represent_table

        if not name:
            if not self.vectors:
                raise InputError(
                    f"the folder holds no vectors ({VECTORS})",
                    "it was made without a model: repeat the run, or ask for formants",
                    file=self.folder,
                )
            return self.vectors[0]
        columns = self.columns
        if not set(columns.normalize.formants) <= set(self.rows.columns):
            columns = replace(columns, normalize=replace(columns.normalize, formants=(), methods=()))
        found = represent_table(self.rows, columns, self.vectors)
        return find_representation(found.representations, name)

    def is_recording(self, name: str) -> pd.Series[bool]:
        """Return which tokens are of the recording that Praat has under this name."""
        known = {one: _object(one) == name for one in self.table["file_name"].unique()}
        return self.table["file_name"].map(known).astype(bool)

    def is_speaker(self, names: Collection[str]) -> pd.Series[bool]:
        """Return which tokens are said by one of these speakers; names may be those of Praat's objects."""
        objects = {object_name(str(name)) for name in names}
        return self.table[self.columns.speaker].map(lambda one: object_name(str(one)) in objects).astype(bool)

    def paths(self, file_name: str) -> tuple[str, str]:
        """Return where sound file and TextGrid of a recording are; empty for one that is not there."""
        sound = self.root / file_name
        stem = str(PurePosixPath(file_name).with_suffix(""))
        grids = self.files.get("textgrids", ())
        grid = next((one for one in grids if str(PurePosixPath(one).with_suffix("")) == stem), "")
        if not grid:  # in a folder of their own
            same = [one for one in grids if PurePosixPath(one).stem == PurePosixPath(stem).name]
            grid = same[0] if len(same) == 1 else ""
        found = (sound, self.root / grid if grid else None)
        shown = [str(path.resolve()) if path is not None and path.is_file() else "" for path in found]
        return shown[0], shown[1]


def _object(file_name: str) -> str:
    return object_name(PurePosixPath(file_name).stem)


def stored_corpus(folder: Path) -> StoredCorpus:
    """Read a results folder; the one read last is kept as long as its files are the same.

    Raises
    ------
    InputError
        If it is not there, or is no results folder of a run.
    """
    if not folder.is_dir():
        raise InputError("there is no such folder", _RUN, file=folder)
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(f"is no results folder: it holds no {missing[0]}", _RUN, file=folder)
    stamps = tuple(_stamp(folder / name) for name in (*FILES, VECTORS))
    return _read(folder.resolve(), stamps)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=1)
def _read(folder: Path, stamps: Any) -> StoredCorpus:
    from w2vpraat.export.vectors import read_vectors
    from w2vpraat.pipeline.table_columns import find_columns
    from w2vpraat.pipeline.user_tables import open_user_table

    settings = read_settings(folder / "w2vpraat.toml")
    facts = read_provenance(folder)
    file = folder / "tokens.csv"
    opened = open_user_table(file, preset="none")
    found = find_columns(opened.table, settings.normalize, file=str(file), need_formants=False)
    vectors = read_vectors(folder / VECTORS) if (folder / VECTORS).is_file() else ()
    try:
        weights = str(facts["embeddings"].get("weights_sha256", ""))
        files = {role: tuple(one["path"] for one in records) for role, records in facts["inputs"].items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError("the provenance is damaged", "repeat the run", file=folder) from error
    table = found.table.drop_duplicates("id").reset_index(drop=True)
    return StoredCorpus(folder, settings, table, found.table, found.columns, vectors, weights, files)
