"""Fine-tuning as a step: corpus and tasks to a model folder, as one iterator of events."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from w2vpraat.corpus.discover import Corpus
from w2vpraat.corpus.splits import Splits
from w2vpraat.corpus.tasks import parse_tasks
from w2vpraat.errors import InputError
from w2vpraat.events import Progress, Skipped, relayed
from w2vpraat.pipeline.learning_material import Material, gather_material
from w2vpraat.pipeline.opening import Opened, opening
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.models.catalogue import ModelRecord
    from w2vpraat.models.encoder import Encoder
    from w2vpraat.models.finetuning.results import Finetuned

VOICES = "voices"


@dataclass(frozen=True, eq=False)
class Balance:
    """What will be learned from what, before training starts.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per task and class: frames for training, held out and test, training speakers, and whether the
        class is asked.
    splits : Splits
        Speakers by use.
    notes : tuple of str
        What the reader should know.
    """

    table: pd.DataFrame
    splits: Splits
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class FinetuneResults:
    """A finished run.

    Parameters
    ----------
    opened : Opened
        Corpus, tokens, settings.
    base : ModelRecord
        Model that it started from.
    base_hash : str
        SHA-256 of its weights.
    material : Material
        Tasks, classes, splits, recordings.
    finetuned : Finetuned
        Curve and figures.
    skipped : tuple of Skipped
        Files that could not be used.
    started : datetime
        When the run began (UTC).
    """

    opened: Opened
    base: ModelRecord
    base_hash: str
    material: Material
    finetuned: Finetuned
    skipped: tuple[Skipped, ...]
    started: datetime
    notes: tuple[str, ...] = field(default=())


def finetuning(
    settings: Settings,
    output: str | Path,
    *,
    corpus: Corpus | None = None,
    dry_run: bool = False,
    restart: bool = False,
) -> Iterator[Any]:
    """Fine-tune a model on a corpus.

    Parameters
    ----------
    settings : Settings
        Sections `read`, `tokens`, `pitch` (for voiced frames) and `finetune` are used.
    output : path
        Folder of the new model. An interrupted run with the same settings goes on; what it goes on from lies
        there until `w2vpraat.pipeline.model_folder.write_model_folder` is done.
    corpus : Corpus, optional
        Already found, perhaps with annotations that are open in an editor; default: `settings.corpus`.
    dry_run : bool
        End after the `Balance`.
    restart : bool
        Begin anew if the folder holds an unfinished run.

    Yields
    ------
    Progress, Skipped, Balance, Training events, then FinetuneResults
        Training events are those of `w2vpraat.models.finetuning.results`.

    Raises
    ------
    W2VPraatError
        If there is nothing to learn from, a task can't be found, the base can't be used, or the folder holds
        a finished model or an unfinished run with other settings.
    """
    from w2vpraat.models.encoder import load_encoder
    from w2vpraat.models.finetuning.results import Training
    from w2vpraat.params import EmbedParams

    started = datetime.now(timezone.utc)
    params, folder = settings.finetune, Path(output)
    if not dry_run:
        _check_output(folder, restart=restart)
    base = load_encoder(params.base, EmbedParams(device="cpu"), lazy=True)
    parse_tasks(params.tasks)  # a typing error is told before the corpus is read
    skipped: list[Skipped] = []
    opened = yield from relayed(opening(settings, corpus), Opened, skipped)
    material = gather_material(opened, base.clock)
    skipped += material.skipped
    yield from material.skipped
    yield Balance(material.balance, material.splits, material.notes)
    if dry_run:
        return
    if params.voices:
        made: list[Skipped] = []
        for event in _voices(material, folder, base.clock.rate, settings):
            if isinstance(event, Material):
                material = event
            else:
                made += [event] if isinstance(event, Skipped) else []
                yield event
        skipped += made
    finetuned: list[Any] = []
    for event in _train(material, base, folder, settings):
        finetuned = [event]  # the last one is the result
        if isinstance(event, Training):
            yield event
    yield FinetuneResults(
        opened,
        base.record,
        base.weight_hash,
        material,
        finetuned[-1],
        tuple(skipped),
        started,
        material.notes,
    )


def _check_output(folder: Path, *, restart: bool) -> None:
    from w2vpraat.models.finetuning.checkpoints import FOLDER

    # Checkpoints are removed last: with them the run was stopped while it wrote its results.
    if (folder / "config.json").exists() and not (folder / FOLDER).exists():
        raise InputError(
            "holds a finished model", "choose another folder, or move this one away", file=folder
        )
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file, not a folder", "choose another", file=folder)
    if restart:
        (folder / "config.json").unlink(missing_ok=True)
        remove_traces(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"can't make the folder: {error.strerror}", "choose another", file=folder) from error


def _voices(material: Material, folder: Path, rate: int, settings: Settings) -> Iterator[Any]:
    """Write other voices of the training recordings, then yield the material that names them."""
    from w2vpraat.acoustics.voices import VoiceJob, make_voices

    params = settings.finetune
    jobs = []
    for number, example in enumerate(material.train):
        source = Path(example.versions[0])
        seeds = (params.seed, number)
        # The name says what it was made from, so that versions of another run are not taken for these.
        made_from = (seeds, str(source.absolute()), source.stat().st_mtime_ns, rate, example.channel)
        key = f"{number:05d}-{crc32(repr((made_from, params.formant_range)).encode()):08x}"
        targets = tuple(folder / VOICES / f"{key}-{k}.flac" for k in range(1, params.voices + 1))
        jobs.append(VoiceJob(source, targets, seeds, rate, example.channel, params.formant_range))
    train = []
    for done, (example, job, error) in enumerate(
        zip(material.train, jobs, make_voices(jobs, os.cpu_count() or 1), strict=True), start=1
    ):
        if error is not None:
            yield Skipped("voices", example.name, error)
            train.append(example)
        else:
            train.append(replace(example, versions=(*example.versions, *job.targets)))
        yield Progress("voices", done, len(jobs), example.name)
    yield replace(material, train=tuple(train))


def remove_traces(folder: Path) -> None:
    """Remove what an unfinished run goes on from: checkpoints and other voices."""
    import shutil

    from w2vpraat.models.finetuning.checkpoints import remove_checkpoints

    remove_checkpoints(folder)
    shutil.rmtree(folder / VOICES, ignore_errors=True)


def _train(material: Material, base: Encoder, folder: Path, settings: Settings) -> Iterator[Any]:
    from w2vpraat.models.finetuning.training import TrainingJob, train

    params = settings.finetune
    job = TrainingJob(
        base.folder,
        base.clock,
        base.record.do_normalize,
        material.questions,
        material.train,
        material.held_out,
        material.test,
        params,
        folder,
        _fingerprint(material, base, settings),
        base.pickled,
    )
    yield from train(job)


def _fingerprint(material: Material, base: Encoder, settings: Settings) -> dict[str, Any]:
    """Tell what must be the same for an interrupted run to go on."""
    params = settings.finetune.as_dict()
    for name in ("checkpoint_every", "base"):
        params.pop(name)
    return {
        **params,
        "base": base.weight_hash,
        "classes": {one.name: list(one.classes) for one in material.questions},
        "speakers": material.splits.as_dict(),
        "recordings": sorted(example.name for example in material.everything),
    }
