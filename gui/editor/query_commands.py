"""Commands of the menu Measure that answer at once: formants, f0, intensity, power, spectral slice, log.

Signals of `QueryCommands`: `reading` (text, tool tip with the Praat command), `logged` (line), `slice_ready`
(a `SpectralSlice`). Nothing is read or analysed on the window's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from w2vpraat.acoustics.log_lines import log_line, log_names
from w2vpraat.acoustics.readings import (
    Reading,
    SpectralSlice,
    read_bandwidth,
    read_formant,
    read_intensity,
    read_pitch,
    read_power,
    spectral_slice,
    time_of_pitch,
)
from w2vpraat.corpus.textgrid import IntervalTier
from w2vpraat.errors import InputError
from w2vpraat.params import EditorParams
from w2vpraat.params.editing import LogParams

from ..actions import Actions
from ..dialogs.spectral_slice import SpectralSliceDialog
from ..document import Document
from ..state import AppState
from ..view_settings import setting
from .command_base import Commands, Slot
from .query_sound import QuerySound, Question, question_at_selection

if TYPE_CHECKING:
    from .editor import Editor


Ask = Callable[[QuerySound, Question], Reading]


class QueryCommands(Commands):
    """What the keys F1 to F12 answer, with Praat's meanings; each answer names the command that gives it."""

    logged = Signal(str)
    slice_ready = Signal(object)

    def __init__(
        self, state: AppState, actions: Actions, editor: Editor, parent: QObject | None = None
    ) -> None:
        super().__init__(state, actions, editor, parent)
        self.lines: list[str] = []
        """Lines of the log since the window was opened."""
        self._sound: tuple[Any, QuerySound] | None = None
        self._slice: SpectralSliceDialog | None = None
        state.document_closed.connect(self._on_document_closed)

    def slots(self) -> Mapping[str, Slot]:
        """Return the handlers."""
        return {
            **{f"query.formant_{n}": partial(self.ask, _formant(n)) for n in range(1, 5)},
            "query.f0": partial(self.ask, _pitch("mean")),
            "query.f0_minimum": partial(self.ask, _pitch("minimum"), stretch=True),
            "query.f0_maximum": partial(self.ask, _pitch("maximum"), stretch=True),
            "query.cursor": self.tell_cursor,
            "query.power": self.ask_power,
            "query.intensity": partial(self.ask, _intensity("mean")),
            "query.intensity_minimum": partial(self.ask, _intensity("minimum"), stretch=True),
            "query.intensity_maximum": partial(self.ask, _intensity("maximum"), stretch=True),
            "query.to_f0_minimum": partial(self.ask, _time_of("minimum"), stretch=True, go=True),
            "query.to_f0_maximum": partial(self.ask, _time_of("maximum"), stretch=True, go=True),
            "query.slice": self.show_slice,
            **{f"query.log_{n}": partial(self.log, n) for n in range(1, 5)},
        }

    def ask(self, what: Ask, *, stretch: bool = False, go: bool = False) -> None:
        """Ask something about the cursor or the selection.

        Parameters
        ----------
        what : callable
            Gives the answer, on another thread.
        stretch : bool
            Whether a selection is needed.
        go : bool
            Whether the answer is a time, to which the cursor goes.
        """
        document, question = self._question(stretch=stretch)
        sound = self._sound_of(document, question)

        def work() -> Iterator[Any]:
            yield what(sound, question)

        self._start(work, partial(self._on_answer, document, question, go))

    def tell_cursor(self) -> None:
        """Say where the cursor or the selection is (F6)."""
        view = self.view
        start, end = view.selection_start, view.selection_end
        if view.has_selection:
            text = self.tr("selection = {start:.6f} to {end:.6f} s, {length:.6f} s long").format(
                start=start, end=end, length=end - start
            )
            tip = self.tr("Middle: {middle:.6f} s. 1 / length: {rate:.3f} Hz.").format(
                middle=0.5 * (start + end), rate=1.0 / (end - start)
            )
        else:
            text = self.tr("cursor = {time:.6f} s").format(time=start)
            tip = self.tr("Sample {n} of {total}.").format(
                n=round((start - self.document.start_time) * self.document.info.rate + 0.5),
                total=self.document.info.n_samples,
            )
        self.reading.emit(text, tip)

    def ask_power(self) -> None:
        """Ask for the spectral power at the cross of time and frequency (F7)."""
        if self.view.cross_frequency is None:
            raise InputError(
                self.tr("there is no cross"),
                self.tr("click in the spectrogram: the cross is at that time and frequency"),
            )
        self.ask(_power)

    def show_slice(self) -> None:
        """Show the spectrum at the cursor or of the selection (Ctrl-L)."""
        document, question = self._question()
        sound = self._sound_of(document, question)

        def work() -> Iterator[Any]:
            yield spectral_slice(sound.whole(), question.start, question.end, question.spectrogram)

        self._start(work, partial(self._on_slice, document.name, question))

    def log(self, number: int) -> None:
        """Add a line to the log (F12 and its sisters)."""
        params = setting(self.state.session, LogParams)
        template = getattr(params, f"log_{number}")
        names = log_names(template)
        document, question = self._question()
        sound = self._sound_of(document, question)
        texts = self._texts(document)

        def work() -> Iterator[Any]:
            yield log_line(template, {**texts, **_numbers(sound, question, names)})

        self._start(work, partial(self._on_line, params.file))

    # What is asked about

    def _question(self, *, stretch: bool = False) -> tuple[Document, Question]:
        document = self.document
        view = document.view
        if stretch and not view.has_selection:
            raise InputError(
                self.tr("this needs a selection"),
                self.tr("select a stretch of time first"),
                time=view.selection_start,
            )
        longest = setting(self.state.session, EditorParams).longest_analysis
        if view.selection_end - view.selection_start > longest:
            raise InputError(
                self.tr("{length:.4g} s are selected, and no more than {longest:g} s are analysed").format(
                    length=view.selection_end - view.selection_start, longest=longest
                ),
                self.tr("select less, or raise the longest analysis in the preferences"),
            )
        return document, question_at_selection(self.state, document, self.editor.sound.source)

    def _sound_of(self, document: Document, question: Question) -> QuerySound:
        key = (document.name, document.recording.audio_path, document.start_time, question.channel)
        if self._sound is None or self._sound[0] != key:
            made = QuerySound(document.recording.audio_path, question.channel, document.start_time)
            self._sound = (key, made)
        found = self._sound[1]
        shown = self.editor.sound.source
        if found.known is None and shown.document is document:
            found.known = shown.whole  # read once for the panes already
        return found

    def _texts(self, document: Document) -> dict[str, str]:
        tier = document.tier
        label = ""
        if isinstance(tier, IntervalTier):
            item = tier.interval_at(document.view.cursor)
            label = "" if item is None else item.label
        elif tier is not None:
            label = next((one.label for one in tier.points if one.time == document.view.cursor), "")
        return {
            "recording$": document.name,
            "tier$": "" if tier is None else tier.name,
            "label$": label,
        }

    # Jobs

    def _start(self, work: Callable[[], Iterator[Any]], take: Callable[[Any], Any]) -> None:
        # Keys may follow each other quickly, and each has its answer: no two jobs of one key.
        self._count += 1
        self.state.jobs.start(
            f"query {self._count}",
            self.tr("Answer a question"),
            work,
            on_result=take,
            on_error=self.state.notices.error,
            quiet=True,
            lane="quick",
        )

    _count = 0

    def _on_answer(self, document: Document, question: Question, go: bool, answer: Reading) -> None:
        self.reading.emit(answer.text, f"{answer.command}\n\nPraat {answer.praat}")
        if not go or not answer.defined or document is not self.state.current:
            return
        view = document.view
        # Who has gone elsewhere meanwhile is not carried back.
        if (view.selection_start, view.selection_end) == (question.start, question.end):
            self.select(answer.value)

    def _on_slice(self, name: str, question: Question, found: SpectralSlice) -> None:
        if self._slice is None:
            self._slice = SpectralSliceDialog(self.editor)
        self._slice.set_slice(found, name, question.start, question.end)
        self._slice.show()
        self._slice.raise_()
        self.slice_ready.emit(found)

    def _on_line(self, file: str, line: str) -> None:
        self.lines.append(line)
        self.reading.emit(line, self.tr("Added to {file}").format(file=file) if file else self.tr("Log"))
        self.logged.emit(line)
        if file:
            self.run(partial(_append, Path(file), line))

    def _on_document_closed(self, document: Document) -> None:
        if self._sound is not None and self._sound[0][0] == document.name:
            self._sound = None


