"""What moved boundaries did to each token, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.material import Material
from w2vpraat.compare.tokens.sensitivity import Judged, Yardstick, speaker_sd

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

SHIFT_COLUMNS = (
    "id",
    "shift",
    "representation",
    "distance",
    "movement",
    "cosine",
    "worst_move",
    "nearest",
    "nearest_moved",
    "flip",
    "n_moves",
    "n_undefined",
)


@dataclass
class Versions:
    """All judged versions of tokens in one representation, gathered recording by recording."""

    yardstick: Yardstick
    shifts: list[Floats] = field(default_factory=list)
    moves: list[NDArray[np.object_]] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    def add(self, shifts: Floats, moves: NDArray[np.object_], judged: Judged) -> None:
        """Add versions: shift in seconds, and the moves in words, of each."""
        self.shifts.append(shifts)
        self.moves.append(moves)
        self.judged.append(judged)

    def frame(self) -> pd.DataFrame:
        """Return one row per version."""
        import pandas as pd

        def joined(parts: Sequence[Any], kind: Any) -> Any:
            return np.concatenate([np.empty(0, kind), *parts])

        names = {"rows": np.intp, "distance": float, "movement": float, "cosine": float, "nearest": np.intp}
        made = {
            name: joined([getattr(one, name) for one in self.judged], kind) for name, kind in names.items()
        }
        table: pd.DataFrame = pd.DataFrame(
            {**made, "shift": joined(self.shifts, float), "moves": joined(self.moves, object)}
        )
        return table


def token_shifts(versions: Versions, material: Material) -> pd.DataFrame:
    """Reduce the versions of each token to the largest change.

    Returns
    -------
    pandas.DataFrame
        Columns as in :data:`SHIFT_COLUMNS`: ``distance``, ``movement`` and ``cosine`` are the largest of all
        versions; ``worst_move`` is that of the largest movement; ``nearest_moved`` lists the other labels
        that versions are nearest to; ``flip`` is missing if no label is known.
    """
    import pandas as pd

    table, own = versions.frame(), versions.yardstick.own
    keys = ["rows", "shift"]
    groups = table.groupby(keys, sort=True)
    out = groups[["distance", "movement", "cosine"]].max()
    out["n_moves"] = groups.size()
    out["n_undefined"] = table["movement"].isna().groupby([table["rows"], table["shift"]]).sum()
    known = table[table["movement"].notna()]
    worst = known.loc[known.groupby(keys)["movement"].idxmax()].set_index(keys)["moves"]
    out["worst_move"] = worst.reindex(out.index).fillna("")
    asked = table[table["nearest"].to_numpy() >= 0]
    changed = asked[asked["nearest"].to_numpy() != own[asked["rows"].to_numpy()]]
    names = np.array([*material.label_names, ""], dtype=object)  # -1 is the empty name
    reached = changed.assign(to=names[changed["nearest"].to_numpy()]).groupby(keys)["to"]
    out["nearest_moved"] = reached.agg(lambda to: " ".join(dict.fromkeys(to))).reindex(out.index).fillna("")
    flips = out["nearest_moved"].ne("").astype("boolean")
    out["flip"] = flips.where(out.index.isin(pd.MultiIndex.from_frame(asked[keys])))
    out = out.reset_index()
    rows = out["rows"].to_numpy()
    out["id"] = np.array(material.ids, dtype=object)[rows]
    out["nearest"] = names[own[rows]]
    out["representation"] = versions.yardstick.name
    chosen: pd.DataFrame = out[list(SHIFT_COLUMNS)]
    return chosen


def token_table(
    shifts: pd.DataFrame,
    counts: pd.DataFrame,
    material: Material,
    shift: float,
    *,
    single: Mapping[str, Yardstick],
    formants: str = "",
    vectors: str = "",
) -> pd.DataFrame:
    """Return one row per token about one shift, for the list of tokens worth a second look.

    Parameters
    ----------
    shifts, counts, material
        Material, `token_shifts` of all representations, and ``id, shift, n_moves, n_clipped, n_unmade``.
    shift : float
        Seconds.
    single : mapping
        Formants that get columns of their own: their names and yardsticks, in Hz.
    formants, vectors : str
        The representations whose nearest labels are told; empty for none.

    Returns
    -------
    pandas.DataFrame
        See `Sensitivity.tokens`.
    """
    import pandas as pd

    ids = list(material.ids)
    of_shift = shifts[shifts["shift"] == shift]
    made: dict[str, Any] = {
        "id": ids,
        "speaker": [material.speaker_names[number] for number in material.speakers],
        "label": [material.label_names[number] for number in material.labels],
        "sens_shift": shift,
    }
    count = counts[counts["shift"] == shift].set_index("id").reindex(ids)
    for name in ("moves", "clipped", "unmade"):
        made[f"sens_{name}"] = count[f"n_{name}"].fillna(0).to_numpy(int)

    def column(representation: str, name: str) -> Any:
        own = of_shift[of_shift["representation"] == representation].set_index("id")
        return own[name].reindex(ids)

    for name, yardstick in single.items():
        hertz = column(name, "distance").to_numpy(float)
        made[f"sens_{name.lower()}"] = hertz
        with np.errstate(divide="ignore", invalid="ignore"):
            made[f"sens_{name.lower()}_sd"] = hertz / speaker_sd(yardstick.values, material.speakers)[:, 0]
        made[f"sens_{name.lower()}_spread"] = column(name, "movement").to_numpy(float)
    if vectors:
        made["sens_vec"] = column(vectors, "cosine").to_numpy(float)
        made["sens_vec_spread"] = column(vectors, "movement").to_numpy(float)
    worlds = {end: name for end, name in (("formants", formants), ("vec", vectors)) if name}
    flips = {
        f"sens_flip_{end}": pd.array(column(name, "flip"), dtype="boolean") for end, name in worlds.items()
    }
    if flips:
        several = pd.DataFrame(flips)
        # Known to flip in one world is enough; otherwise both must be known.
        either = several.fillna(False).any(axis=1).astype("boolean")
        made["sens_flip"] = either.mask(~either & several.isna().any(axis=1)).array
    made |= flips
    for end, name in worlds.items():
        for kind, source in (("nearest", "nearest"), ("moved", "nearest_moved")):
            made[f"sens_{kind}_{end}"] = column(name, source).fillna("").to_numpy(object)
    table: pd.DataFrame = pd.DataFrame(made)
    return table
