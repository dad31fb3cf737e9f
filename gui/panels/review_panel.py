"""The review queue: make it, walk through it, say what is done, starred, tagged and noted.

Signals of `ReviewPanel`: `front_wanted` (a command needs the panel: it should be seen). The table follows the
queue's own walk, not every click elsewhere: the reviewer's place must not jump. Messages: none of its own.
"""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ..actions import Actions
from ..fonts import label_font
from ..jobs import Job
from ..reviewing.reviewing import Reviewing
from ..state import AppState
from ..tables.review_view import ReviewTable
from ..theme import colours
from .review_choice import ReviewChoice
from .review_now import ReviewNow
from .section import ShortLabel

FILTER_HEIGHT = 30
"""Pixels: the font of labels would make the line higher than it needs to be."""
FILTER_WAIT = 200
"""Milliseconds after the last key until rows are filtered."""


class ReviewPanel(QWidget):
    """A dock for `Reviewing`.

    Parameters
    ----------
    state : AppState
    actions : Actions
        For the buttons.
    reviewing : Reviewing
    """

    front_wanted = Signal()

    def __init__(
        self, state: AppState, actions: Actions, reviewing: Reviewing, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._actions, self._reviewing = state, actions, reviewing
        self._came_from: QWidget | None = None
        self.setAccessibleName(self.tr("Review"))
        self._make()
        self._filter_timer = QTimer(self)
        self._filter_timer.setSingleShot(True)
        self._filter_timer.setInterval(FILTER_WAIT)
        self._filter_timer.timeout.connect(self._on_filter)
        self._connect()
        reviewing.marking.chosen = self._chosen
        self._on_settings()
        self._on_queue()

    def _make(self) -> None:
        self.choice = ReviewChoice()
        self.make_button = QPushButton(self.tr("Make"))
        self.make_button.setAccessibleName(self.tr("Make the queue"))
        self.make_button.setMinimumWidth(64)  # with the frame of the focus it would shrink to its text
        self.title = ShortLabel()
        self.filter_line = QLineEdit()
        self.filter_line.setPlaceholderText(self.tr("Filter: label:iː,ɪ  done:no  tag:creaky  score:>2 …"))
        self.filter_line.setAccessibleName(self.tr("Filter of the queue"))
        self.filter_line.setClearButtonEnabled(True)
        self.filter_line.setFont(label_font(10))
        self.filter_line.setFixedHeight(FILTER_HEIGHT)
        self.filter_line.setMinimumWidth(110)
        self.previous_button = QPushButton(self.tr("Previous"))
        self.previous_button.setAccessibleName(self.tr("Previous unreviewed token"))
        self.next_button = QPushButton(self.tr("Next"))
        self.next_button.setAccessibleName(self.tr("Next unreviewed token"))
        self.go_on = QCheckBox(self.tr("Done goes on"))
        self.go_on.setToolTip(self.tr("When a token is done, the next one that is not is opened"))
        self.plays = QCheckBox(self.tr("Play"))
        self.plays.setToolTip(self.tr("Play each token that is gone to"))
        self.save = QPushButton(self.tr("Save the list…"))
        self.error_label = QLabel()
        self.error_label.setWordWrap(True)
        self.error_label.setTextFormat(Qt.TextFormat.PlainText)
        self.error_label.hide()
        self.table = ReviewTable(self._reviewing.model, self._reviewing.marking.tags)
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setWordWrap(True)
        self.empty.setMargin(12)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("How much of the queue is done"))
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(90, 10)
        self.progress_label = QLabel()
        self.why = QLabel()
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setWordWrap(True)
        self.why.setAccessibleName(self.tr("Why this token is listed"))
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.why.hide()
        self.now = ReviewNow()
        top, middle, bottom = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.choice)
        top.addWidget(self.make_button)
        top.addWidget(self.title, 1)
        middle.addWidget(self.filter_line, 1)
        for widget in (self.previous_button, self.next_button, self.go_on, self.plays, self.save):
            middle.addWidget(widget)
        bottom.addWidget(self.bar)
        bottom.addWidget(self.progress_label)
        bottom.addSpacing(8)
        bottom.addWidget(self.now, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        for row in (top, middle, bottom):
            row.setSpacing(6)
        column.addLayout(top)
        column.addLayout(middle)
        column.addWidget(self.error_label)
        column.addWidget(self.stack, 1)
        column.addWidget(self.why)
        column.addLayout(bottom)

    def _connect(self) -> None:
        state, actions, reviewing = self._state, self._actions, self._reviewing
        self.choice.changed.connect(self._on_choice)
        self.choice.among_changed.connect(lambda among: reviewing.set_view(among=among))
        self.make_button.clicked.connect(self._on_make)
        self.filter_line.textEdited.connect(self._filter_timer.start)
        self.previous_button.clicked.connect(actions["review.previous"].trigger)
        self.next_button.clicked.connect(actions["review.next"].trigger)
        self.save.clicked.connect(actions["review.export"].trigger)
        self.go_on.toggled.connect(lambda on: reviewing.set_view(go_on=on))
        self.plays.toggled.connect(lambda on: reviewing.set_view(play=on))
        self.table.opened.connect(lambda index: reviewing.go(reviewing.model.row(index.row())))
        self.table.play_wanted.connect(lambda index: reviewing.play(reviewing.model.row(index.row())))
        self.table.ticked.connect(lambda name: reviewing.tick(name, self._selected()))
        self.table.chosen.connect(self._on_chosen)
        self.table.horizontalHeader().sortIndicatorChanged.connect(self._on_sorted)
        self.now.said.connect(lambda name, text, token: reviewing.say(name, text, (token,)))
        self.now.left.connect(self._on_left)
        reviewing.queue_changed.connect(self._on_queue)
        reviewing.marks_changed.connect(self._tell)
        reviewing.went.connect(self._on_went)
        reviewing.current_changed.connect(self._show_now)
        reviewing.making_changed.connect(self._on_making)
        reviewing.wanted.connect(self._on_wanted)
        state.jobs.changed.connect(self._on_job)
        state.session_opened.connect(self._on_settings)
        state.session_changed.connect(self._on_settings)
        state.results_changed.connect(self._on_results)
        state.corpus_changed.connect(self._tell)
        actions.keys_changed.connect(self._tell)

    # Choice and making

    def _on_settings(self) -> None:
        session = self._state.session
        if session is not None:
            self.choice.show_settings(session.settings)
        self.setEnabled(session is not None)

    def _on_results(self) -> None:
        results = self._state.results
        self.choice.set_representations(
            [] if results is None else [one.name for one in results.spaces.representations]
        )

    def _on_choice(self, changes: dict[str, dict[str, object]]) -> None:
        session = self._state.session
        if session is not None:
            settings = session.settings.updated(changes)
            self._state.update_session(self.tr("Options of the review queue"), settings=settings)

    def _on_make(self) -> None:
        if self._reviewing.job is None:
            self._reviewing.make()
        else:
            self._reviewing.cancel()

    def _on_making(self, on: bool) -> None:
        self.make_button.setText(self.tr("Stop") if on else self.tr("Make"))
        self._tell()

    def _on_job(self, job: Job) -> None:
        if job is self._reviewing.job and job.progress is not None and job.progress.total:
            share = 100 * job.progress.done // job.progress.total
            self.title.set_line(self.tr("Making the queue: {share} %").format(share=share))

    # What is shown

    def _on_queue(self) -> None:
        view = self._reviewing.view
        self.choice.show_among(view.among)
        for box, on in ((self.go_on, view.go_on), (self.plays, view.play)):
            box.setChecked(on)
        if self.filter_line.text() != view.filter:
            self.filter_line.setText(view.filter)
        header = self.table.horizontalHeader()
        order = Qt.SortOrder.DescendingOrder if view.descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(view.column, order)
        self._tell()
        self._show_now(self._reviewing.current)

    def _tell(self) -> None:
        reviewing, model = self._reviewing, self._reviewing.model
        queue = reviewing.queue
        done, total, starred = reviewing.progress
        self.stack.setCurrentWidget(self.table if model.rowCount() else self.empty)
        self.empty.setText(self._why_empty())
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
        told = self.tr("{done} of {count} done, {starred} starred")
        shown = "" if queue is None else told.format(done=done, count=total, starred=starred)
        if queue is not None and model.rowCount() < total:
            shown = self.tr("{what}; {shown} shown").format(what=shown, shown=model.rowCount())
        self.progress_label.setText(shown)
        for widget in (self.bar, self.progress_label):
            if widget.parentWidget() is not None:
                widget.setVisible(total > 0)
        if reviewing.job is None:
            text = (
                ""
                if queue is None
                else self.tr("{title}: {count} of {all} tokens").format(
                    title=queue.title[:1].upper() + queue.title[1:], count=len(queue), all=queue.n_tokens
                )
            )
            self.title.set_line(text)
            if queue is not None:
                self.title.setToolTip("\n".join([text, *queue.notes]))
        problem = reviewing.filter_problem
        self.error_label.setText(problem)
        self.error_label.setVisible(bool(problem))
        self.error_label.setStyleSheet(f"color: {colours().error};")
        self.now.set_words(reviewing.marking.tags())
        for button in (self.previous_button, self.next_button, self.save):
            button.setEnabled(queue is not None)

    def _why_empty(self) -> str:
        queue = self._reviewing.queue
        if queue is None:
            return self.tr(
                "A review queue lists tokens to look at one by one, the most suspicious first.\n\n"
                "Choose what it lists, and make it."
            )
        if not len(queue):
            return self.tr("Nothing to look at among {count} tokens: {title}.").format(
                count=queue.n_tokens, title=queue.title
            )
        return self.tr("No token fits the filter.")

    def _show_now(self, token: str) -> None:
        reviewing = self._reviewing
        found = reviewing.marking.token(token) if token else None
        row = -1 if reviewing.places is None else reviewing.places.row_of(token)
        reason = "" if row < 0 or reviewing.queue is None else str(reviewing.queue.rows["reason"].iloc[row])
        self.why.setText(reason)
        self.why.setVisible(bool(reason))
        if found is None:
            self.now.show_token("", "", "", reviewing.marking.mark(""))
            return
        told = [found.recording, f"{found.start:.3f} s"] if found.start == found.start else [found.recording]
        label = found.label
        if row >= 0 and reviewing.places is not None and reviewing.queue is not None:
            label = reviewing.places.places[row].label
            told = [str(reviewing.queue.rows["word"].iloc[row]), *told]
        where = "  ".join(one for one in told if one)
        self.now.show_token(token, label, where, reviewing.marking.mark(token))

    # Walking

    def _on_went(self, row: int) -> None:
        line = self._reviewing.model.line_of(row)
        chosen, flags = self.table.selectionModel(), QItemSelectionModel.SelectionFlag
        if line < 0:
            chosen.clear()
            return
        column = max(self.table.currentIndex().column(), 3)
        index = self._reviewing.model.index(line, column)
        chosen.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.table.scrollTo(index)

    def _on_chosen(self, line: int) -> None:
        reviewing, lines = self._reviewing, self.table.selected_lines()
        if len(lines) > 1 and reviewing.places is not None:
            ids = [reviewing.places.ids[reviewing.model.row(one)] for one in lines]
            self._state.linked.select(ids, reviewing.places.ids[reviewing.model.row(line)])
            reviewing.set_view(row=reviewing.model.row(line))
        elif line >= 0:
            reviewing.look_at(reviewing.model.row(line))

    def _on_sorted(self, column: int, order: Qt.SortOrder) -> None:
        self._reviewing.set_order(column, order == Qt.SortOrder.DescendingOrder)

    def _selected(self) -> tuple[str, ...]:
        places, model = self._reviewing.places, self._reviewing.model
        if places is None:
            return ()
        return tuple(places.ids[model.row(line)] for line in self.table.selected_lines())

    def _chosen(self) -> tuple[str, ...]:
        return self._selected() if self.table.hasFocus() else ()

    # Keyboard

    def _on_wanted(self, what: str) -> None:
        self._came_from = QApplication.focusWidget()
        self.front_wanted.emit()
        if what == "make":
            self.choice.kind.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        chosen = self._chosen()
        if chosen:
            self._show_now(chosen[0])
        self.now.begin(what)

    def _on_left(self) -> None:
        if self._came_from is not None:
            self._came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_filter(self) -> None:
        self._reviewing.set_filter(self.filter_line.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show all again on Escape in the filter."""
        if event.key() == Qt.Key.Key_Escape and self.filter_line.hasFocus() and self.filter_line.text():
            self.filter_line.clear()
            self._on_filter()
            return
        super().keyPressEvent(event)
