"""A session of editing that a test kills: edits that follow from a seed, each said aloud once it is written.

Run as a program: ``python journal_session.py TEXTGRID FOLDER SEED``.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from w2vpraat.corpus.textgrid import TextGrid, edits, read_textgrid, write_textgrid
from w2vpraat.session.grid_changes import GridChange, grid_change
from w2vpraat.session.journal import open_journal

SAVE_EVERY = 9


def next_edit(grid: TextGrid, chance: random.Random) -> TextGrid:
    """One edit of the first tier, or of the list of tiers."""
    tier = grid.interval_tier(1)
    number = chance.randint(1, len(tier))
    item = tier.interval(number)
    what = chance.random()
    if what < 0.3:
        return edits.set_label(grid, 1, number, item.label + chance.choice("əʃŋ\n"))
    if what < 0.6:
        return edits.insert_boundary(grid, 1, item.start + item.duration * chance.uniform(0.2, 0.8))
    if what < 0.8 and number < len(tier):
        end = tier.interval(number + 1).end
        return edits.move_boundary(
            grid, 1, number, item.start + (end - item.start) * chance.uniform(0.1, 0.9)
        )
    if what < 0.9 and len(grid) < 5:
        return edits.duplicate_tier(grid, 1, len(grid) + 1, f"copy {chance.randint(1, 99)}")
    if len(grid) > 2:
        return edits.remove_tier(grid, len(grid))
    return edits.set_label(grid, 1, number, item.label + "x")


def acts(grid: TextGrid, seed: int) -> list[tuple[GridChange, TextGrid]]:
    """The acts of a session and the grids after them; each fifth takes back the one before."""
    chance, made = random.Random(seed), []
    last: GridChange | None = None
    for number in range(1, 200):
        if number % 5 == 0 and last is not None and not last.is_empty:
            change = last.inverted()
        else:
            change = grid_change(grid, next_edit(grid, chance))
        grid, last = change.apply(grid), change
        made.append((change, grid))
    return made


def main(path: Path, folder: Path, seed: int) -> None:
    """Edit, write, save now and then, until killed."""
    read = read_textgrid(path)
    journal = open_journal(read, folder=folder)
    sys.stdout.write("open\n")
    sys.stdout.flush()
    for number, (change, grid) in enumerate(acts(read, seed), 1):
        journal.record(change, f"act {number}")
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        if number % SAVE_EVERY == 0:
            journal.saved(write_textgrid(grid, replaces=read, backup=True))
            read = read_textgrid(path)
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
