"""The line under the maps: whether they follow the editor, and what an edit did to a speaker's reference.

Signals: none. It switches the feed by the actions ``maps.live`` and ``maps.freeze``; its link opens a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.reference import ReferenceShift, SpeakerShift

from ..actions import Actions
from ..live.feed import LiveFeed
from ..theme import colours
from .links import Links

if TYPE_CHECKING:
    from .map_panel import MapPanel


SPEAKERS, COLUMNS = 2, 3
"""So many are told of in one line; the tool tip has all."""


class ShiftLine(QWidget):
    """Two switches and a sentence.

    Parameters
    ----------
    actions : Actions
    feed : LiveFeed
    links : Links
    """

    def __init__(self, actions: Actions, feed: LiveFeed, links: Links, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed, self._links = feed, links
        self._token = ""
        self._text = ""
        self.live = self._box(
            actions["maps.live"],
            self.tr("Live"),
            self.tr("Refresh values and maps with each edit"),
        )
        self.freeze = self._box(
            actions["maps.freeze"],
            self.tr("Freeze reference"),
            self.tr(
                "Keep means and standard deviations of the speakers as they are now, so that an edit moves "
                "no other token"
            ),
        )
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.link = QToolButton()
        self.link.setAutoRaise(True)
        self.link.hide()
        self.link.clicked.connect(lambda: self._links.open(self._token))
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 1, 6, 1)
        row.setSpacing(10)
        row.addWidget(self.live)
        row.addWidget(self.freeze)
        row.addWidget(self.text, 1)
        row.addWidget(self.link)
        actions.on_checked("maps.live", feed.set_live)
        actions.on_checked("maps.freeze", feed.set_frozen)
        self._actions = actions
        feed.switched.connect(self._on_switched)
        feed.opened.connect(lambda _live: self.say(""))
        self._on_switched()

    def say(self, text: str, token: str = "", told: str = "") -> None:
        """Show a sentence, and the token that it is about.

        Parameters
        ----------
        text : str
        token : str
            Id; a link opens it.
        told : str
            More, for the tool tip.
        """
        self._text, self._token = text, token
        self.text.setToolTip("\n\n".join(filter(None, (text, told))))
        self.text.setAccessibleName(text)
        self.link.setText(token)
        self.link.setAccessibleName(self.tr("Open {token} in the editor").format(token=token))
        self.link.setToolTip(self.link.accessibleName())
        self.link.setVisible(bool(token))
        self._fit()

    @property
    def message(self) -> str:
        """The whole sentence."""
        return self._text

    def show_change(self, panels: Sequence[MapPanel]) -> None:
        """Tell what the last edit did to the reference of the first map that has one."""
        for panel in panels:
            made = panel.map
            if made is None or made.normalized is None or made.params.normalization == "none":
                continue
            shift = made.normalized.shift
            if shift is not None and shift.speakers:
                unit = self._unit(made.params)
                self.say(self.told(shift, unit), shift.largest_id, f"{made.title}\n{shift.told}")
                return
        self.say("")

    def told(self, shift: ReferenceShift, unit: str = "") -> str:
        """Return what an edit did to a reference, in one line."""
        parts = [self._speaker(shift.columns, one, unit) for one in shift.speakers[:SPEAKERS]]
        if shift.frozen:
            parts.append(self.tr("the reference is frozen, other tokens stay"))
        elif shift.n_moved:
            parts.append(self.tr("other tokens move by at most {far}").format(far=_short(shift.largest)))
        else:
            parts.append(self.tr("no other token moves"))
        return "; ".join(parts)

    def _speaker(self, columns: Sequence[str], one: SpeakerShift, unit: str) -> str:
        if not one.n_before or not one.n_after:
            return self.tr("{speaker}: {before} → {after} tokens").format(
                speaker=one.speaker, before=one.n_before, after=one.n_after
            )
        if len(columns) > COLUMNS:
            far = float(np.linalg.norm(np.nan_to_num(one.mean_after - one.mean_before)))
            return self.tr("{speaker}: mean vector moves by {far}").format(
                speaker=one.speaker, far=_short(far)
            )
        said = self.tr("mean {name} {before} → {after}{unit}, sd {sd_before} → {sd_after}")
        means = [
            said.format(
                name=name,
                before=_short(one.mean_before[place]),
                after=_short(one.mean_after[place]),
                unit=unit,
                sd_before=_short(one.sd_before[place]),
                sd_after=_short(one.sd_after[place]),
            )
            for place, name in enumerate(columns)
        ]
        return f"{one.speaker}: " + ", ".join(means)

    def _unit(self, params: MapParams) -> str:
        return " Hz" if params.source in ("formants", "f0") and params.scale == "hz" else ""

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(120, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the sentence anew."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_actions"):
            self._on_switched()

    def _box(self, action: QAction, title: str, tip: str) -> QCheckBox:
        box = QCheckBox(title)
        box.setToolTip(tip)
        box.toggled.connect(action.setChecked)
        return box

    def _fit(self) -> None:
        shown = self.text.fontMetrics().elidedText(
            self._text, Qt.TextElideMode.ElideRight, max(self.text.width(), 20)
        )
        self.text.setText(shown)

    def _on_switched(self) -> None:
        for box, name, on in (
            (self.live, "maps.live", self._feed.is_live),
            (self.freeze, "maps.freeze", self._feed.is_frozen),
        ):
            with QSignalBlocker(box):
                box.setChecked(on)
            self._actions[name].setChecked(on)
        # What is not as usual must be seen: then values are not quite those of the annotations.
        shade = colours()
        off = f"QCheckBox {{ color: {shade.warning}; font-weight: bold; }}"
        for box, unusual in ((self.live, not self._feed.is_live), (self.freeze, self._feed.is_frozen)):
            sheet = off if unusual else ""
            if box.styleSheet() != sheet:
                box.setStyleSheet(sheet)


def _short(value: float) -> str:
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.2g}" if abs(value) < 1 else f"{value:.1f}"
    return text.replace("-", "−")
