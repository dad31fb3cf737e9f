"""One normalization on the rows of a `LiveResults`: what it reads, how it is fitted and applied."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import NormalizationError
from w2vpraat.pipeline.live.recording_values import VectorKey

if TYPE_CHECKING:
    from w2vpraat.normalize.base import SpeakerNormalizer
    from w2vpraat.normalize.vectors import EmbeddingNormalizer
    from w2vpraat.params import NormalizeParams
    from w2vpraat.pipeline.live.live_results import LiveResults

Rows = NDArray[np.intp]
Values = NDArray[np.floating[Any]]
Source = str | Sequence[str] | VectorKey

ACROSS_SPEAKERS = frozenset({"nearey2_regression", "whiten", "pca", "subspace"})
"""Methods for which every token depends on the tokens of all speakers."""


class Normalizing(ABC):
    """Reads rows, fits and applies. Estimators are opaque to others.

    Attributes
    ----------
    by_speaker : bool
        Whether a token depends on tokens of its own speaker only.
    by_token : bool
        Whether a token depends on itself only: one fit serves for ever.
    labels_count : bool
        Whether it depends on labels.
    """

    by_speaker: bool = True
    by_token: bool = False
    labels_count: bool = False

    @abstractmethod
    def raw(self, live: LiveResults, rows: Rows) -> Values:
        """Return what is normalized, shape (n_rows, n_points, n_columns)."""

    @property
    @abstractmethod
    def raw_columns(self) -> tuple[str, ...]:
        """Names of what is normalized."""

    @abstractmethod
    def fit(self, live: LiveResults, rows: Rows) -> Any:
        """Fit on rows; None if there is nothing to fit on."""

    @abstractmethod
    def apply(self, fitted: Any, live: LiveResults, rows: Rows) -> Values:
        """Apply, shape (n_rows, n_points, dim)."""

    @abstractmethod
    def warnings(self, fitted: Any) -> tuple[str, ...]:
        """Return what a fit warned about."""

    @abstractmethod
    def columns(self, fitted: Any) -> tuple[str, ...]:
        """Names of the dimensions."""


class PlainNumbers(Normalizing):
    """Measurements as they are, or on a frequency scale."""

    by_token = True

    def __init__(self, columns: tuple[str, ...], scale: str) -> None:
        from w2vpraat.normalize.scales import find_scale

        self._columns, self._scale = columns, scale
        self._forward = None if scale == "hz" else find_scale(scale).forward

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Names of what is normalized."""
        return self._columns

    def raw(self, live: LiveResults, rows: Rows) -> Values:
        """Return the measurements."""
        return read_numbers(live, self._columns, rows)

    def fit(self, live: LiveResults, rows: Rows) -> Any:
        """Return something: there are no constants."""
        return self

    def apply(self, fitted: Any, live: LiveResults, rows: Rows) -> Values:
        """Convert."""
        values = np.asarray(self.raw(live, rows), dtype=np.float64)
        return values if self._forward is None else self._forward(values)

    def warnings(self, fitted: Any) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def columns(self, fitted: Any) -> tuple[str, ...]:
        """Name the dimensions, with their scale."""
        return (
            self._columns if self._forward is None else tuple(f"{one}_{self._scale}" for one in self._columns)
        )


