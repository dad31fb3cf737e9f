"""Fine-tuning: what is asked of each frame, how it is learned, the curve, the figures on other speakers.

Signals of `TrainingPanel`: `model_wanted` (name of the new model: show it in the maps). Every choice is one
act of the session's history. Messages: what `ModelTraining` says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.errors import W2VPraatError
from w2vpraat.params import FinetuneParams, ParamGroup

from ..actions import Actions
from ..fonts import label_font
from ..state import AppState
from ..tables.sheet_model import SheetModel
from ..theme import colours
from ..training.training import ModelTraining
from ..views.training_curve import TrainingCurve
from ..work.results_folder import Sheet
from .section import GroupForms

EVERYDAY = ("base", "tasks", "steps", "held_out", "test", "device")


class TrainingPanel(QWidget):
    """Forms at the left; classes, curve and figures at the right.

    Parameters
    ----------
    state : AppState
    actions : Actions
        `measure.finetune` brings the panel to the front (the window does that).
    training : ModelTraining
    """

    model_wanted = Signal(str)

    def __init__(
        self, state: AppState, actions: Actions, training: ModelTraining, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._actions, self.training = state, actions, training
        self._own_folder = False
        self._shown: tuple[Any, ...] = ()
        self._make_left()
        self._make_right()
        split = QSplitter()
        split.addWidget(self.left)
        split.addWidget(self.right)
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        split.setSizes([330, 700])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)
        self.forms.changed.connect(self._put)
        self.name.textEdited.connect(self._on_name)
        self.folder.textEdited.connect(self._on_folder)
        self.choose.clicked.connect(self._on_choose)
        self.look.clicked.connect(training.look)
        self.run.clicked.connect(self._on_run)
        self.show_model.clicked.connect(self._on_show_model)
        training.changed.connect(self._tell)
        training.points_changed.connect(self._on_points)
        for signal in (state.session_opened, state.session_changed, state.corpus_changed):
            signal.connect(self._on_session)
        self._on_session()

    def _make_left(self) -> None:
        self.forms = GroupForms(FinetuneParams, EVERYDAY)
        self.name, self.folder = QLineEdit(), QLineEdit()
        self.choose = QPushButton(self.tr("Choose…"))
        self.choose.setAccessibleName(self.tr("Choose the folder of the new model"))
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(self.choose)
        form = QFormLayout()
        form.setContentsMargins(8, 6, 8, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for field, title, tip in (
            (self.name, self.tr("Name"), self.tr("Name of the new model in the lists of models.")),
            (
                self.folder,
                self.tr("Folder"),
                self.tr("Where the new model is written; a run that was interrupted there goes on."),
            ),
        ):
            field.setAccessibleName(title)
            field.setToolTip(tip)
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Folder"), place)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(form)
        column.addWidget(self.forms)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        area.setAccessibleName(self.tr("How a model is fine-tuned"))
        for kind in (QComboBox, QAbstractSpinBox):
            for field in inner.findChildren(kind):
                field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                field.installEventFilter(self)
        self.look = QPushButton(self.tr("What can be learned?"))
        self.run = QPushButton(self.tr("Fine-tune"))
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 4, 8, 6)
        buttons.addWidget(self.look)
        buttons.addWidget(self.run, 1)
        self.left = QWidget()
        self.left.setMinimumWidth(290)
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        column.addLayout(buttons)

    def _make_right(self) -> None:
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setAccessibleName(self.tr("State of the training"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(True)
        self.bar.setAccessibleName(self.tr("Steps done"))
        self.show_model = QPushButton(self.tr("Show the new model in the maps"))
        self.curve = TrainingCurve()
        self.classes = _table(self.tr("Classes"))
        self.figures = _table(self.tr("Figures"))
        self.tabs = QTabWidget()
        self.tabs.addTab(self.classes, self.tr("What is learned"))
        self.tabs.addTab(self.curve, self.tr("Curve"))
        self.tabs.addTab(self.figures, self.tr("Figures on other speakers"))
        self.right = QWidget()
        head = QHBoxLayout()
        head.addWidget(self.told, 1)
        head.addWidget(self.show_model)
        column = QVBoxLayout(self.right)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.tabs, 1)

    # Settings

    def _on_session(self) -> None:
        session = self._state.session
        self.left.setEnabled(session is not None)
        if session is not None:
            self.forms.set_value(session.settings.finetune)
            if not self.name.text():
                self.name.setText("my-" + "-".join(_plain(one) for one in session.settings.finetune.tasks))
            if not self._own_folder:
                self.folder.setText(str(self.training.default_folder(self.name.text())))
        self._tell()

    def _put(self, group: ParamGroup) -> None:
        session = self._state.session
        if session is not None:
            settings = session.settings.updated({"finetune": group.as_dict()})
            self._state.update_session(self.tr("Change fine-tuning"), settings=settings)

    def _on_name(self, text: str) -> None:
        if not self._own_folder:
            self.folder.setText(str(self.training.default_folder(text)))
        self._tell()

    def _on_folder(self, text: str) -> None:
        self._own_folder = bool(text)
        self._tell()

    def _on_choose(self) -> None:
        found = QFileDialog.getExistingDirectory(self, self.tr("Folder of the new model"), self.folder.text())
        if found:
            self._own_folder = True
            self.folder.setText(found)
            self._tell()

    # Work

    def _on_run(self) -> None:
        if self.training.is_running:
            self.training.cancel()
            return
        self.tabs.setCurrentWidget(self.curve)
        self.training.start(Path(self.folder.text()), self.name.text().strip())

    def _on_show_model(self) -> None:
        if self.training.made is not None:
            self.model_wanted.emit(self.training.made.name)

    def _on_points(self) -> None:
        self.curve.set_points(self.training.points, self.training.steps, self.training.best_step)

    def _tell(self) -> None:
        training = self.training
        running = training.is_running
        self.run.setText(self.tr("Cancel") if running else self.tr("Fine-tune"))
        ready = self._state.corpus is not None and bool(self.name.text().strip()) and bool(self.folder.text())
        self.run.setEnabled(running or ready)
        self.look.setEnabled(not running and self._state.corpus is not None)
        self.forms.setEnabled(not running)
        for field in (self.name, self.folder, self.choose):
            field.setEnabled(not running)
        self.bar.setVisible(running)
        self.bar.setRange(0, max(training.steps, 0))
        self.bar.setValue(training.step)
        self.show_model.setVisible(training.made is not None)
        self.told.setText(self._line())
        notes = () if training.balance is None else training.balance.notes
        self.told.setToolTip("\n".join(notes))
        self.told.setStyleSheet(f"color: {colours().error};" if training.error is not None else "")
        if not training.points:
            self.curve.set_points((), 0)
        shown = (training.balance, training.made)
        if (
            any(one is not other for one, other in zip(shown, self._shown or (None, None), strict=True))
            or not self._shown
        ):
            self._shown = shown
            self._show_tables()

    def _line(self) -> str:
        training = self.training
        if training.error is not None:
            error = training.error
            hint = error.hint if isinstance(error, W2VPraatError) else ""
            return f"{error}" if not hint or hint in str(error) else f"{error}: {hint}"
        if training.is_running:
            if training.cancelled:
                return self.tr("Stopping after this step…")
            if not training.steps:
                return self.tr("Reading the corpus…")
            left = _time(training.seconds_left)
            told = self.tr("Step {step} of {steps}, loss {loss:.3f}").format(
                step=training.step, steps=training.steps, loss=training.loss
            )
            return told + (self.tr(", about {time} left").format(time=left) if left else "")
        if training.made is not None:
            found = training.made.results.finetuned
            early = self.tr(", stopped early: nothing got better") if found.stopped_early else ""
            return self.tr(
                "{name} is ready: weights of step {best} of {steps}{early}. It is in the lists of models."
            ).format(name=training.made.name, best=found.best_step, steps=found.steps, early=early)
        if training.cancelled:
            return self.tr(
                "Cancelled at step {step}. Fine-tune again with the same settings and folder, and it goes on."
            ).format(step=training.step)
        if training.balance is not None:
            parts = training.balance.splits
            told = self.tr(
                "{train} speakers for training, {held} decide when to stop, {test} for the figures."
            ).format(train=len(parts.train), held=len(parts.held_out), test=len(parts.test))
            notes = len(training.balance.notes)
            if not notes:
                return told
            return told + " " + (self.tr("1 note.") if notes == 1 else self.tr("{n} notes.").format(n=notes))
        return self.tr(
            "Teach a model, frame by frame, what tiers or speaker table say; then compare it in the maps."
        )

    def _show_tables(self) -> None:
        training = self.training
        header = (
            self.tr("task"),
            self.tr("class"),
            self.tr("training frames"),
            self.tr("held out"),
            self.tr("test"),
            self.tr("share (%)"),
            self.tr("remark"),
        )
        rows: list[tuple[str, ...]] = []
        if training.balance is not None:
            for row in training.balance.table.to_dict("records"):
                rows.append(
                    (
                        str(row["task"]),
                        str(row["class"]),
                        *(str(row[name]) for name in ("train", "held_out", "test")),
                        _per_cent(row["share"]),
                        "" if row["asked"] else self.tr("too rare, not asked"),
                    )
                )
        _show(self.classes, Sheet(header, tuple(rows)))
        header = (
            self.tr("task"),
            self.tr("frames right (%)"),
            self.tr("interval (%)"),
            self.tr("balanced (%)"),
            self.tr("macro F1"),
            self.tr("majority (%)"),
            self.tr("classes"),
            self.tr("frames"),
            self.tr("speakers"),
        )
        rows = []
        if training.made is not None:
            found = training.made.results.finetuned
            whose = {
                "test": self.tr("test speakers"),
                "held_out": self.tr("held-out speakers"),
                "train": self.tr("the training speakers themselves"),
            }
            self.tabs.setTabText(2, self.tr("Figures on {whose}").format(whose=whose[found.split]))
            for one in found.figures:
                low, high = one.interval()
                between = f"{_per_cent(low)} – {_per_cent(high)}" if low == low else ""
                rows.append(
                    (
                        one.task,
                        _per_cent(one.accuracy),
                        between,
                        _per_cent(one.balanced_accuracy),
                        f"{one.macro_f1:.3f}",
                        _per_cent(one.majority),
                        str(len(one.classes)),
                        str(one.n_frames),
                        str(len(one.by_speaker)),
                    )
                )
            self.tabs.setCurrentWidget(self.figures)
        _show(self.figures, Sheet(header, tuple(rows)))

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        """Look at what can be learned, now that somebody looks."""
        super().showEvent(event)
        training = self.training
        if training.balance is None and training.error is None and self._state.corpus is not None:
            training.look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the panel where a control has not the keyboard."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _table(name: str) -> QTableView:
    view = QTableView()
    view.setAccessibleName(name)
    view.setFont(label_font(11))
    view.setSortingEnabled(True)
    view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.setAlternatingRowColors(True)
    view.verticalHeader().hide()
    return view


def _show(view: QTableView, sheet: Sheet) -> None:
    old = view.model()
    view.setModel(SheetModel(sheet, view))
    if old is not None:
        old.deleteLater()
    view.resizeColumnsToContents()


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f}" if share == share else ""


def _time(seconds: float) -> str:
    if seconds != seconds:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def _plain(task: str) -> str:
    return "".join(letter for letter in task.partition("=")[0] if letter.isalnum())
