"""The corpus as a table: one row for each recording and each file without a partner, with what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from w2vpraat.corpus.audio import AudioInfo, audio_info
from w2vpraat.corpus.corpus_row import COLUMNS, REMEDIES, CorpusRow
from w2vpraat.corpus.discover import AUDIO_SUFFIXES, GRID_SUFFIXES, Corpus, Recording
from w2vpraat.corpus.labels import plain_label
from w2vpraat.corpus.pairing import Unpaired
from w2vpraat.corpus.problems import Problem, find_problems
from w2vpraat.corpus.recording_tokens import grid_offset
from w2vpraat.corpus.speaker_rules import NO_METADATA, SpeakerInfo, SpeakerRule
from w2vpraat.corpus.speakers import SpeakerTable, infer_speaker_rule
from w2vpraat.corpus.textgrid import TextGrid, read_textgrid
from w2vpraat.corpus.token_choice import Choice, make_choice
from w2vpraat.corpus.token_tiers import choose_tiers
from w2vpraat.corpus.tokens import refused_by_table
from w2vpraat.errors import W2VPraatError, place
from w2vpraat.params import ReadParams, TokenParams

_RANK = {kind: rank for rank, kind in enumerate(REMEDIES)}


def columns_of(speakers: SpeakerTable | None = None) -> tuple[str, ...]:
    """Return the columns that filters of the corpus table may name: ours, then those of the metadata."""
    more = () if speakers is None else speakers.metadata_columns
    return (*COLUMNS, *(f"{name}_meta" if name in COLUMNS else name for name in more))


def corpus_rows(
    corpus: Corpus,
    params: TokenParams | None = None,
    read: ReadParams | None = None,
    speakers: SpeakerTable | None = None,
    tags: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Iterator[CorpusRow]:
    """Look at each recording: header of the sound, the grid, speakers, problems.

    A file that can't be read becomes a row that says so.

    Parameters
    ----------
    corpus : Corpus
        From `discover` or `gather`.
    params : TokenParams, optional
        Chooses the tiers; with a label map, labels that it does not know are problems.
    read : ReadParams, optional
        How grids are opened.
    speakers : SpeakerTable, optional
        Metadata, from `read_speakers` and `apply_edits`.
    tags : mapping
        Name of a recording to tags of its tokens (`Session.tags_by_recording`).

    Yields
    ------
    CorpusRow
        One for each recording, in order, then one for each file without a partner.

    Raises
    ------
    TokenError, InputError
        If `params` themselves are not possible.
    """
    params = params or TokenParams()
    choice = make_choice(params)
    rule = infer_speaker_rule(corpus.recordings)
    refused = refused_by_table(corpus, speakers)
    for recording in corpus.recordings:
        yield recording_row(
            recording,
            corpus.grids.get(recording.name),
            choice=choice,
            read=read,
            speakers=speakers,
            rule=rule,
            refused=refused.get(recording.name),
            tags=tags.get(recording.name, ()),
        )
    for lonely in corpus.unpaired:
        yield lonely_row(lonely, corpus.root)


def recording_row(
    recording: Recording,
    grid: TextGrid | None = None,
    *,
    params: TokenParams | None = None,
    choice: Choice | None = None,
    read: ReadParams | None = None,
    speakers: SpeakerTable | None = None,
    rule: SpeakerRule | None = None,
    refused: W2VPraatError | None = None,
    tags: Collection[str] = (),
) -> CorpusRow:
    """Return the row of one recording.

    Parameters
    ----------
    recording : Recording
        Its files; only the header of the sound is read.
    grid : TextGrid, optional
        The annotation as it is on the screen; default: it is read.
    params : TokenParams, optional
        Chooses the tiers.
    choice : Choice, optional
        `params`, already checked.
    read, speakers
        As in `corpus_rows`.
    rule : SpeakerRule, optional
        Names speakers that are not in the table; default: the file name.
    refused : W2VPraatError, optional
        Why the speaker table can't be used for it (`refused_by_table`).
    tags : collection of str
        Of its tokens.
    """
    choice = choice or make_choice(params or TokenParams())
    fallback = rule or SpeakerRule()
    row = _Row(recording, tuple(tags))
    row.look(grid, choice, read or ReadParams())

    def lookup(tier: str) -> SpeakerInfo:
        if refused is not None:
            raise refused
        if speakers is None:
            return fallback.lookup(recording, tier)
        return speakers.lookup(recording, tier, fallback)

    row.speakers(lookup)
    return row.done()


def lonely_row(lonely: Unpaired, root: Path) -> CorpusRow:
    """Return the row of a file without a partner."""
    suffix = lonely.path.suffix.lower()
    is_grid = suffix in GRID_SUFFIXES
    missing = "no sound file" if is_grid else "no TextGrid"
    partner = missing if lonely.reason.startswith("no ") else lonely.reason
    try:
        name = lonely.path.absolute().relative_to(root.absolute()).as_posix()
    except ValueError:
        name = lonely.path.name
    info = None
    if suffix in AUDIO_SUFFIXES:
        try:
            info = audio_info(lonely.path)
        except W2VPraatError:
            info = None
    return CorpusRow(
        name,
        "" if is_grid else name,
        None if is_grid else lonely.path,
        lonely.path if is_grid else None,
        partner,
        duration=None if info is None else info.duration,
        rate=None if info is None else info.rate,
        channels=None if info is None else info.n_channels,
        kinds=("partner",),
        problems=1,
        problem=lonely.reason,
        remedy=lonely.hint or REMEDIES["partner"],
    )


class _Row:
    """What is found about one recording, step by step: each may fail without the next."""

    def __init__(self, recording: Recording, tags: tuple[str, ...]) -> None:
        self.recording = recording
        self.values: dict[str, Any] = {"tags": tags}
        self.tiers: tuple[str, ...] = ()
        self.found: list[tuple[str, str, str]] = []  # kind, told, remedy

    def look(self, grid: TextGrid | None, choice: Choice, read: ReadParams) -> None:
        """Read the header of the sound, and the grid if it is not given."""
        file = str(self.recording.grid_path)
        info = self._sound()
        try:
            grid = grid or read_textgrid(file, fallback_encoding=read.fallback_encoding)
        except W2VPraatError as error:
            self._failed("file", error)
            return
        self.values["tiers"] = tuple(tier.name for tier in grid.tiers)
        chosen: tuple[int, ...] = ()
        try:
            chosen = choose_tiers(grid, choice.params, file=file)
        except W2VPraatError as error:
            self._failed("tier", error)
        self.tiers = tuple(grid.tiers[number - 1].name for number in chosen)
        self._labels(grid, chosen, choice)
        self._problems(grid, chosen, read, choice, info)

    def _sound(self) -> AudioInfo | None:
        try:
            info = audio_info(self.recording.audio_path)
        except W2VPraatError as error:
            self._failed("file", error)
            return None
        self.values.update(duration=info.duration, rate=info.rate, channels=info.n_channels)
        return info

    def _labels(self, grid: TextGrid, chosen: tuple[int, ...], choice: Choice) -> None:
        raw = [item.label for number in chosen for _, item in grid.tiers[number - 1].numbered()]
        shown = {label: plain_label(label, choice.label_map) for label in set(raw)}
        self.values.update(
            chosen=chosen,
            intervals=len(raw),
            labelled=sum(bool(shown[label]) for label in raw),
            labels=frozenset((*shown.values(), *map(choice.label, shown))) - {""},
        )

    def _problems(
        self,
        grid: TextGrid,
        chosen: tuple[int, ...],
        read: ReadParams,
        choice: Choice,
        info: AudioInfo | None,
    ) -> None:
        listed = find_problems(
            grid,
            file=self.recording.grid_path,
            audio_end=None if info is None else grid_offset(grid, read) + info.duration,
            known=None if choice.label_map is None else choice.knows,
            known_tiers=chosen,
        )
        self.found += [(one.kind, _told(one), REMEDIES.get(one.kind, "")) for one in listed]

    def speakers(self, lookup: Callable[[str], SpeakerInfo]) -> None:
        """Find who speaks on the chosen tiers."""
        infos: list[SpeakerInfo] = []
        for tier in self.tiers or ("",):
            try:
                infos.append(lookup(tier))
            except W2VPraatError as error:
                self._failed("speaker", error)
                break
        cells: dict[str, dict[str, None]] = {}
        for info in infos:
            for name, text in info.metadata.items():
                cells.setdefault(name, {})[text] = None
        joined = {name: "; ".join(text for text in texts if text) for name, texts in cells.items()}
        self.values.update(
            speakers=tuple(dict.fromkeys(info.speaker for info in infos)),
            metadata=MappingProxyType(joined) if joined else NO_METADATA,
        )

    def _failed(self, kind: str, error: W2VPraatError) -> None:
        own = (str(self.recording.audio_path), str(self.recording.grid_path))
        file = "" if error.file is None else Path(error.file).name if error.file in own else error.file
        where = place(file or None, error.tier, error.interval, error.time)
        told = f"{where}: {error.message}" if where else error.message
        self.found.append((kind, told, error.hint or REMEDIES[kind]))

    def done(self) -> CorpusRow:
        """Return the row."""
        ranked = sorted(self.found, key=lambda one: _RANK.get(one[0], len(_RANK)))
        worst = ranked[0] if ranked else ("", "", "")
        return CorpusRow(
            self.recording.name,
            self.recording.file_name,
            self.recording.audio_path,
            self.recording.grid_path,
            kinds=tuple(dict.fromkeys(kind for kind, _, _ in ranked)),
            problems=len(ranked),
            problem=worst[1],
            remedy=worst[2],
            **self.values,
        )


def _told(problem: Problem) -> str:
    """Tell a problem with its tier, interval and time; the file is the row's own."""
    where = place(None, problem.tier, problem.interval, problem.start)
    return f"{where}: {problem.message}" if where else problem.message
