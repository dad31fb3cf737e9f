"""What the tests of linked views share: measured tokens without a model, which is quick."""

from __future__ import annotations

from pathlib import Path

from measuring_material import Desk
from PySide6.QtWidgets import QApplication

from w2vpraat.pipeline.running import Results, running


def open_measured(desk: Desk, folder: Path, **changes: dict[str, object]) -> Results:
    """Open the small sample corpus and measure its tokens."""
    desk.open(folder, **changes)
    return measure_formants(desk)


def measure_formants(desk: Desk) -> Results:
    """Measure what is on the screen; the window is told as after a run."""
    state = desk.state
    assert state.session is not None
    *_, results = running(
        state.session.settings, corpus=state.corpus_on_screen, steps=("measure",), workers=0
    )
    assert isinstance(results, Results)
    state.results = results
    state.results_changed.emit()
    QApplication.processEvents()
    return results


def token_ids(desk: Desk) -> list[str]:
    """Return the measured tokens, in the order of the corpus."""
    return [token.id for token in desk.state.results.opened.tokens.kept]
