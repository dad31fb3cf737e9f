"""From tokens to what a model learns from: classes, splits, and the labelled stretches of each recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.splits import Splits, split_speakers
from w2vpraat.corpus.task_spans import Spans, column_spans, tier_spans, value_of
from w2vpraat.corpus.tasks import Task, parse_tasks, parse_weights, read_class_map
from w2vpraat.corpus.token_values import Rejected, Token, Tokens
from w2vpraat.corpus.tokens import iter_tokens
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.events import Skipped
from w2vpraat.models.finetuning.examples import NOT_ASKED, Example, Question, TaskSpans
from w2vpraat.models.frames import FrameClock
from w2vpraat.pipeline.opening import Opened
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

SPLITS = ("train", "held_out", "test")


@dataclass(frozen=True, eq=False)
class Material:
    """What a model learns from.

    Parameters
    ----------
    tasks : tuple of Task
        As asked for.
    questions : tuple of Question
        The same with their classes.
    train, held_out, test : tuple of Example
        Recordings by use.
    splits : Splits
        Speakers by use.
    balance : pandas.DataFrame
        Frames per task and class.
    skipped : tuple of Skipped
        Recordings that can't be used.
    notes : tuple of str
        What the reader should know.
    """

    tasks: tuple[Task, ...]
    questions: tuple[Question, ...]
    train: tuple[Example, ...]
    held_out: tuple[Example, ...]
    test: tuple[Example, ...]
    splits: Splits
    balance: pd.DataFrame
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def everything(self) -> tuple[Example, ...]:
        """All recordings."""
        return self.train + self.held_out + self.test


@dataclass(frozen=True, eq=False)
class _Source:
    """Tokens of one tier pattern, by recording."""

    kept: Mapping[str, Sequence[Token]]
    rejected: Mapping[str, Sequence[Rejected]]

    @classmethod
    def of(cls, tokens: Tokens) -> _Source:
        rejected: dict[str, list[Rejected]] = {}
        for one in tokens.rejected:
            rejected.setdefault(one.token.recording, []).append(one)
        return cls(tokens.by_recording(), rejected)

    def speakers(self, recording: str) -> set[str]:
        tokens = [*self.kept.get(recording, ()), *(one.token for one in self.rejected.get(recording, ()))]
        return {token.speaker for token in tokens}


def gather_material(opened: Opened, clock: FrameClock) -> Material:
    """Find classes, splits and labelled stretches.

    Parameters
    ----------
    opened : Opened
        The corpus; its tokens are those of the phone tier. Settings `finetune`, `tokens`, `read`, `pitch` are
        used.
    clock : FrameClock
        Of the model that will learn.

    Raises
    ------
    InputError
        If a task finds no label or one class only, or nobody is left for training.
    """
    settings = opened.settings
    params = settings.finetune
    phone = _Source.of(opened.tokens)
    tasks = parse_tasks(params.tasks, _columns(opened.tokens.kept))
    spans, skipped = _spans(opened, tasks, phone)
    recordings, more = _durations(opened, spans, phone)
    skipped += more
    speakers = {name: phone.speakers(name) for name in recordings}
    kinds = {token.speaker: value_of(token, "sex") for token in opened.tokens.kept}
    splits = split_speakers(
        speakers,
        held_out=params.held_out,
        test=params.test,
        kinds=kinds,
        held_out_names=params.held_out_speakers,
        test_names=params.test_speakers,
        seed=params.seed,
    )
    use = {name: splits.use_of(sorted(speakers[name])) for name in recordings}
    frames = _count(spans, recordings, use, clock, opened, params.edge)
    weights = parse_weights(params.task_weights, tasks)
    questions = tuple(
        _question(task, frames[task.name], weight, settings)
        for task, weight in zip(tasks, weights, strict=True)
    )
    made: dict[str, list[Example]] = {name: [] for name in SPLITS}
    for name, (recording, duration) in recordings.items():
        own = {one.name: TaskSpans.of(spans[one.name].get(name, Spans()), one.classes) for one in questions}
        made[use[name]].append(
            Example(
                name,
                "+".join(sorted(speakers[name])),
                (recording.audio_path,),
                duration,
                own,
                opened.start_time(recording),
                settings.read.channel,
            )
        )
    train, held_out, test = (tuple(made[name]) for name in SPLITS)
    balance = _balance(questions, frames)
    notes = _notes(splits, questions, frames)
    return Material(tasks, questions, train, held_out, test, splits, balance, tuple(skipped), notes)


def _columns(tokens: Sequence[Token]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for metadata in {id(token.metadata): token.metadata for token in tokens}.values():
        names.update(dict.fromkeys(metadata))
    return tuple(names)


def _spans(
    opened: Opened, tasks: Sequence[Task], phone: _Source
) -> tuple[dict[str, dict[str, Spans]], list[Skipped]]:
    """Labelled stretches by task and recording."""
    settings = opened.settings
    params = settings.finetune
    sources = {"": phone}
    skipped: list[Skipped] = []
    found: dict[str, dict[str, Spans]] = {}
    for task in tasks:
        if task.kind == "column":
            columns = _columns(opened.tokens.kept)
            if task.source not in ("speaker", "sex", *columns):
                raise InputError(
                    f'task {task.name}: there is no column "{task.source}"',
                    f"columns of the speaker table: {', '.join(columns) or 'none; give --speakers'}",
                )
            found[task.name], failures = _column(opened, task)
            skipped += failures
            continue
        pattern = task.tier_pattern
        if pattern not in sources:
            sources[pattern], failures = _other_tier(opened, pattern)
            skipped += failures
        classes = read_class_map(task.source) if task.kind == "classes" else None
        source = sources[pattern]
        found[task.name] = {
            name: tier_spans(
                source.kept.get(name, ()),
                source.rejected.get(name, ()),
                silence=params.silence,
                classes=classes,
            )
            for name in {*source.kept, *source.rejected}
        }
    return found, skipped


def _other_tier(opened: Opened, pattern: str) -> tuple[_Source, list[Skipped]]:
    """Read another tier of the same recordings; its labels are taken as they are."""
    wanted = replace(
        opened.settings.tokens, tier=pattern, label_map="none", label_class="", labels=(), label_regex=""
    )
    kept: dict[str, Sequence[Token]] = {}
    rejected: dict[str, Sequence[Rejected]] = {}
    skipped = []
    parts = iter_tokens(opened.corpus, wanted, opened.settings.read)
    for recording, part in zip(opened.corpus.recordings, parts, strict=True):
        kept[recording.name], rejected[recording.name] = part.kept, part.rejected
        skipped += [Skipped("tokens", recording.name, failure) for failure in part.failures]
    if not any(kept.values()):
        reason = skipped[0].error.message if skipped else "all its intervals are empty"
        raise InputError(
            f'tier "{pattern}" gives no labels: {reason}', "look at the tier names of the TextGrids"
        )
    return _Source(kept, rejected), skipped


def _column(opened: Opened, task: Task) -> tuple[dict[str, Spans], list[Skipped]]:
    from w2vpraat.corpus.audio import audio_info, read_audio

    settings = opened.settings
    made, skipped = {}, []
    for recording, tokens in opened.recordings():
        start = opened.start_time(recording)

        def voiced(recording: Recording = recording, start: float = start) -> Sequence[tuple[float, float]]:
            from w2vpraat.acoustics.voicing import voiced_stretches

            audio = read_audio(recording.audio_path, channel=settings.read.channel, start_time=start)
            return voiced_stretches(audio, settings.pitch)

        frames = settings.finetune.metadata_frames
        try:
            whole = (start, start + audio_info(recording.audio_path).duration) if frames == "all" else None
            made[recording.name] = column_spans(
                tokens, task.source, frames=frames, voiced=voiced, whole=whole
            )
        except W2VPraatError as error:
            skipped.append(Skipped("finetune", recording.name, error))
    return made, skipped


def _durations(
    opened: Opened, spans: Mapping[str, Mapping[str, Spans]], phone: _Source
) -> tuple[dict[str, tuple[Recording, float]], list[Skipped]]:
    """Return the recordings that have a label for some task, with their length in seconds."""
    from w2vpraat.corpus.audio import audio_info

    found, skipped = {}, []
    for recording in opened.corpus.recordings:
        if not any(len(by_name.get(recording.name, ())) for by_name in spans.values()):
            continue
        if not phone.speakers(recording.name):
            continue  # its phone tier could not be read, which is told already
        try:
            found[recording.name] = (recording, audio_info(recording.audio_path).duration)
        except W2VPraatError as error:
            skipped.append(Skipped("finetune", recording.name, error))
    if not found:
        raise InputError("no recording has a label for any task", "look at --task, --tier and --speakers")
    return found, skipped


Counts = dict[str, dict[str, dict[str, int]]]  # task -> class -> split -> frames


def _count(
    spans: Mapping[str, Mapping[str, Spans]],
    recordings: Mapping[str, tuple[Recording, float]],
    use: Mapping[str, str],
    clock: FrameClock,
    opened: Opened,
    edge: float,
) -> Counts:
    from w2vpraat.models.finetuning.examples import frame_labels

    counts: Counts = {}
    for task, by_name in spans.items():
        names = sorted({label for one in by_name.values() for label in one.labels})
        counts[task] = {label: dict.fromkeys(SPLITS, 0) for label in names}
        for name, (recording, duration) in recordings.items():
            if not len(by_name.get(name, ())):
                continue
            n_frames = clock.n_frames(round(duration * clock.rate))
            own = TaskSpans.of(by_name[name], names)
            labels = frame_labels(own, clock, n_frames, start_time=opened.start_time(recording), edge=edge)
            for code, n in zip(*np.unique(labels[labels != NOT_ASKED], return_counts=True), strict=True):
                counts[task][names[int(code)]][use[name]] += int(n)
    return counts


def _question(
    task: Task, frames: Mapping[str, Mapping[str, int]], weight: float, settings: Settings
) -> Question:
    params = settings.finetune
    kept = {name: n["train"] for name, n in frames.items() if n["train"] >= params.min_class_frames}
    if len(kept) < 2:
        listed = ", ".join(f"{name}: {n['train']}" for name, n in list(frames.items())[:12]) or "none"
        raise InputError(
            f"task {task.name} needs two classes with at least {params.min_class_frames} training frames;"
            f" training frames: {listed}",
            "look at the labels, or choose other training speakers",
        )
    counts = np.array(list(kept.values()), float)
    power = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}[params.class_weights]
    factors = (counts.sum() / (len(counts) * counts)) ** power
    class_weights = tuple(float(v) for v in factors) if power else ()
    words = {"tier": "tier", "column": "column", "classes": "map"}[task.kind]
    at = settings.tokens.tier or "phones"
    place = {
        "tier": f"{words} {task.source or at}",
        "column": f"{words} {task.source}, {params.metadata_frames} frames",
        "classes": f"{words} {task.source} of tier {task.tier or at}",
    }[task.kind]
    return Question(task.name, tuple(kept), weight, class_weights, place, task.kind == "column")


def _balance(questions: Sequence[Question], frames: Counts) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for one in questions:
        total = sum(n["train"] for n in frames[one.name].values())
        for label, n in sorted(frames[one.name].items(), key=lambda item: -item[1]["train"]):
            share = n["train"] / total if total else float("nan")
            rows.append((one.name, label, *(n[s] for s in SPLITS), share, label in one.classes))
    columns = ["task", "class", "train", "held_out", "test", "share", "asked"]
    return pd.DataFrame(rows, columns=columns)


def _notes(splits: Splits, questions: Sequence[Question], frames: Counts) -> tuple[str, ...]:
    notes = []
    if not splits.held_out:
        notes.append("no speaker is held out, so training does not stop early and the last weights are kept")
    if not splits.test:
        whose = (
            "the held-out speakers, who also decide when training stops" if splits.held_out else "training"
        )
        notes.append(f"there is no test speaker: the reported figures are those of {whose}")
    for one in questions:
        rare = [name for name in frames[one.name] if name not in one.classes]
        if rare:
            notes.append(f"{one.name}: too rare to be asked: {', '.join(rare)}")
        missing = [name for name in one.classes if splits.held_out and not frames[one.name][name]["held_out"]]
        if missing:
            notes.append(f"{one.name}: no held-out speaker has {', '.join(missing)}")
        if one.voice_bound and _individual(one, frames):
            notes.append(
                f"{one.name}: held-out speakers have other values than the training speakers, so they can't"
                " tell how well it is learned"
            )
    return tuple(notes)


def _individual(one: Question, frames: Counts) -> bool:
    """Whether no class is met again outside training, as with speaker names."""
    return all(n["held_out"] + n["test"] == 0 for name, n in frames[one.name].items() if name in one.classes)
