"""The only door to the bundled data: models, sample corpus, phone maps, fonts."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def resource_folder() -> Path:
    """Folder of the package ``w2vpraat_resources``.

    Returns
    -------
    Path
        A real folder: the data are installed unzipped.
    """
    return Path(str(resources.files("w2vpraat_resources")))


def bundled_models() -> tuple[Path, ...]:
    """Folders of the bundled models, by name."""
    models = resource_folder() / "models"
    return tuple(sorted(path.parent for path in models.glob("*/config.json")))


def sample_corpus() -> Path:
    """Folder of the bundled sample corpus."""
    return resource_folder() / "corpus"


def phone_map_path(name: str) -> Path:
    """Path of a bundled phone-set map, for example ``phone_map_path("arpabet")``."""
    return resource_folder() / "phones" / f"{name}.csv"


def class_map_names() -> tuple[str, ...]:
    """Names of the bundled maps from labels to classes."""
    return tuple(sorted(path.stem for path in (resource_folder() / "classes").glob("*.csv")))


def class_map_path(name: str) -> Path:
    """Path of a bundled map from labels to classes, for example ``class_map_path("vowel_height")``."""
    return resource_folder() / "classes" / f"{name}.csv"
