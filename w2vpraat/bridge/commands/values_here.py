"""What is measured at the cursor or in the selection of an editor: a Table, and lines to read."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from w2vpraat.bridge.commands.aligned import aligned, plain_number
from w2vpraat.bridge.commands.here import here_of
from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.objects import PraatTable
from w2vpraat.bridge.pairs import Pairs, open_pairs, without_options
from w2vpraat.bridge.tables import praat_table
from w2vpraat.bridge.warm import Warm
from w2vpraat.corpus.token_values import Token, metadata_columns
from w2vpraat.corpus.tokens import select_tokens
from w2vpraat.errors import ComparisonError, ModelError
from w2vpraat.events import Skipped, relayed
from w2vpraat.params import TokenParams
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.pipeline.running import Results

MOST_LINES = 30
"""Of more tokens the others are in the Table only."""

_CHOICES = ("labels", "label_regex", "label_class", "previous", "following", "stop_words")


def values_here(job: Job, warm: Warm) -> Iterator[Any]:
    """Measure and embed the tokens of a tier at the cursor or in the selection.

    Values are those of a run of the whole Sound and TextGrid with the settings of the job. If these choose no
    tokens and all that is asked for are vowels, only vowels are tokens: normalizations by speaker are made
    for them.

    Parameters
    ----------
    job : Job
        One Sound and one TextGrid; ``tier``, ``from`` and ``to`` in seconds (equal: the cursor).
    warm : Warm

    Yields
    ------
    Progress, Skipped, then Answer
        A Table with the rows of the tokens here and the columns of ``tokens.csv``; the message is to be read.

    Raises
    ------
    InputError
        If there is no token here, with the reason.
    W2VPraatError
        As a run of the same settings.
    """
    from w2vpraat.export.tables import order_columns

    pairs = open_pairs(job)
    here = here_of(job, pairs)
    tokens = select_tokens(pairs.corpus, pairs.settings.tokens, pairs.settings.read)
    if tokens.failures:
        raise tokens.failures[0]
    settings, chosen = _for_vowels(pairs.settings, here.tokens(tokens), [one.label for one in tokens.kept])
    notes = list(chosen)
    results = yield from _measured(pairs, settings, warm, notes)
    found = here.tokens(results.opened.tokens)
    ids = [token.id for token in found]
    table = results.table
    rows = table[table["id"].isin(ids)]
    rows = rows[order_columns(rows.columns, metadata_columns(results.opened.tokens.kept))]
    nearest = _nearest(results, ids, notes)
    lines = [f"{pairs.name}, {here.where}", ""]
    lines += _one(found[0], rows, results, nearest) if len(found) == 1 else _several(found, rows, nearest)
    made: PraatTable = praat_table(f"{pairs.name}_values", rows)
    # The editor has no form in which a label map could be chosen.
    notes += [*pairs.notes, *(one for one in results.notes if one != results.opened.tokens.suggestion)]
    yield Answer((made,), "\n".join(lines), tuple(dict.fromkeys(map(without_options, notes))))


def _for_vowels(
    settings: Settings, asked: Sequence[Token], labels: Sequence[str]
) -> tuple[Settings, Sequence[str]]:
    """Choose the vowels of the tier, if nothing else was chosen and nothing else is asked for."""
    from w2vpraat.pipeline.opening import vowel_labels

    usual = TokenParams()
    if any(getattr(settings.tokens, name) != getattr(usual, name) for name in _CHOICES):
        return settings, ()
    vowels = vowel_labels(labels, settings.tokens.label_map)
    if not vowels or any(token.label not in vowels for token in asked):
        return settings, ()
    count = sum(label in vowels for label in labels)
    others = len(labels) - count
    told = f"normalized over the {count} vowels of the tier; its {others} other segments are left out"
    tokens = replace(settings.tokens, labels=tuple(sorted(vowels)))
    return replace(settings, tokens=tokens), (told,) if others else ()


def _measured(
    pairs: Pairs, settings: Settings, warm: Warm, notes: list[str]
) -> Generator[Any, None, Results]:
    """Measure and embed; without a model that works, measure, and say so."""
    from w2vpraat.pipeline.running import Results

    for steps in (("measure", "embed"), ("measure",)):
        skipped: list[Skipped] = []
        try:
            events = warm.running(settings, corpus=pairs.corpus, steps=steps)
            results: Results = yield from relayed(events, Results, skipped)
        except ModelError as error:
            if "embed" not in steps:
                raise
            notes.append(f"no embedding: {error}")
            continue
        refused = next((one.error for one in skipped if one.step == "measure"), None)
        if refused is not None:
            raise refused
        return results
    raise AssertionError("the second turn returns or raises")


def _nearest(results: Results, ids: Sequence[str], notes: list[str]) -> dict[str, dict[str, str]]:
    """Return the nearest label of each token by each world: token -> name of the representation -> label."""
    from w2vpraat.compare.tokens.answers import label_answers
    from w2vpraat.pipeline.reviewing import choose_two

    found: dict[str, dict[str, str]] = {token: {} for token in ids}
    try:
        chosen, _ = choose_two(results.spaces.representations, results.opened.settings.review)
    except ComparisonError:
        return found
    table = results.table.drop_duplicates("id")
    for item in chosen:
        try:
            answers = label_answers(item, table, results.opened.settings.compare)
        except ComparisonError as error:
            notes.append(f"no nearest label by {item.name}: {error.message}")
            continue
        best = dict(zip(answers.ids, answers.best, strict=True))
        sure = dict(zip(answers.ids, answers.posteriors.max(axis=1), strict=True))
        for token in ids:
            if token in best:
                found[token][item.name] = f"{answers.label_names[best[token]]} ({sure[token]:.2f})"
        if not any(item.name in found[token] for token in ids):
            notes.append(
                f"no nearest label by {item.name}: the label is too rare here, or a value is missing"
            )
    return found


def _one(token: Token, rows: pd.DataFrame, results: Results, nearest: dict[str, dict[str, str]]) -> list[str]:
    """Say everything about one token, a line for each kind of value."""
    first = rows.iloc[0]
    context = " ".join(part or "_" for part in (token.pre_seg, f"[{token.label}]", token.fol_seg))
    cells = [
        ("label", f"{token.label}" + (f" in {token.word}" if token.word else "") + f"   {context}"),
        ("time", f"{token.start:.3f} to {token.end:.3f} s, {1000 * token.duration:.0f} ms"),
    ]
    formants = _formants(rows)
    for _, row in rows.iterrows():
        at = f"at {100 * row['prop_time']:.0f} %" if row.get("prop_time") == row.get("prop_time") else ""
        values = "  ".join(f"{name} {plain_number(row[name], 0)}" for name in formants)
        cells.append(("formants", f"{values} Hz {at}, ceiling {plain_number(row['max_formant'], 0)} Hz"))
        cells.append(("f0", f"{plain_number(row['f0'], 1)} Hz, mean {plain_number(row['f0_mean'], 1)} Hz"))
        cells.append(("intensity", f"{plain_number(row['intensity'], 1)} dB {at}"))
    for record in results.spaces.records:
        names = [name for name in record.get("columns", ()) if name in rows.columns]
        if names:
            values = "  ".join(f"{name} {plain_number(first[name], 3)}" for name in names)
            cells.append((str(record["title"]), values))
    if "n_frames" in rows.columns and first["n_frames"] == first["n_frames"]:
        model = f"{first['model']}, layer {first['layer']}, {first['pool']}"
        cells.append(
            ("frames", f"{first['n_frames']}: {first['frame_start']} to {first['frame_end']} ({model})")
        )
    cells += [("nearest label", f"{label} by {name}") for name, label in nearest[token.id].items()]
    cells += [("note", text) for text in (first.get("measure_note"), first.get("frame_note")) if text]
    return [f"{name}: {text}" for name, text in cells]


def _several(found: Sequence[Token], rows: pd.DataFrame, nearest: dict[str, dict[str, str]]) -> list[str]:
    """List several tokens, a line each."""
    formants = _formants(rows)
    names = list(dict.fromkeys(name for token in found for name in nearest[token.id]))
    head = [
        "interval",
        "start",
        "ms",
        *formants,
        "f0",
        "dB",
        "label",
        "word",
        *(f"by {name}" for name in names),
    ]
    cells = [head]
    by_token = {str(token): part for token, part in rows.groupby("id", sort=False)}
    for token in found[:MOST_LINES]:
        part = by_token[token.id]
        middle = part.iloc[len(part) // 2]
        cells.append(
            [
                str(token.interval),
                f"{token.start:.3f}",
                f"{1000 * token.duration:.0f}",
                *(plain_number(middle[name], 0) for name in formants),
                plain_number(middle["f0"], 1),
                plain_number(middle["intensity"], 1),
                token.label,
                token.word,
                *(nearest[token.id].get(name, "") for name in names),
            ]
        )
    more = len(found) - MOST_LINES
    return [*aligned(cells), *([f"... and {more} more in the Table"] if more > 0 else [])]


def _formants(rows: pd.DataFrame) -> list[str]:
    return [name for name in (f"F{number}" for number in range(1, 8)) if name in rows.columns]
