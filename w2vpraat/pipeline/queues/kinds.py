"""What each kind of review queue lists, with the functions of the command line.

Every function takes the material and the settings, yields progress and returns what it found: tokens, most
suspicious first, with a score and a reason in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress, Skipped, relayed
from w2vpraat.pipeline.queues.material import QueueMaterial
from w2vpraat.representation import Representation
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

# Notes of the table that say how a token was measured, not that something is wrong with it.
HARMLESS = frozenset({"ceiling set by hand", "sex unknown: fixed ceiling", "f0 range not adapted"})
UNMEASURED = frozenset({"short", "random", "all"})
"""Kinds that need no measurements."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a kind of queue lists.

    Parameters
    ----------
    title : str
        In plain words.
    rows : pandas.DataFrame
        ``id, score, reason``, perhaps ``objection``, most suspicious first.
    score_name : str
    notes : tuple of str
    """

    title: str
    rows: pd.DataFrame
    score_name: str = ""
    notes: tuple[str, ...] = ()


Finding = Generator["Progress | Skipped", None, Found]


def _table(ids: Any, scores: Any, reasons: Any) -> pd.DataFrame:
    import pandas as pd

    listed = [str(one) for one in ids]
    return pd.DataFrame(
        {
            "id": pd.Series(listed, dtype=object),
            "score": np.asarray(scores, dtype=np.float64),
            "reason": pd.Series(list(reasons), dtype=object),
        }
    )


def disagreement(material: QueueMaterial, settings: Settings) -> Finding:
    """List where two out-of-fold classifiers, or one, object to a label: the list of ``w2vpraat review``."""
    from w2vpraat.compare.tokens.disagreement import Review, reviewing_tokens
    from w2vpraat.pipeline.reviewing import choose_two

    chosen, remarks = choose_two(material.representations, settings.review)
    roles = material.roles
    events = reviewing_tokens(
        chosen,
        material.tokens,
        settings.review,
        settings.compare,
        label=roles.label,
        speaker=roles.speaker,
        file=roles.file,
    )
    review: Review = yield from relayed(events, Review)
    rows = review.queue.rename(columns={"suspicion": "score", "why": "reason", "kind": "objection"})
    title = f"where {' and '.join(review.names)} {'disagree' if len(review.names) > 1 else 'disagrees'}"
    columns = ["id", "score", "reason", "objection"]
    return Found(title, rows[columns], "suspicion", (*remarks, *review.notes))


def outlier(material: QueueMaterial, settings: Settings) -> Finding:
    """List tokens that lie far from their label in one representation, farthest first."""
    from w2vpraat.compare.tokens.objections import FAR, world_of
    from w2vpraat.compare.tokens.outliers import label_outliers

    item, roles, level = _one(material, settings), material.roles, settings.review.outlier_level
    yield Progress("outliers", 0, 1, item.name)
    tokens = material.tokens
    found = label_outliers(item, tokens, settings.compare, label=roles.label, speaker=roles.speaker)
    yield Progress("outliers", 1, 1, item.name)
    labels = _labels(tokens, roles.label)
    far = np.flatnonzero(found.beyond(level))
    far = far[np.argsort(-found.distances[far], kind="stable")]
    distances = np.sqrt(found.distances[far])
    look = FAR[world_of(item)]
    reasons = [
        f"{distance:.1f} sd from {labels[found.ids[row]]} in {item.name}, {_seldom(found.tails[row])}: {look}"
        for row, distance in zip(far, distances, strict=True)
    ]
    notes = [f"{item.name}: {found.description}"]
    if unknown := int((~found.judged).sum()):
        notes.append(f"{unknown} tokens of speakers or labels with fewer than five tokens are not judged")
    ids = [found.ids[row] for row in far]
    return Found(f"outliers in {item.name}", _table(ids, distances, reasons), "distance (sd)", tuple(notes))


def confidence(material: QueueMaterial, settings: Settings) -> Finding:
    """List tokens whose own label has a low posterior out of fold, lowest first."""
    from w2vpraat.compare.tokens.answers import label_answers
    from w2vpraat.compare.tokens.objections import LOOK, world_of

    item, roles, below = _one(material, settings), material.roles, settings.queue.doubtful
    yield Progress("answers", 0, 1, item.name)
    found = label_answers(
        item,
        material.tokens,
        settings.compare,
        label=roles.label,
        speaker=roles.speaker,
        file=roles.file,
    )
    yield Progress("answers", 1, 1, item.name)
    given, best = found.given, found.best
    low = np.flatnonzero((given < below) & found.heard)
    low = low[np.argsort(given[low], kind="stable")]
    names, look, reasons = found.label_names, LOOK[world_of(item)], []
    for row in low:
        label, answer = names[found.labels[row]], names[best[row]]
        sure = found.posteriors[row, best[row]]
        other = found.posteriors[row, found.second[row]] if answer == label else sure
        says = f"nearly as likely {names[found.second[row]]} ({other:.2f})" if answer == label else ""
        says = says or f"says {answer} ({sure:.2f})"
        reasons.append(f"{item.name} gives {label} {given[row]:.2f}, {says}: {look}")
    ids = [found.ids[row] for row in low]
    notes = (f"{item.name}: {found.description}",)
    return Found(f"doubtful labels in {item.name}", _table(ids, given[low], reasons), "posterior", notes)


def sensitive(material: QueueMaterial, settings: Settings) -> Finding:
    """List tokens whose nearest label or place depends on where exactly the boundaries are."""
    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.pipeline.sensitivity import sensing

    table = material.sensitivity
    if table is not None and material.results is not None:
        # What a run made of another shift can be made again.
        wanted = settings.sensitivity.queue_shift
        table = table if _shift(table, wanted) == wanted else None
    notes: tuple[str, ...] = ()
    if table is None:
        if material.results is None:
            raise ComparisonError(
                "how far tokens depend on their boundaries is not known",
                "`w2vpraat sensitivity` moves the boundaries and writes sensitivity.csv into its folder",
            )
        results = material.results
        own = {"sensitivity": settings.sensitivity.as_dict(), "compare": settings.compare.as_dict()}
        opened = replace(results.opened, settings=results.opened.settings.updated(own))
        sensed: Sensitivity = yield from relayed(sensing(opened, results.spaces), Sensitivity)
        table, notes = sensed.tokens, sensed.notes
    known = set(material.tokens["id"].astype(str))
    rows = []
    for row in table.to_dict("records"):
        token, moves = str(row["id"]), _moves(row)
        movement = max((value for _, value in moves), default=float("nan"))
        flips = _truth(row.get("sens_flip"))
        if token in known and (flips or movement >= settings.queue.moved):
            rows.append(
                (not flips, -np.nan_to_num(movement), token, movement, _sensitive_because(row, moves))
            )
    rows.sort(key=lambda one: one[:3])
    shift = _shift(table, settings.sensitivity.queue_shift)
    return Found(
        f"sensitive to boundaries moved by {1000 * shift:g} ms",
        _table([one[2] for one in rows], [one[3] for one in rows], [one[4] for one in rows]),
        "movement (sd)",
        notes,
    )


def short(material: QueueMaterial, settings: Settings) -> Finding:
    """List tokens that are shorter than a limit, or have too few frames of the model, shortest first."""
    yield Progress("durations", 1, 1)
    params, tokens = settings.queue, material.tokens
    if not {"start", "end"} <= set(tokens.columns) and "dur" not in tokens.columns:
        raise ComparisonError("the table has neither start and end nor dur", "durations are in seconds")
    if "dur" in tokens.columns:
        durations = tokens["dur"].to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        durations = (tokens["end"] - tokens["start"]).round(12).to_numpy(dtype=np.float64, na_value=np.nan)
    frames = np.full(len(tokens), np.nan)
    notes: tuple[str, ...] = ()
    if "n_frames" in tokens.columns:
        frames = tokens["n_frames"].to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        notes = ("frames of the model are not known, so only durations count",)
    brief, few = durations < params.short_duration, frames < params.short_frames
    rows = np.flatnonzero(brief | few)
    rows = rows[np.argsort(durations[rows], kind="stable")]
    limit = f"{1000 * params.short_duration:g} ms"
    reasons = []
    for row in rows:
        told = [f"{1000 * durations[row]:.0f} ms long, below {limit}"] if brief[row] else []
        if few[row]:
            told.append(f"{frames[row]:.0f} {'frame' if frames[row] == 1 else 'frames'} of the model")
        reasons.append("; ".join(told))
    title = f"shorter than {limit}, or with fewer than {params.short_frames} frames"
    if notes:
        title = f"shorter than {limit}"
    found = _table(tokens["id"].to_numpy()[rows], 1000.0 * durations[rows], reasons)
    return Found(title, found, "duration (ms)", notes)


def measurement(material: QueueMaterial, settings: Settings) -> Finding:
    """List tokens with missing formants, jumps of f0, or remarks of the measurement."""
    yield Progress("measurements", 1, 1)
    table = material.table
    formants = [name for name in settings.normalize.formants if name in table.columns]
    remarks = [name for name in ("measure_note", "frame_note") if name in table.columns]
    if not formants and not remarks and "f0_jumps" not in table.columns:
        raise ComparisonError("nothing was measured", "measure formants or f0 first")
    said: dict[str, dict[str, None]] = {}
    columns = ["id", *formants, *remarks, *(["f0_jumps"] if "f0_jumps" in table.columns else [])]
    for row in table[columns].to_dict("records"):
        wrong = list(_wrong(row, formants, remarks))
        if wrong:
            said.setdefault(str(row["id"]), {}).update(dict.fromkeys(wrong))
    order = sorted(said, key=lambda token: -len(said[token]))
    reasons = ["; ".join(said[token]) for token in order]
    found = _table(order, [float(len(said[token])) for token in order], reasons)
    return Found("suspicious measurements", found, "remarks")


def random(material: QueueMaterial, settings: Settings) -> Finding:
    """Draw a sample in which labels and speakers have their shares."""
    from w2vpraat.pipeline.queues.sampling import stratified_sample

    yield Progress("sample", 1, 1)
    params, tokens, roles = settings.queue, material.tokens, material.roles
    names = {"label": roles.label, "speaker": roles.speaker}
    columns = [names.get(one, one) for one in params.sample_by]
    absent = [one for one in columns if one not in tokens.columns]
    if any(one not in names.values() for one in absent):
        raise ComparisonError(
            f'the token table has no column "{absent[0]}" to sample by',
            f"columns: {', '.join(map(str, tokens.columns))}",
        )
    columns = [one for one in columns if one not in absent]
    rows = stratified_sample(tokens, columns, params.sample_size, params.sample_seed)
    shares = f", each {' and '.join(columns)} with its share" if columns else ""
    found = _table(tokens["id"].to_numpy()[rows], np.full(len(rows), np.nan), [""] * len(rows))
    return Found(f"random sample{shares} (draw {params.sample_seed})", found)


def every(material: QueueMaterial, settings: Settings) -> Finding:
    """List all tokens, in the order of the table."""
    yield Progress("tokens", 1, 1)
    ids = material.tokens["id"].to_numpy()
    return Found("all tokens", _table(ids, np.full(len(ids), np.nan), [""] * len(ids)))


FINDERS: Mapping[str, Callable[[QueueMaterial, Settings], Finding]] = {
    "disagreement": disagreement,
    "outlier": outlier,
    "confidence": confidence,
    "sensitive": sensitive,
    "short": short,
    "measurement": measurement,
    "random": random,
    "all": every,
}
"""Kind of queue to what finds its tokens."""


def _one(material: QueueMaterial, settings: Settings) -> Representation:
    from w2vpraat.pipeline.reviewing import choose_two, find_representation

    if settings.queue.representation and material.representations:
        return find_representation(material.representations, settings.queue.representation)
    return choose_two(material.representations, settings.review)[0][0]


def _labels(tokens: pd.DataFrame, column: str) -> dict[str, str]:
    return dict(zip(tokens["id"].astype(str), tokens[column].astype(str), strict=True))


def _seldom(tail: float) -> str:
    if tail < 1e-6:
        return "farther than one normal token in a million"
    return f"farther than one normal token in {1.0 / tail:.0f}"


def _moves(row: Mapping[Any, Any]) -> list[tuple[str, float]]:
    """Return what moves, and how far in sd, from the columns of one token."""
    found = []
    for name, value in row.items():
        if str(name).startswith("sens_") and str(name).endswith("_spread") and value == value:
            what = str(name).removeprefix("sens_").removesuffix("_spread")
            found.append(("the vector" if what == "vec" else what.upper(), float(value)))
    return sorted(found, key=lambda one: -one[1])


def _sensitive_because(row: Mapping[Any, Any], moves: list[tuple[str, float]]) -> str:
    told = []
    for end, name in (("formants", "formants"), ("vec", "vectors")):
        if _truth(row.get(f"sens_flip_{end}")):
            told.append(
                f"by {name} nearest to {row[f'sens_nearest_{end}']}, moved to {row[f'sens_moved_{end}']}"
            )
    if moves:
        told.append(f"{moves[0][0]} moves by {moves[0][1]:.1f} sd")
    return "; ".join(told)


def _truth(value: Any) -> bool:
    """Whether a cell says yes; missing ones (NA, NaN) do not, and tables that were read may hold texts."""
    return str(value).casefold() in ("true", "1", "1.0")


def _shift(table: pd.DataFrame, default: float) -> float:
    if "sens_shift" not in table.columns or not len(table):
        return default
    return float(table["sens_shift"].iloc[0])


def _wrong(row: Mapping[Any, Any], formants: list[str], remarks: list[str]) -> Generator[str, None, None]:
    notes = [
        part
        for name in remarks
        if isinstance(row[name], str)
        for part in row[name].split("; ")
        if part and part not in HARMLESS
    ]
    missing = [name for name in formants if row[name] != row[name]]
    # A note that says it already is the better one: it knows why.
    if missing and not any("undefined" in note or "formants" in note for note in notes):
        yield f"{', '.join(missing)} missing"
    yield from notes
    jumps = row.get("f0_jumps", 0)
    if jumps == jumps and jumps is not None and float(jumps) > 0:
        yield f"f0 jumps {'once' if float(jumps) == 1 else f'{float(jumps):.0f} times'}"
