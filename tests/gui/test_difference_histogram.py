"""The histogram of boundary differences."""

from __future__ import annotations

from pytestqt.qtbot import QtBot
from w2vpraat_gui.theme import colour
from w2vpraat_gui.views.difference_histogram import N_BINS, DifferenceHistogram, binned


def test_histogram_counts_every_difference_once() -> None:
    counts, below, above = binned([-80.0, -50.0, -0.1, 0.0, 4.9, 5.0, 50.0, 50.1])
    middle = N_BINS // 2
    assert (below, above) == (1, 1)
    assert sum(counts) == 6
    assert (counts[0], counts[middle - 1], counts[middle], counts[middle + 1], counts[-1]) == (1, 1, 2, 1, 1)


def test_histogram_draws_bars_where_the_differences_are(qtbot: QtBot) -> None:
    made = DifferenceHistogram()
    qtbot.addWidget(made)
    made.resize(400, 90)
    made.set_differences([22.0] * 5)

    def columns() -> list[int]:
        image, wanted = made.grab().toImage(), colour("second").rgb()
        return [x for x in range(image.width()) if image.pixel(x, 60) == wanted]

    assert columns()
    assert min(columns()) > 200  # later than zero, which is in the middle
    made.set_differences([-22.0] * 5)
    assert max(columns()) < 200
    assert "5 by 10 to 50 ms earlier" in made.toolTip()
