"""The annotation editor: label field, sound, tiers, play bars and overview of the open recording.

Signals of `Editor`: `play_wanted` (start, end in seconds), `ceiling_wanted` (Hz: the user chose another
formant ceiling). Keys of scope "editor" work while it or anything in it has the keyboard; letters go to the
label field.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from w2vpraat.corpus.textgrid import IntervalTier
from w2vpraat.params import EditorParams

from ..action_table import ACTIONS
from ..actions import Actions
from ..document import Document
from ..fonts import label_font
from ..state import AppState
from ..view_settings import setting
from ..views.play_bars import PlayBars
from ..views.tier_layout import shown_label
from ..views.tier_view import TierView
from .keys import has_letter_commands
from .label_field import LabelField
from .labelling import Labelling
from .sound_area import SoundArea
from .tier_mouse import TierMouse
from .token_links import TokenLinks

_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class Editor(QWidget):
    """Everything over the time axis of one recording.

    Parameters
    ----------
    state : AppState
        Whose current document it shows.
    actions : Actions
        Their keys work here. What was typed becomes an act before any of them does something, so the editor
        must be made before handlers are bound.
    """

    play_wanted = Signal(float, float)
    ceiling_wanted = Signal(float)

    def __init__(self, state: AppState, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._actions = state, actions
        self.document: Document | None = None
        self._shared_by_user = False
        self.label_field = LabelField(actions)
        self.quiet_line = QLabel()
        self.quiet_line.setTextFormat(Qt.TextFormat.PlainText)
        self.quiet_line.setAccessibleName(self.tr("What is selected"))
        self.sound = SoundArea(state)
        self.tiers = TierView()
        self.bars = PlayBars()
        self.overview = self.sound.overview  # its document is set by the sound
        self._strips = (self.sound, self.tiers, self.bars)
        self.labelling = Labelling(state, self.label_field, self.tiers)
        self.mouse = TierMouse(
            state,
            self.tiers,
            actions,
            commit=self.commit_label,
            label_selection=lambda: self.label_field.label_selection,
        )
        self.links = TokenLinks(state, self.tiers, self.overview, self)
        self._pages = QStackedWidget()
        self._empty = QLabel(self.tr("Open a recording from the list on the left"))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setFont(label_font(15))
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._arranged())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)
        self.setAccessibleName(self.tr("Annotation editor"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for spec in ACTIONS:
            actions[spec.id].triggered.connect(self._on_command)
        actions.add_to_editor(self)
        actions.keys_changed.connect(self._on_keys_changed)
        actions["play.stop"].triggered.connect(self._on_escape)
        self.bars.play_wanted.connect(self.play_wanted)
        self.sound.ceiling_wanted.connect(self.ceiling_wanted)
        self.mouse.said.connect(self.say)
        self.mouse.label_wanted.connect(self.edit_label)
        self.labelling.item_changed.connect(self._on_selection_changed)
        state.session_opened.connect(self._on_session_changed)
        state.session_changed.connect(self._on_session_changed)
        state.current_changed.connect(self.set_document)
        self._on_session_changed()
        self._on_keys_changed()
        self.set_document(state.current)

    def set_document(self, document: Document | None) -> None:
        """Show a recording, or that there is none."""
        if document is not None and document is self.document:
            return
        if self.document is not None:
            self.document.view.selection_changed.disconnect(self._on_selection_changed)
            self.document.second_changed.disconnect(self._share_height)
        self.mouse.cancel()
        self.labelling.set_document(document)
        self.document = document
        for strip in self._strips:
            strip.set_document(document)
        self.links.set_document(document)
        if document is not None:
            document.view.selection_changed.connect(self._on_selection_changed)
            document.second_changed.connect(self._share_height)
        self._pages.setCurrentIndex(0 if document is None else 1)
        self._share_height()
        self._on_selection_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the tiers what they need, unless the user has said how much."""
        super().resizeEvent(event)
        self._share_height()

    def commit_label(self) -> None:
        """Make an act of what was typed into the label field."""
        self.labelling.commit()

    def edit_label(self) -> None:
        """Give the keyboard to the label field, everything selected."""
        self.label_field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.label_field.selectAll()

    def say(self, text: str) -> None:
        """Show a quiet line; without text, what is selected."""
        shown = text or self.description
        room = max(self.quiet_line.width() - 8, 80)
        self.quiet_line.setText(
            self.quiet_line.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, room)
        )
        self.quiet_line.setToolTip(text)

    @property
    def description(self) -> str:
        """What is selected, in words."""
        if self.document is None:
            return ""
        view, tier = self.document.view, self.document.tier
        start, end = view.selection_start, view.selection_end
        times = f"{start:.6f} s"
        if view.has_selection:
            times = f"{start:.6f} – {end:.6f} s  ({1000 * (end - start):.1f} ms)"
        if tier is None:
            return times
        name = f'{view.tier} "{shown_label(tier.name)}"'
        if self.labelling.item is None:
            return f"{name}   {times}"
        what = self.tr("interval") if isinstance(tier, IntervalTier) else self.tr("point")
        return f"{name}, {what} {self.labelling.item[1]}/{len(tier)}   {times}"

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give letters to the label field."""
        text = event.text()
        if self.document is None or not text or not text.isprintable() or event.modifiers() & _COMMANDS:
            super().keyPressEvent(event)
            return
        self.label_field.setFocus(Qt.FocusReason.OtherFocusReason)
        QApplication.sendEvent(self.label_field, event)

    # Slots

    def _on_command(self) -> None:
        self.commit_label()

    def _on_escape(self) -> None:
        if self.focusProxy() is None and self.label_field.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_keys_changed(self) -> None:
        # Letters that are commands need a place where they are not text; else the field always has the
        # keyboard, since input methods and dead keys work only there.
        proxy = None if has_letter_commands(self._actions) else self.label_field
        self.setFocusProxy(proxy)  # type: ignore[arg-type]  # Qt takes None

    def _on_session_changed(self) -> None:
        params = setting(self._state.session, EditorParams)
        self.tiers.set_params(params)
        self.label_field.set_size(params.label_size)

    def _on_selection_changed(self, item: object = None) -> None:
        self.say("")
        self.tiers.setAccessibleDescription(self.description)

    def _share_height(self) -> None:
        if not self._shared_by_user:
            whole = max(self.split.height(), 200)
            tiers = min(self.tiers.sizeHint().height(), int(0.5 * whole))
            self.split.setSizes([whole - tiers, tiers])

    def _on_split(self) -> None:
        self._shared_by_user = True

    def _arranged(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(2)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.sound)
        split.addWidget(self.tiers)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        split.splitterMoved.connect(self._on_split)
        self.split = split
        self.quiet_line.setContentsMargins(6, 0, 6, 0)
        column.addWidget(self.label_field)
        column.addWidget(self.quiet_line)
        column.addWidget(split, 1)
        column.addWidget(self.bars)
        column.addWidget(self.overview)
        return page