class NumberMethod(Normalizing):
    """A method of `w2vpraat.normalize` for formants or f0."""

    def __init__(self, method: SpeakerNormalizer) -> None:
        self._method = method
        self.by_token = not method.info.sees_speaker
        self.by_speaker = method.info.key not in ACROSS_SPEAKERS
        self.labels_count = method.depends_on_labels

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Names of what is normalized."""
        return self._method.needed_columns

    def raw(self, live: LiveResults, rows: Rows) -> Values:
        """Return the measurements."""
        return read_numbers(live, self.raw_columns, rows)

    def _table(self, live: LiveResults, rows: Rows) -> Any:
        import pandas as pd

        values = self.raw(live, rows)
        points = values.shape[1]

        def several(texts: NDArray[np.object_]) -> NDArray[np.object_]:
            return np.repeat(texts[rows], points)

        table: dict[str, Any] = {"id": several(live.ids)}
        table.update({name: several(live.texts(name)) for name in ("speaker", "label")})
        table["prop_time"] = np.tile(live.prop_times[:points], len(rows))
        for place, name in enumerate(self.raw_columns):
            table[name] = values[:, :, place].ravel()
        return pd.DataFrame(table)

    def fit(self, live: LiveResults, rows: Rows) -> Any:
        """Fit on rows, as `w2vpraat.normalize.normalize_table` does."""
        if not len(rows):
            return None
        options = {**self._method.get_params(), "unknown_speaker": "nan"}
        return type(self._method)(**options).fit(self._table(live, rows))

    def apply(self, fitted: Any, live: LiveResults, rows: Rows) -> Values:
        """Apply to all points of some tokens."""
        made = fitted.transform(self._table(live, rows)).to_numpy(dtype=np.float64)
        found: Values = made.reshape(len(rows), -1, made.shape[1])
        return found

    def warnings(self, fitted: Any) -> tuple[str, ...]:
        """Return the warnings of the method."""
        return tuple(fitted.warnings_)

    def columns(self, fitted: Any) -> tuple[str, ...]:
        """Name the dimensions: what one made-up token would get."""
        import pandas as pd

        row = {name: [500.0 * (place + 1)] for place, name in enumerate(self.raw_columns)}
        made = fitted.transform(pd.DataFrame({"speaker": [next(iter(fitted.n_tokens_))], **row}))
        return tuple(map(str, made.columns))


class VectorMethod(Normalizing):
    """Vectors, as they are or by a method of `w2vpraat.normalize`."""

    def __init__(self, key: VectorKey, dim: int, method: EmbeddingNormalizer | None) -> None:
        self._key, self._dim, self._method = key, dim, method
        self.by_token = method is None
        self.by_speaker = method is None or method.info.key not in ACROSS_SPEAKERS

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Names of what is normalized."""
        from w2vpraat.representation import vector_columns

        return vector_columns(self._dim)

    def raw(self, live: LiveResults, rows: Rows) -> Values:
        """Return the vectors."""
        return live.vectors_at(self._key, rows)[:, None, :]

    def fit(self, live: LiveResults, rows: Rows) -> Any:
        """Fit on rows that have a vector."""
        if self._method is None:
            return self
        values = live.vectors_at(self._key, rows)
        if not np.isfinite(values).all(axis=1).any():
            return None
        options = self._method.get_params()
        if "unknown_speaker" in options:
            options["unknown_speaker"] = "nan"
        return type(self._method)(**options).fit(values, list(live.texts("speaker")[rows]))

    def apply(self, fitted: Any, live: LiveResults, rows: Rows) -> Values:
        """Apply to some tokens."""
        values = live.vectors_at(self._key, rows)
        if self._method is not None and len(rows):
            values = fitted.transform(values, list(live.texts("speaker")[rows]))
        return values[:, None, :]

    def warnings(self, fitted: Any) -> tuple[str, ...]:
        """Return the warnings of the method."""
        return () if self._method is None else tuple(fitted.warnings_)

    def columns(self, fitted: Any) -> tuple[str, ...]:
        """Name the dimensions."""
        names = self.raw_columns
        if self._method is None:
            return names
        from w2vpraat.normalize.vectors import component_columns

        made = fitted.transform(np.zeros((1, self._dim)), [""]).shape[1]
        return names if made == self._dim and self._method.info.key != "pca" else component_columns(made)


def read_numbers(live: LiveResults, columns: tuple[str, ...], rows: Rows) -> Values:
    """Return columns of numbers of some rows, shape (n_rows, n_points, n_columns)."""
    if columns == ("dur",):
        return live.numbers("dur")[rows][:, None, None]
    return live.courses_at(columns, rows)


def make_normalizing(live: LiveResults, source: Source, normalization: str, scale: str) -> Normalizing:
    """Find out what a normalization reads and does.

    Raises
    ------
    NormalizationError
        If the method does not exist or is for something else, or if what it reads was not measured.
    """
    from w2vpraat.normalize.embeddings import make_embedding_method

    method = "" if normalization in ("", "none", "raw") else normalization
    if isinstance(source, VectorKey):
        if not live.has_vectors(source):
            raise NormalizationError(
                f"there are no vectors of {source.model} layer {source.layer} ({source.pooling}) here",
                "fetch them first",
            )
        dim = live.vectors_at(source, np.empty(0, np.intp)).shape[1]
        return VectorMethod(source, dim, make_embedding_method(method) if method else None)
    params = live.settings.normalize
    if isinstance(source, str):
        names = {"formants": tuple(params.formants), "f0": ("f0",), "duration": ("dur",)}
        if source not in names:
            raise NormalizationError(f'"{source}" can\'t be normalized', f"one of {', '.join(names)}")
        columns = names[source]
    else:
        columns = tuple(source)
    made: Normalizing
    if not method:
        made = PlainNumbers(columns, scale)
    else:
        made = NumberMethod(_number_method(method, replace(params, scale=scale), columns))
    missing = [one for one in made.raw_columns if one not in live.number_columns]
    if missing:
        raise NormalizationError(
            f"{', '.join(missing)} was not measured", f"measured: {', '.join(live.number_columns)}"
        )
    return made


def _number_method(key: str, params: NormalizeParams, columns: tuple[str, ...]) -> SpeakerNormalizer:
    from w2vpraat.normalize.pitch import F0_METHODS
    from w2vpraat.normalize.tables import make_f0_methods, make_method

    if key in F0_METHODS:
        if columns != ("f0",):
            raise NormalizationError(f"{key} is for f0, not for {', '.join(columns)}")
        return make_f0_methods(replace(params, f0_methods=(key,)))[0]
    return make_method(key, replace(params, formants=columns))
