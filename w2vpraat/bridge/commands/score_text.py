"""A comparison in lines for Praat's Info window."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from w2vpraat.pipeline.yardsticks import Yardsticks

ONE_SPEAKER_TITLE = "label (tokens held out within the speaker)"


def ranking_lines(found: Yardsticks) -> list[str]:
    """Return who comes first for every goal, after two sentences on labels and speakers."""
    from w2vpraat.compare import explain
    from w2vpraat.compare.goals.titles import goal_title

    lines = [explain(found.scores, found.ranking), ""]
    lines.append("Best first; in brackets: none is clearly worse than the first of them:")
    one_speaker = found.table[found.roles.speaker].nunique() < 2
    for goal, own in found.ranking.table.groupby("goal", sort=False):
        groups = [list(part["representation"]) for _, part in own.groupby("rank", sort=True)]
        shown = " > ".join(f"[{', '.join(names)}]" if len(names) > 1 else names[0] for names in groups)
        lines.append(f"  {ONE_SPEAKER_TITLE if one_speaker else goal_title(str(goal))}: {shown}")
    return lines
