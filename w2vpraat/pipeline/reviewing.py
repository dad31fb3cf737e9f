"""Which representations are reviewed: those that the user names, or the usual two."""

from __future__ import annotations

from collections.abc import Sequence

from w2vpraat.compare.tokens.objections import world_of
from w2vpraat.errors import ComparisonError
from w2vpraat.params import ReviewParams
from w2vpraat.representation import Representation


def find_representation(items: Sequence[Representation], name: str) -> Representation:
    """Return the representation of this name, or the only one whose name ends with it, or holds it.

    Raises
    ------
    ComparisonError
        If there is none, or several; the hint names all.
    """
    for same in (
        [item for item in items if item.name == name],
        [item for item in items if item.name.casefold() == name.casefold()],
        [item for item in items if item.name.casefold().endswith(name.casefold())],
        [item for item in items if name.casefold() in item.name.casefold()],
    ):
        if len(same) == 1:
            return same[0]
        if same:
            several = ", ".join(item.name for item in same)
            raise ComparisonError(f'"{name}" may be several representations', f"one of {several}")
    names = ", ".join(item.name for item in items)
    raise ComparisonError(f'there is no representation "{name}"', f"one of {names}")


def choose_two(
    items: Sequence[Representation], params: ReviewParams
) -> tuple[list[Representation], tuple[str, ...]]:
    """Choose what is reviewed.

    Parameters
    ----------
    items : sequence of Representation
    params : ReviewParams
        ``first`` and ``second``; empty: the first normalized formants (or raw ones), and the first embedding.

    Returns
    -------
    chosen : list of Representation
        Two, or one if nothing else is there.
    notes : tuple of str

    Raises
    ------
    ComparisonError
        No representation, an unknown name, or twice the same.
    """
    if not items:
        raise ComparisonError("there is nothing to review", "give formants or vectors")
    formants = [item for item in items if world_of(item) == "formants"]
    normalized = [item for item in formants if item.provenance.get("method") != "raw"]
    vectors = [item for item in items if world_of(item) == "embedding"]
    first = find_representation(items, params.first) if params.first else None
    second = find_representation(items, params.second) if params.second else None
    first = first or next((item for item in (*normalized, *formants) if item is not second), None)
    second = second or next((item for item in vectors if item is not first), None)
    chosen = [item for item in (first, second) if item is not None]
    if len(chosen) == 2 and first is second:
        raise ComparisonError(
            f'"{chosen[0].name}" can\'t be compared with itself', "choose another for --first or --second"
        )
    if len(chosen) == 1:
        absent, option = ("vectors", "--second") if first is not None else ("formants", "--first")
        others = [item.name for item in items if item is not chosen[0]]
        more = f"; {option} takes one of {', '.join(others)}" if others else ""
        return chosen, (f"only {chosen[0].name} is reviewed, as there are no {absent}{more}",)
    return chosen, ()
