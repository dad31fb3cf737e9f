"""The tokens of one recording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.labels import guess_label_map, plain_label
from w2vpraat.corpus.problems import SNAP, Applied, Problem, apply_policies, find_problems, in_time
from w2vpraat.corpus.speaker_rules import SpeakerInfo, SpeakerRule
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, TextGrid, Tier
from w2vpraat.corpus.token_choice import Choice, make_choice
from w2vpraat.corpus.token_tiers import choose_tiers, word_tier_for
from w2vpraat.corpus.token_values import Rejected, Token, Tokens
from w2vpraat.params import ReadParams, TokenParams

SpeakerLookup = Callable[[Recording, str], SpeakerInfo]


def tokens_of(
    recording: Recording,
    grid: TextGrid,
    params: TokenParams | None = None,
    read: ReadParams | None = None,
    *,
    choice: Choice | None = None,
    audio_duration: float | None = None,
    speaker_of: SpeakerLookup | None = None,
) -> Tokens:
    """Choose the tokens of one recording.

    Parameters
    ----------
    recording : Recording
        Names the tokens; its files are not opened.
    grid : TextGrid
        The annotation, as read or as edited.
    params, read : TokenParams, ReadParams, optional
        As in `select_tokens`.
    choice : Choice, optional
        `params`, already checked.
    audio_duration : float, optional
        Seconds of sound, to find what reaches beyond it.
    speaker_of : callable, optional
        (recording, tier name) to `SpeakerInfo`; default: the tier name, else the file name.

    Raises
    ------
    TokenError
        If there is no such tier, or no word tier where one is needed.
    TextGridError
        If the grid holds what a policy refuses.
    SpeakerError
        If the speaker can't be told.
    """
    params, read = params or TokenParams(), read or ReadParams()
    choice = choice or make_choice(params)
    speaker_of = speaker_of or SpeakerRule().lookup
    file = str(recording.grid_path)
    numbers = choose_tiers(grid, params, file=file)
    begin = grid_offset(grid, read)
    limits = None if audio_duration is None else (begin, begin + audio_duration)
    problems = find_problems(
        grid,
        file=file,
        audio_end=None if limits is None else limits[1],
        known=None if choice.label_map is None else choice.knows,
        known_tiers=numbers,
    )
    treated, applied = apply_policies(
        grid, [one for one in problems if one.tier_number is None or one.tier_number in numbers], read
    )
    kept: list[Token] = []
    rejected: list[Rejected] = []
    rules: Counter[str] = Counter()
    for number in numbers:
        info = speaker_of(recording, grid.tiers[number - 1].name)
        rules[info.rule] += 1
        words = word_tier_for(grid, number, params, file=file)
        drops = {one.problem.interval: one for one in reversed(applied) if one.problem.tier_number == number}
        made = _tier_tokens(recording, grid, treated, number, info, words, choice, limits)
        for token, missing in made:
            refusal = _refusal(token, missing, drops.get(token.interval), choice, grid.tiers[number - 1])
            if refusal is None:
                kept.append(token)
            else:
                rejected.append(Rejected(token, *refusal))
    if note := _offset_note(grid, read, audio_duration, file):
        problems = (note, *problems)
    return Tokens(tuple(kept), tuple(rejected), problems, (), suggestion(tuple(kept), params), dict(rules))


def grid_offset(grid: TextGrid, read: ReadParams) -> float:
    """Time of the first sample on the clock of the TextGrid: 0, or where the grid starts, as `read` says."""
    return grid.start if read.grid_start == "grid" else 0.0


def _tier_tokens(
    recording: Recording,
    grid: TextGrid,
    treated: TextGrid,
    number: int,
    info: SpeakerInfo,
    words: IntervalTier | None,
    choice: Choice,
    limits: tuple[float, float] | None,
) -> Iterator[tuple[Token, bool]]:
    """Yield a token for every item of the file, and whether the policies took it out."""
    tier = grid.tiers[number - 1]
    after: dict[int, Interval | Point] = dict(treated.tiers[number - 1].numbered())
    neighbours = _neighbours(tier, choice)
    items: Iterator[tuple[int, Interval | Point]] = tier.numbered()
    for item_number, found in items:
        item = after.get(item_number, found)
        if isinstance(item, Interval):
            start, end = item.start, item.end
        else:
            start, end = _around(item.time, choice.params.point_window, limits)
        before, behind = neighbours.get(item_number, ("", ""))
        label = choice.label(found.label)
        yield (
            Token(
                f"{recording.name}#{number}.{item_number}",
                recording.file_name,
                info.speaker,
                tier.name,
                number,
                item_number,
                label,
                found.label,
                start,
                end,
                _word_at(words, (start + end) / 2) if label else "",
                before,
                behind,
                info.metadata,
            ),
            item_number not in after,
        )


def _around(time: float, window: float, limits: tuple[float, float] | None) -> tuple[float, float]:
    """Return a stretch with the point in its middle, inside the sound."""
    if limits is not None and limits[0] <= time <= limits[1]:
        window = min(window, time - limits[0], limits[1] - time)
    return time - window, time + window


def _word_at(words: IntervalTier | None, time: float) -> str:
    found = None if words is None else words.interval_at(time)
    return "" if found is None else plain_label(found.label)


def _neighbours(tier: Tier, choice: Choice) -> Mapping[int, tuple[str, str]]:
    """Labels before and after each item in time; across a gap the neighbour is the unlabelled stretch."""
    if isinstance(tier, IntervalTier):
        line = [(number, item.start, item.end, item.label) for number, item in in_time(tier)]
        reach = SNAP
    else:
        points = sorted(tier.numbered(), key=lambda one: one[1].time)
        line = [(number, point.time, point.time, point.label) for number, point in points]
        reach = float("inf")
    shown = {raw: choice.label(raw) for raw in {label for _, _, _, label in line}}
    before, after = {}, {}
    for (left, _, left_end, left_label), (right, right_start, _, right_label) in pairwise(line):
        touching = right_start - left_end <= reach
        before[right] = shown[left_label] if touching else ""
        after[left] = shown[right_label] if touching else ""
    return {number: (before.get(number, ""), after.get(number, "")) for number, _, _, _ in line}


def _refusal(
    token: Token, missing: bool, applied: Applied | None, choice: Choice, tier: Tier
) -> tuple[str, str] | None:
    if not token.label:
        return "empty", ""
    if missing:
        if applied is None:
            return "problem", "the interval is broken"
        return applied.problem.kind, applied.problem.message
    is_point = not isinstance(tier, IntervalTier)
    if is_point and token.end <= token.start and choice.params.point_window > 0:
        return "beyond_audio", "the point lies at the very edge of the sound"
    return choice.refusal(token, is_point=is_point)


def _offset_note(grid: TextGrid, read: ReadParams, audio_duration: float | None, file: str) -> Problem | None:
    """Point out a grid that starts late and is as long as the sound: probably cut from a longer one."""
    if audio_duration is None or read.grid_start == "grid" or grid.start <= SNAP:
        return None
    if abs(grid.end - grid.start - audio_duration) > 0.01:
        return None
    message = (
        f"the TextGrid starts at {grid.start:.6g} s and lasts as long as the sound: if the sound's first"
        " sample belongs there, set grid_start to grid"
    )
    return Problem("beyond_audio", message, file, start=grid.start, end=grid.end)


def suggestion(kept: tuple[Token, ...], params: TokenParams) -> str:
    """Say which label map fits the labels, if none is in use and one is plain to see."""
    if params.label_map not in ("", "none"):
        return ""
    guess = guess_label_map(token.raw_label for token in kept)
    return "" if guess is None else f"{guess}: set label_map to {guess.name} to see IPA and classes"
