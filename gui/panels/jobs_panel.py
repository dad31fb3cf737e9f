"""The list of jobs: what is being done, how far it is, how long it will take; cancel; log and report.

Signals: none; reads `Jobs`, and cancels in it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job, error_report
from ..measuring.time_estimate import duration_words
from ..state import AppState

STEPS = {
    "tokens": "choose tokens",
    "measure": "measure",
    "embed": "embed",
    "normalize": "normalize",
    "compare": "compare",
}


class JobsPanel(QWidget):
    """All jobs of this window, newest first."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = state.jobs
        self.rows: dict[Job, JobRow] = {}
        self._empty = QLabel(self.tr("Nothing is being done. Long work is listed here."))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._clear = QPushButton(self.tr("Clear finished"))
        self._clear.clicked.connect(self._jobs.clear_ended)
        inner = QWidget()
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(4, 4, 4, 4)
        self._list.addWidget(self._empty)
        self._list.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        area.setAccessibleName(self.tr("Jobs"))
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area, 1)
        layout.addLayout(below)
        self._jobs.added.connect(self._on_added)
        self._jobs.changed.connect(self._on_changed)
        self._jobs.removed.connect(self._on_removed)
        for job in self._jobs.jobs:
            self._on_added(job)
        self._show_empty()

    def _show_empty(self) -> None:
        self._empty.setVisible(not self.rows)
        self._clear.setEnabled(any(job.has_ended for job in self.rows))

    def _on_added(self, job: Job) -> None:
        if not job.quiet:
            self.rows[job] = JobRow(job)
            self._list.insertWidget(0, self.rows[job])
            self._show_empty()

    def _on_changed(self, job: Job) -> None:
        if job in self.rows:
            self.rows[job].show_job()
            self._show_empty()

    def _on_removed(self, job: Job) -> None:
        row = self.rows.pop(job, None)
        if row is not None:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
            self._show_empty()


class JobRow(QFrame):
    """One job."""

    def __init__(self, job: Job, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job = job
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.title = QLabel(job.title)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(job.title)
        self.bar.setMinimumWidth(120)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setAccessibleName(self.tr("Cancel: {title}").format(title=job.title))
        self.cancel.clicked.connect(lambda: self._on_cancel())
        self.copy = QPushButton(self.tr("Copy report"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(error_report(job)))
        self.more = QToolButton()
        self.more.setText(self.tr("Log"))
        self.more.setCheckable(True)
        self.more.toggled.connect(self._on_log)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumHeight(140)
        self.log.setAccessibleName(self.tr("Log: {title}").format(title=job.title))
        self.log.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 4, 8, 4)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.bar, 0, 1)
        grid.addWidget(self.cancel, 0, 2)
        grid.addWidget(self.copy, 0, 3)
        grid.addWidget(self.more, 0, 4)
        grid.addWidget(self.said, 1, 0, 1, 5)
        grid.addWidget(self.log, 2, 0, 1, 5)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        self.show_job()

    def show_job(self) -> None:
        """Show how far the job is."""
        job, progress = self.job, self.job.progress
        if progress is not None and progress.total:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)
        else:
            self.bar.setRange(0, 0 if job.state == RUNNING else 1)
            self.bar.setValue(1 if job.state == DONE else 0)
        if job.state == DONE:
            self.bar.setValue(self.bar.maximum())
        self.said.setText(self._words())
        self.cancel.setVisible(not job.has_ended)
        self.copy.setVisible(job.state == FAILED)
        if self.log.isVisible():
            self.log.setPlainText("\n".join(job.log))

    def _words(self) -> str:
        job, progress = self.job, self.job.progress
        if job.state == WAITING:
            return self.tr("waits for the job before it")
        if job.state == CANCELLED:
            return self.tr("cancelled; what was finished is kept")
        if job.state == DONE:
            return self.tr("done")
        if job.state == FAILED:
            return str(job.error)
        if progress is None:
            return self.tr("starts")
        step = STEPS.get(progress.step, progress.step)
        left = job.seconds_left
        parts = [f"{step}: {progress.done} / {progress.total}", progress.name]
        if left is not None and progress.done < progress.total:
            parts.append(self.tr("about {time} left").format(time=duration_words(left)))
        return "   ".join(part for part in parts if part)

    def _on_cancel(self) -> None:
        self.job.cancel()
        self.cancel.setEnabled(False)
        self.said.setText(self.tr("stops after this recording"))

    def _on_log(self, shown: bool) -> None:
        self.log.setPlainText("\n".join(self.job.log))
        self.log.setVisible(shown)
