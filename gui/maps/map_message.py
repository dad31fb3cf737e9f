"""Which words stand over a map, and which buttons help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from w2vpraat.errors import W2VPraatError
from w2vpraat.pipeline.maps.values import needed_vectors

from .map_names import said
from .map_says import Button

if TYPE_CHECKING:
    from .map_panel import MapPanel


@dataclass(frozen=True)
class Message:
    """What is said.

    Parameters
    ----------
    text, hint : str
        What is, and what to do.
    buttons : tuple of (title, what it does)
    kind : {"news", "error"}
    share : float
        How much is done, 0 to 1; -1: not known.
    passing : bool
        It goes away by itself.
    """

    text: str
    hint: str = ""
    buttons: tuple[Button, ...] = ()
    kind: str = "news"
    share: float = -1.0
    passing: bool = False


def message_of(panel: MapPanel) -> Message | None:
    """Return what is to be said over a map now; None: nothing."""
    if panel.error is not None:
        return _failure(panel, panel.error)
    stop = ((_tr("Cancel"), panel.cancel),)
    if panel.work.is_busy:
        return Message(panel.work.doing, buttons=stop, share=panel.work.share, passing=True)
    if panel.glide.is_preparing:
        return Message(panel.glide.doing, buttons=stop, share=panel.glide.share, passing=True)
    return obstacle_of(panel)


def obstacle_of(panel: MapPanel) -> Message | None:
    """Return why the map that is chosen can't be made, or not without asking; None: it can."""
    choices, params = panel.choices, panel.params
    live = panel.live
    if choices is None or live is None:
        return None
    refused = next((one.why_not for one in choices.sources if one.key == params.source), "")
    measure = (_tr("Measure all tokens"), panel.measure)
    if refused:
        text = said(refused)
        return Message(
            _tr("{reason}.").format(reason=text[:1].upper() + text[1:]),
            _tr("Measure all tokens anew, or show what there is."),
            (measure, *_others(panel)),
        )
    if params.source != "embedding" or panel.asked or live.vector_keys:
        # Who embedded, or chose this map, wants its model to be run.
        return None
    try:
        missing = needed_vectors(live, params)
    except W2VPraatError as error:
        return _failure(panel, error)
    if missing is None:
        return None
    recordings = len({one.file_name for one in live.tokens})
    text = _tr("No vectors have been made of these tokens.")
    hint = _tr("The model {model} can be run now, for layer {layer}, over {n} recordings.").format(
        model=missing.model, layer=missing.layer, n=recordings
    )
    run = (_tr("Run the model"), panel.fetch_now)
    return Message(text, hint, (run, *_others(panel)))


def _others(panel: MapPanel) -> Iterable[Button]:
    """Offer the first other world that these data have."""
    choices, live = panel.choices, panel.live
    if choices is None or live is None:
        return
    titles = {
        "embedding": _tr("Show vectors"),
        "formants": _tr("Show formants"),
        "f0": _tr("Show f0"),
        "duration": _tr("Show durations"),
    }
    for source, title in titles.items():
        allowed = next((one.allowed for one in choices.sources if one.key == source), False)
        if source == panel.params.source or not allowed or (source == "embedding" and not live.vector_keys):
            continue
        other = replace(panel.params, source=source, normalization="none", projection="auto")
        yield title, partial(panel.choose, other)
        return


def _failure(panel: MapPanel, error: BaseException) -> Message:
    again = (_tr("Try again"), panel.fetch_now)
    back = ((_tr("Back to the map before"), panel.go_back),) if panel.map is not None else ()
    if isinstance(error, W2VPraatError):
        where = f"{error.where}: " if error.where else ""
        text, hint = where + error.message, error.hint
    else:
        text = f"{type(error).__name__}: {error}"
        hint = _tr("This is a fault of w2vpraat; the list of jobs has a report that can be copied.")
    text = text[:1].upper() + text[1:]
    hint = hint[:1].upper() + hint[1:]
    return Message(text, hint, (again, *back), kind="error")


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapMessage", text)
