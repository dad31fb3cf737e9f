"""Speakers for training, for deciding when to stop, and for the figures that are reported: never the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from w2vpraat.errors import InputError


@dataclass(frozen=True)
class Splits:
    """Speakers by use; no speaker has two uses.

    Parameters
    ----------
    train : tuple of str
        Heard in training.
    held_out : tuple of str
        Decide when training stops.
    test : tuple of str
        Give the reported figures.
    """

    train: tuple[str, ...]
    held_out: tuple[str, ...] = ()
    test: tuple[str, ...] = ()

    def use_of(self, speakers: Iterable[str]) -> str:
        """Return ``train``, ``held_out`` or ``test`` for the speakers of one recording."""
        for speaker in speakers:
            for use in ("train", "held_out", "test"):
                if speaker in getattr(self, use):
                    return use
        raise KeyError(f"none of these speakers is in the splits: {', '.join(speakers)}")

    def as_dict(self) -> dict[str, list[str]]:
        """Return plain lists."""
        return {"train": list(self.train), "held_out": list(self.held_out), "test": list(self.test)}


def split_speakers(
    speakers_of: Mapping[str, Collection[str]],
    *,
    held_out: float = 0.1,
    test: float = 0.1,
    kinds: Mapping[str, str] | None = None,
    held_out_names: Sequence[str] = (),
    test_names: Sequence[str] = (),
    seed: int = 0,
) -> Splits:
    """Divide speakers; those who share a recording stay together.

    Parameters
    ----------
    speakers_of : mapping of str to collection of str
        Recording name to its speakers.
    held_out, test : float
        Shares of the speakers, 0 to below 1; at least one if above 0 and there are enough.
    kinds : mapping of str to str, optional
        Speaker to sex (or another kind): each kind is divided in the same proportion, as far as it goes.
    held_out_names, test_names : sequence of str
        These very speakers instead of a share.
    seed : int
        Of the draw.

    Raises
    ------
    InputError
        If a named speaker does not exist or is named twice, nobody is left for training, or speakers who
        share a recording were named for different uses.
    """
    groups = _groups(speakers_of)
    everybody = {speaker for group in groups for speaker in group}
    fixed = {**dict.fromkeys(held_out_names, "held_out"), **dict.fromkeys(test_names, "test")}
    unknown = sorted(set(fixed) - everybody)
    if unknown:
        raise InputError(
            f"there is no speaker {', '.join(unknown)}", f"speakers: {', '.join(sorted(everybody)[:20])}"
        )
    if set(held_out_names) & set(test_names):
        raise InputError("a speaker can't be held out and test speaker at once")
    use: dict[str, str] = {}
    free = []
    for group in groups:
        wanted = {fixed[speaker] for speaker in group if speaker in fixed}
        if len(wanted) > 1:
            raise InputError(f"{', '.join(group)} share a recording and can't be in different splits")
        if wanted:
            use.update(dict.fromkeys(group, wanted.pop()))
        else:
            free.append(group)
    total = len(groups)
    n_held = 0 if held_out_names else _count(held_out, total)
    n_test = 0 if test_names else _count(test, total)
    # Training needs somebody, then the decision when to stop, then the figures.
    n_held = min(n_held, max(len(free) - 1, 0))
    n_test = min(n_test, max(len(free) - 1 - n_held, 0))
    order = _interleaved(free, kinds or {}, np.random.default_rng(seed))
    for place, group in enumerate(order):
        where = "held_out" if place < n_held else "test" if place < n_held + n_test else "train"
        use.update(dict.fromkeys(group, where))
    made = {name: tuple(sorted(s for s in use if use[s] == name)) for name in ("train", "held_out", "test")}
    if not made["train"]:
        raise InputError("no speaker is left for training", "name fewer speakers, or add recordings")
    return Splits(**made)


def _count(share: float, total: int) -> int:
    return max(1, round(share * total)) if share > 0 else 0


def _groups(speakers_of: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """Join speakers who share a recording, directly or through others."""
    group_of: dict[str, set[str]] = {}
    for speakers in speakers_of.values():
        joined = set(speakers)
        for speaker in speakers:
            joined |= group_of.get(speaker, set())
        for speaker in joined:
            group_of[speaker] = joined
    distinct = {id(group): tuple(sorted(group)) for group in group_of.values() if group}
    return sorted(distinct.values())


def _interleaved(
    groups: Sequence[tuple[str, ...]], kinds: Mapping[str, str], random: np.random.Generator
) -> list[tuple[str, ...]]:
    """Shuffle, then take the kinds in turn, so that any first few groups hold them in proportion."""
    by_kind: dict[str, list[tuple[str, ...]]] = {}
    for index in random.permutation(len(groups)):
        group = groups[int(index)]
        by_kind.setdefault("+".join(sorted({kinds.get(s, "") for s in group})), []).append(group)
    placed = []
    for kind in sorted(by_kind):
        size = len(by_kind[kind])
        placed += [((place + 0.5) / size, kind, group) for place, group in enumerate(by_kind[kind])]
    return [group for _, _, group in sorted(placed)]
