"""Which tokens of the user's corpus are nearest to the one in the editor."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.bridge.commands.aligned import aligned, plain_number
from w2vpraat.bridge.commands.here import Here, here_of
from w2vpraat.bridge.commands.stored_corpus import StoredCorpus, stored_corpus
from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.pairs import Pairs, open_pairs, without_options
from w2vpraat.bridge.tables import praat_table
from w2vpraat.bridge.warm import Warm
from w2vpraat.corpus.speaker_edits import MetadataEdit
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import ComparisonError, ExportError, InputError, ModelError, W2VPraatError
from w2vpraat.events import Skipped, relayed
from w2vpraat.representation import Representation
from w2vpraat.session.last_results import last_results, remember_results
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.tokens.neighbours import NearestTokens
    from w2vpraat.params import ReviewParams

ASKED = "the token asked"
"""Stands for an id: the token may be one of the corpus, whose own id is that of another place."""
_PLAIN = "choose raw formants or an embedding that is not normalized"
COLUMNS = (
    "rank",
    "label",
    "word",
    "speaker",
    "file_name",
    "start",
    "end",
    "distance",
    "same_label",
    "id",
    "sound",
    "textgrid",
)
"""Columns of the answer; ``sound`` and ``textgrid`` are paths, empty where there is no such file any more."""


def nearest_tokens(job: Job, warm: Warm) -> Iterator[Any]:
    """Find the tokens of a corpus that are nearest to the token at the cursor or in the selection.

    The token is measured or embedded with the settings of the run that made the corpus, and compared as
    ``w2vpraat neighbours`` does: a token that is in the corpus has the same neighbours at the same distances.

    Parameters
    ----------
    job : Job
        One Sound and one TextGrid; ``tier``, ``from``, ``to``; ``corpus`` (results folder; empty: the one
        used last), ``number``, ``others_only`` (without tokens of this speaker and recording),
        ``representation`` (empty: the first embedding), ``review.metric``.
    warm : Warm

    Yields
    ------
    Progress, Skipped, then Answer
        One Table with the columns :data:`COLUMNS`; the message lists the same.

    Raises
    ------
    InputError
        If there is no corpus, it lacks what is needed, or there is no token here.
    ModelError
        If the model of the corpus is not there any more, or is another one now.
    ComparisonError
        If one token alone has no place in the representation, or no token is left.
    """
    from w2vpraat.compare.tokens.neighbours import nearest_to

    corpus = stored_corpus(_folder(job))
    review = _review(job, corpus)
    others_only = job.flag("others_only")
    chosen = corpus.representation(job.text("representation"))
    # What the corpus says about channels counts, also for the notes on the Sound.
    pairs = open_pairs(Job(job.folder, {**job.values, "read.channel": corpus.settings.read.channel}))
    here = here_of(job, pairs)
    token, placed, notes = yield from _placed(pairs, here, corpus, chosen, warm)
    without, remarks = _without(corpus, token, others_only)
    found = nearest_to(
        placed.take([token.id]).values[0],
        chosen,
        corpus.table,
        review,
        own={"id": ASKED, "label": token.label, "speaker": token.speaker},
        without=without,
        label=corpus.columns.label,
        speaker=corpus.columns.speaker,
    )
    table = _table(found, corpus)
    with suppress(ExportError):  # a folder that can't be written: next time it is named again
        remember_results(corpus.folder)
    notes += [*remarks, *pairs.notes, *found.notes, *_part_of_a_sound(job, pairs, chosen)]
    if not table["sound"].all():
        notes.append(
            f"some sound files are not where the run found them ({corpus.root}): their paths are empty"
        )
    yield Answer(
        (praat_table(f"{pairs.name}_nearest", table),),
        "\n".join(_lines(token, here, corpus, found, table, len(without) if others_only else 0)),
        tuple(dict.fromkeys(map(without_options, notes))),
    )


def _folder(job: Job) -> Path:
    named = job.text("corpus").strip('"')
    if named:
        folder = Path(named).expanduser()
        if not folder.is_absolute():
            raise InputError(f'"{named}" is only a part of a path', "write the whole path of the folder")
        return folder
    found = last_results()
    if found is None:
        raise InputError(
            "no corpus was named, and none was used before",
            "name the results folder of a run; a run is: w2vpraat run my_folder -o results",
        )
    return found


def _review(job: Job, corpus: StoredCorpus) -> ReviewParams:
    """Return how neighbours are found; everything else is as the corpus has it."""
    other = [key for key in job.values if "." in key and not key.startswith("review.") and job.text(key)]
    if other:
        raise InputError(
            f"{other[0]} can't be chosen here: the token is treated as those of the corpus were",
            "make another run with other settings, and name its folder",
        )
    number = job.number("number", corpus.settings.review.neighbours)
    if number != int(number):
        raise InputError(f"{number:g} tokens are not possible", "a whole number")
    settings = job.settings(corpus.settings).updated({"review": {"neighbours": int(number)}})
    return settings.review


def _placed(
    pairs: Pairs, here: Here, corpus: StoredCorpus, chosen: Representation, warm: Warm
) -> Generator[Any, None, tuple[Token, Representation, list[str]]]:
    """Return the token, its values in the columns of the representation, and notes."""
    from w2vpraat.normalize.methods import describe_methods
    from w2vpraat.pipeline.running import Results

    alone = {info.key for info in describe_methods() if not info.sees_speaker}
    normalize = replace(
        corpus.settings.normalize,
        methods=tuple(key for key in corpus.settings.normalize.methods if key in alone),
        f0_methods=(),
        embedding_methods=(),
    )
    settings = replace(_settings(pairs, corpus), normalize=normalize)
    step = "measure" if chosen.provenance.get("kind") == "formants" else "embed"
    if chosen.sees_speaker:
        raise ComparisonError(
            f'one token has no place in "{chosen.name}", which depends on all tokens of its speaker',
            _PLAIN,
        )
    if step == "embed":
        _check_model(settings, corpus, warm)
    elif settings.formants.ceiling_mode == "speaker":
        raise ComparisonError(
            "the corpus has formant ceilings chosen from all tokens of a speaker, which one token has not",
            "choose an embedding that is not normalized",
        )
    skipped: list[Skipped] = []
    events = warm.running(settings, corpus=pairs.corpus, steps=(step,))
    results = yield from relayed(events, Results, skipped)
    token = here.best(results.opened.tokens)
    for one in skipped:
        raise one.error
    placed = next((item for item in results.spaces.representations if item.name == chosen.name), None)
    if placed is None:
        raise ComparisonError(
            f'one token has no place in "{chosen.name}", which was normalized over the corpus',
            _PLAIN,
        )
    row = results.table[results.table["id"] == token.id].iloc[0]
    notes = [str(row[name]) for name in ("measure_note", "frame_note") if row.get(name)]
    return token, placed, notes


def _settings(pairs: Pairs, corpus: StoredCorpus) -> Settings:
    """Return the settings of the run for the Sound in Praat; which labels were wanted does not matter."""
    run = corpus.settings
    tokens = replace(
        run.tokens,
        tier=pairs.settings.tokens.tier,
        labels=(),
        label_regex="",
        label_class="",
        min_duration=0.0,
        max_duration=0.0,
        previous=(),
        following=(),
        stop_words=(),
        only_speakers=(),
    )
    return replace(
        run,
        corpus=pairs.settings.corpus,
        speakers=pairs.settings.speakers,
        files=(),
        ceilings=(),
        metadata=_known_sex(pairs, corpus),
        tokens=tokens,
        read=replace(run.read, grid_start=pairs.settings.read.grid_start),
    )


def _known_sex(pairs: Pairs, corpus: StoredCorpus) -> tuple[MetadataEdit, ...]:
    """Return the sex that the corpus has for this recording or speaker: formant ceilings go by it."""
    recording = pairs.corpus.recordings[0]
    table = corpus.table
    if "sex" not in table.columns or pairs.settings.speakers:
        return ()
    own = corpus.is_recording(recording.name)
    found = table.loc[own if own.any() else corpus.is_speaker({recording.name}), "sex"].unique()
    return (MetadataEdit(recording.file_name, "sex", str(found[0])),) if len(found) == 1 and found[0] else ()


def _check_model(settings: Settings, corpus: StoredCorpus, warm: Warm) -> None:
    model = settings.embed.model
    try:
        encoder = warm.encoder(settings)
    except W2VPraatError as error:
        raise ModelError(
            f'the corpus was embedded with the model "{model}", which can\'t be used now: {error.message}',
            error.hint,
        ) from error
    if encoder.weight_hash != corpus.weights:
        raise ModelError(
            f'the model "{model}" has other weights now than when the corpus was embedded: vectors of the two'
            " can't be compared",
            f"repeat the run: w2vpraat run --config {corpus.folder / 'w2vpraat.toml'} -o {corpus.folder}",
        )


def _without(corpus: StoredCorpus, token: Token, others_only: bool) -> tuple[list[str], list[str]]:
    """Return ids that are no neighbours, the token itself or all of its speaker; and notes."""
    table = corpus.table
    recording = corpus.is_recording(token.recording)
    if not others_only:
        near = (abs(table["start"] - token.start) < 1e-3) & (abs(table["end"] - token.end) < 1e-3)
        return list(table.loc[recording & near, "id"]), []
    speakers = {token.speaker, *table.loc[recording, corpus.columns.speaker]}
    own = recording | corpus.is_speaker(speakers)
    if own.all():
        raise ComparisonError(
            f'all {len(table)} tokens of the corpus are by the speaker "{token.speaker}"',
            "allow tokens of the same speaker",
        )
    if own.any():
        return list(table.loc[own, "id"]), []
    return [], [
        f'the corpus has no speaker "{token.speaker}" and no recording "{token.recording}", so nothing was'
        " left out; who speaks is known by the names of objects"
    ]


def _part_of_a_sound(job: Job, pairs: Pairs, chosen: Representation) -> list[str]:
    from w2vpraat.corpus.audio import audio_info

    whole = job.number("samples", 0.0)
    info = audio_info(pairs.corpus.recordings[0].audio_path)
    if whole <= info.duration * info.rate + 1 or chosen.provenance.get("kind") == "formants":
        return []
    return [
        f"only {info.duration:.0f} s of this long sound were embedded: vectors depend a little on what is"
        " around them, so distances differ slightly from those within the corpus"
    ]


def _table(found: NearestTokens, corpus: StoredCorpus) -> pd.DataFrame:
    table = found.table().drop(columns="id").rename(columns={"neighbour": "id"})
    for name in ("word", "file_name"):
        if name not in table.columns:
            table[name] = ""
    for name in ("start", "end"):
        if name not in table.columns:
            table[name] = float("nan")
    paths = {name: corpus.paths(name) for name in table["file_name"].unique()}
    table["sound"] = [paths[name][0] for name in table["file_name"]]
    table["textgrid"] = [paths[name][1] for name in table["file_name"]]
    return table[list(COLUMNS)]


def _lines(
    token: Token, here: Here, corpus: StoredCorpus, found: NearestTokens, table: pd.DataFrame, left_out: int
) -> list[str]:
    among = f"{len(corpus.table)} tokens of {corpus.folder}"
    distance = "Euclidean distance of standardized columns"
    if found.metric == "cosine":
        distance = "one less the cosine of standardized columns"
    lines = [
        f'"{token.label}", {token.start:.3f} to {token.end:.3f} s in {token.recording}, '
        f'tier {here.number} "{here.tier.name}"',
        f"Nearest among the {among}, in {found.name} ({distance}).",
    ]
    if left_out:
        lines.append(f"{left_out} tokens of the same speaker or recording are left out.")
    if token.label in set(corpus.table[corpus.columns.label]):
        lines.append(f"{int(table['same_label'].sum())} of {len(table)} have the token's label.")
    rows = [["rank", "distance", "time (s)", "label", "word", "speaker", "file"]]
    for row in table.to_dict("records"):
        time = f"{plain_number(row['start'], 3)}-{plain_number(row['end'], 3)}"
        cells = (row[name] for name in ("label", "word", "speaker", "file_name"))
        texts = ("" if cell is None or cell != cell else str(cell) for cell in cells)
        rows.append([str(row["rank"]), f"{row['distance']:.3f}", time, *texts])
    return [*lines, "", *aligned(rows)]
