"""Parameters, policies and plain values that all normalizations handle alike."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from w2vpraat.errors import NormalizationError

Self = TypeVar("Self", bound="Estimator")


class Estimator:
    """Parameters by the manners of scikit-learn, without importing it: constructors only store."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the constructor's parameters by name."""
        names = [name for name in inspect.signature(type(self).__init__).parameters if name != "self"]
        return {name: getattr(self, name) for name in names}

    def set_params(self: Self, **params: Any) -> Self:
        """Set constructor parameters by name and return the estimator.

        Raises
        ------
        NormalizationError
            For a name that the constructor doesn't know.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise NormalizationError(
                    f'{type(self).__name__} has no option "{name}"', f"options: {', '.join(known)}"
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({inner})"


def note_text(title: str, speakers: Sequence[Any], text: str) -> str:
    """Write a warning about one speaker, several, or none (``None``: about all)."""
    names = [str(name) for name in speakers if name is not None]
    if not names:
        return f"{title}: {text}"
    if len(names) == 1:
        return f'{title}: speaker "{names[0]}": {text}'
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"{title}: {len(names)} speakers ({shown}): {text}"


def check_choice(name: str, value: Any, choices: Sequence[str]) -> None:
    """Refuse a policy that isn't one of a few.

    Raises
    ------
    NormalizationError
        With the possible values.
    """
    if value not in choices:
        raise NormalizationError(f"{name} = {value!r} is not possible", f"one of {', '.join(choices)}")


def plain(value: Any) -> Any:
    """Turn numpy scalars, tuples and NaN into what JSON holds (NaN: null)."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
