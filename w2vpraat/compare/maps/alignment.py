"""Maps of the same tokens, laid alike."""

from __future__ import annotations

from dataclasses import replace

from w2vpraat.compare.maps.procrustes import Alignment, procrustes
from w2vpraat.compare.maps.token_map import Projection
from w2vpraat.errors import ComparisonError

# Their axes are in an order and have shares: they may be exchanged and mirrored, but a turn would mix them.
ORDERED = ("pca", "lda")
TURNS = ("auto", "free", "axes")
STEMS = {"pca": "PC", "lda": "LD", "mds": "MDS", "tsne": "t-SNE", "umap": "UMAP"}


def align(reference: Projection, moving: Projection, *, scale: bool = True, turn: str = "auto") -> Projection:
    """Lay a map so that its tokens lie as near as they can to where another one has them on paper.

    Procrustes analysis of the tokens that both maps show. A vowel chart is taken as it is printed (F2 falling
    to the right, F1 rising downwards, each axis in its own standard deviations). The map's numbers stay the
    same, since distances keep their proportions.

    Parameters
    ----------
    reference : Projection
        Stays as it is.
    moving : Projection
        Any but a plane of columns, whose axes are quantities and are never turned.
    scale : bool
        Whether the size may change; the same for both axes.
    turn : str
        ``free`` (any rotation and reflection), ``axes`` (axes may only be exchanged and mirrored, so that
        they keep their meanings), or ``auto``: ``axes`` for principal components and discriminants, ``free``
        for the others.

    Returns
    -------
    Projection
        With ``aligned_to`` and ``disparity``. Axes that were mixed by a turn lose their single names.

    Raises
    ------
    ComparisonError
        A plane of columns is to be moved, fewer than three tokens in common, or no such ``turn``.
    """
    return aligned(moving, alignment(reference, moving, scale=scale, turn=turn), reference.name)


def alignment(
    reference: Projection, moving: Projection, *, scale: bool = True, turn: str = "auto"
) -> Alignment:
    """Find how `align` lays a map; the result can be applied to further points of it."""
    if turn not in TURNS:
        raise ComparisonError(f'there is no way to turn a map called "{turn}"', f"one of {', '.join(TURNS)}")
    if moving.method == "plane":
        raise ComparisonError(
            f'the map of "{moving.name}" is a plane of two columns, which is never turned',
            "make it the reference, and align the other map to it",
        )
    place = {token: row for row, token in enumerate(reference.ids)}
    mine = [row for row, token in enumerate(moving.ids) if token in place]
    if len(mine) < 3:
        raise ComparisonError(
            f'the maps of "{moving.name}" and "{reference.name}" share {len(mine)} tokens',
            "align maps of the same tokens",
        )
    fixed = reference.on_paper[[place[moving.ids[row]] for row in mine]]
    axes_only = turn == "axes" or (turn == "auto" and moving.method in ORDERED)
    return procrustes(fixed, moving.coordinates[mine], scale=scale, axes_only=axes_only)


def aligned(moving: Projection, found: Alignment, reference: str) -> Projection:
    """Apply an alignment to a map, and name its axes anew."""
    turned = moving.turned or found.mixes_axes
    # Which old axis each new one is, if it is one at all.
    order = [int(row) for row in abs(found.turn).argmax(axis=0)]
    x, y = (
        turned_axes(moving.method, moving.axes, moving.shares)
        if found.mixes_axes
        else (moving.axes[row] for row in order)
    )
    keep = turned or not moving.shares
    return replace(
        moving,
        coordinates=found.apply(moving.coordinates),
        axes=(x, y),
        shares=moving.shares if keep else tuple(moving.shares[row] for row in order),
        aligned_to=reference,
        disparity=found.disparity,
        turned=turned,
    )


def turned_axes(method: str, axes: tuple[str, str], shares: tuple[float, ...] = ()) -> tuple[str, str]:
    """Name axes that a turn has mixed: together they show what they showed, but neither has its own meaning.

    Axes of t-SNE and UMAP never had one, and keep their names.
    """
    if method not in (*ORDERED, "mds"):
        return axes
    name = f"{STEMS[method]} 1 and 2, turned"
    return (f"{name} ({100 * sum(shares):.0f} %)" if shares else name), name
