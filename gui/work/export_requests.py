"""What can leave the window, as values: which kind, where to, with which options."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from w2vpraat.params import ParamGroup

TABLE, VECTORS, FIGURE, REPORT, TIERS, BUNDLE = "table", "vectors", "figure", "report", "tiers", "bundle"
KINDS = (TABLE, VECTORS, FIGURE, REPORT, TIERS, BUNDLE)


@dataclass(frozen=True)
class ExportRequest:
    """One export that was asked for.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    path : Path
        A file; of tiers a folder.
    preset : str
        Whose columns a table has; empty: our own.
    params : ParamGroup or None
        Options of figures, tiers and bundles.
    """

    kind: str
    path: Path
    preset: str = ""
    params: ParamGroup | None = None

    def replaced(self, recordings: Iterable[str] = ()) -> tuple[Path, ...]:
        """Return the existing files that would be replaced.

        Parameters
        ----------
        recordings : iterable of str
            Names of the recordings whose TextGrids are written.
        """
        if self.kind == TIERS:
            return tuple(one for name in recordings if (one := self.path / f"{name}.TextGrid").exists())
        return (self.path,) if self.path.exists() else ()


def with_ending(path: Path, endings: tuple[str, ...]) -> Path:
    """Return a path that ends in one of these; the first one is put behind any other name."""
    if not endings or path.suffix.lower() in endings:
        return path
    return path.with_name(path.name + endings[0])
