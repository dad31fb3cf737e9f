"""What every parameter group is made of: declaration, checks, conversion."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

from w2vpraat.errors import InputError

Group = TypeVar("Group", bound="ParamGroup")


def param(
    default: Any,
    help: str,
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare one parameter of a group.

    Parameters
    ----------
    default : object
        Its only default.
    help : str
        One sentence for ``--help``, tool tips and docs.
    unit : str
        ``"s"``, ``"Hz"``, ``"ms"``, or empty.
    minimum, maximum : float, optional
        Allowed range, ends included.
    choices : tuple of str
        Allowed values, if few. For a tuple parameter every element must be one of them.
    """
    return field(
        default=default,
        metadata={"help": help, "unit": unit, "minimum": minimum, "maximum": maximum, "choices": choices},
    )


@dataclass(frozen=True)
class ParamGroup:
    """Base of all groups: checks ranges and choices on creation."""

    def __post_init__(self) -> None:
        for item in fields(self):
            if item.metadata:
                _check(type(self).__name__, item, getattr(self, item.name))

    @classmethod
    def describe(cls) -> Iterator[tuple[str, Any, type, Mapping[str, Any]]]:
        """Yield (name, default, type, metadata) of every declared parameter."""
        hints = get_type_hints(cls)
        for item in fields(cls):
            if item.metadata and item.default is not MISSING:
                yield item.name, item.default, hints[item.name], item.metadata

    def as_dict(self) -> dict[str, Any]:
        """Return plain values (tuples as lists), for TOML and JSON."""
        return {
            item.name: list(value) if isinstance(value := getattr(self, item.name), tuple) else value
            for item in fields(self)
        }

    @classmethod
    def from_dict(cls: type[Group], values: Mapping[str, Any], *, source: str = "") -> Group:
        """Make a group from plain values; unknown names are errors.

        Raises
        ------
        InputError
            For an unknown name or a value of the wrong type or range.
        """
        hints = get_type_hints(cls)
        known = {item.name for item in fields(cls)}
        made = {}
        for name, value in values.items():
            if name not in known:
                raise InputError(
                    f'unknown setting "{name}"',
                    f"known here: {', '.join(sorted(known))}",
                    file=source or None,
                )
            made[name] = _coerce(name, hints[name], value, source)
        return cls(**made)


def _coerce(name: str, kind: Any, value: Any, source: str) -> Any:
    if str(kind).startswith("tuple["):
        inner = str if "str" in str(kind) else int if "int" in str(kind) else float
        if isinstance(value, (str, int, float)):
            value = [value]
        return tuple(inner(item) for item in value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind):
        raise InputError(
            f'setting "{name}" is {value!r}, but should be of type {kind.__name__}', file=source or None
        )
    return value


def _check(group: str, item: Field[Any], value: Any) -> None:
    meta = item.metadata
    for one in value if isinstance(value, tuple) else (value,):
        if meta["choices"] and one not in meta["choices"]:
            raise InputError(f"{item.name} = {one!r} is not possible", f"one of {', '.join(meta['choices'])}")
        if isinstance(one, (int, float)) and not isinstance(one, bool):
            low, high = meta["minimum"], meta["maximum"]
            bad = math.isnan(one) or (low is not None and one < low) or (high is not None and one > high)
            if bad:
                raise InputError(
                    f"{item.name} = {one} {meta['unit']}".rstrip() + " is out of range",
                    f"from {'-inf' if low is None else low} to {'inf' if high is None else high}",
                )