def _append(path: Path, line: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise InputError(
            f"the line can't be written ({error.strerror})",
            "choose another file in the log settings",
            file=path,
        ) from error


def _formant(number: int) -> Ask:
    return lambda sound, at: read_formant(sound.formants(at), number, at.start, at.end)


def _bandwidth(number: int) -> Ask:
    return lambda sound, at: read_bandwidth(sound.formants(at), number, at.start, at.end)


def _pitch(statistic: str) -> Ask:
    return lambda sound, at: read_pitch(
        sound.whole(), at.start, at.end, limits=at.limits, params=at.pitch, statistic=statistic
    )


def _time_of(statistic: str) -> Ask:
    return lambda sound, at: time_of_pitch(
        sound.whole(), at.start, at.end, limits=at.limits, params=at.pitch, statistic=statistic
    )


def _intensity(statistic: str) -> Ask:
    return lambda sound, at: read_intensity(
        sound.whole(),
        at.start,
        at.end,
        params=at.intensity,
        view=at.intensity_view,
        statistic=statistic,
    )


def _power(sound: QuerySound, at: Question) -> Reading:
    assert at.frequency is not None
    return read_power(sound.whole(), at.start, at.frequency, at.spectrogram, step=at.step)


def _numbers(sound: QuerySound, at: Question, names: tuple[str, ...]) -> dict[str, float]:
    """Return the numbers that a log line asks for, and no others."""
    found = {
        "time": 0.5 * (at.start + at.end),
        "t1": at.start,
        "t2": at.end,
        "dur": at.end - at.start,
        "freq": float("nan") if at.frequency is None else at.frequency,
    }
    asked: dict[str, Ask] = {"f0": _pitch("mean"), "intensity": _intensity("mean")}
    asked.update({f"f{n}": _formant(n) for n in range(1, 5)})
    asked.update({f"b{n}": _bandwidth(n) for n in range(1, 5)})
    if at.frequency is not None:
        asked["power"] = _power
    found.update({name: asked[name](sound, at).value for name in names if name in asked})
    return found
