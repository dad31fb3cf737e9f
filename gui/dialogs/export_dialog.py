"""Everything that can leave the window: what, with which options, to which file.

Signals of `ExportDialog`: `export_wanted` (the `ExportRequest`; nothing was asked about existing files yet),
`open_tiers_wanted` (the `AddedTierParams`: further tiers for the open recording), `page_shown` (kind).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.params.exporting import BoardParams

from ..state import AppState
from ..theme import colours
from ..work.export_requests import FIGURE, with_ending
from .export_pages import ExportPage, FigurePage, TiersPage, make_pages
from .figure_preview import FigurePreview


class ExportDialog(QDialog):
    """A window beside the main one; it stays open after an export.

    Parameters
    ----------
    state : AppState
        Its jobs draw the preview.

    Attributes
    ----------
    pages : dict
        Kind to `ExportPage`.
    """

    export_wanted = Signal(object)
    open_tiers_wanted = Signal(object)
    page_shown = Signal(str)

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self.pages: dict[str, ExportPage] = {page.kind: page for page in make_pages()}
        self._folder = Path.home()
        self._typed: dict[str, Path] = {}
        self._problems: Mapping[str, str] = {}
        self._pictures: Sequence[MapPicture] = ()
        self._caption: Callable[[], str] = str
        self._setting = False
        self._make_parts(state)
        self._lay_out()
        self.list.currentRowChanged.connect(self._on_row)
        self.file.textEdited.connect(self._on_typed)
        self.browse.clicked.connect(self._on_browse)
        self.export.clicked.connect(self._on_export)
        self.buttons.rejected.connect(self.close)
        for page in self.pages.values():
            page.changed.connect(self._on_changed)
        tiers = self.pages["tiers"]
        assert isinstance(tiers, TiersPage)
        tiers.open_wanted.connect(lambda: self.open_tiers_wanted.emit(tiers.params))
        self.list.setCurrentRow(0)
        self.resize(900, 620)

    def _make_parts(self, state: AppState) -> None:
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("What is exported"))
        self.list.setSpacing(2)
        self.stack = QStackedWidget()
        for page in self.pages.values():
            self.list.addItem(QListWidgetItem(page.title))
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QScrollArea.Shape.NoFrame)
            area.setWidget(page)
            self.stack.addWidget(area)
        self.list.setFixedWidth(self.list.sizeHintForColumn(0) + 24)
        self.heading = self._label()
        font = self.heading.font()
        font.setBold(True)
        self.heading.setFont(font)
        self.about, self.problem, self.remark = self._label(), self._label(), self._label()
        self.preview = FigurePreview(state)
        self.file = QLineEdit()
        self.file_title = QLabel()
        self.file_title.setBuddy(self.file)
        self.browse = QPushButton(self.tr("Choose…"))
        self.browse.setAutoDefault(False)
        self.told = self._label()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.export = QPushButton(self.tr("Export"))
        self.export.setDefault(True)
        self.buttons.addButton(self.export, QDialogButtonBox.ButtonRole.ActionRole)

    def _label(self) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        for label in (self.heading, self.about, self.problem):
            right.addWidget(label)
        right.addSpacing(6)
        middle = QHBoxLayout()
        middle.addWidget(self.stack, 1)
        middle.addWidget(self.preview, 2)
        right.addLayout(middle, 1)
        right.addWidget(self.remark)
        grid = QGridLayout()
        grid.addWidget(self.file_title, 0, 0)
        grid.addWidget(self.file, 0, 1)
        grid.addWidget(self.browse, 0, 2)
        grid.addWidget(self.told, 1, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        right.addLayout(grid)
        top = QHBoxLayout()
        top.addWidget(self.list)
        top.addSpacing(8)
        top.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.addLayout(top, 1)
        column.addWidget(self.buttons)

    # What others say

    @property
    def page(self) -> ExportPage:
        """The page that is shown."""
        return list(self.pages.values())[max(self.list.currentRow(), 0)]

    @property
    def path(self) -> Path:
        """Where it would be written, with the right ending."""
        text = self.file.text().strip()
        path = Path(text).expanduser() if text else self._default(self.page)
        path = path if path.is_absolute() else self._folder / path
        if self.page.is_folder:
            return path
        if not path.name or path.is_dir():
            path /= self._default(self.page).name
        return with_ending(path, self.page.endings())

    @property
    def board(self) -> BoardParams:
        """How a figure of the maps looks."""
        page = self.pages[FIGURE]
        assert isinstance(page, FigurePage)
        return page.params

    def show_page(self, kind: str) -> None:
        """Go to a page."""
        self.list.setCurrentRow(list(self.pages).index(kind))

    def set_folder(self, folder: Path) -> None:
        """Offer files in this folder; what was typed for another one is forgotten."""
        if folder != self._folder:
            self._folder = folder
            self._typed.clear()
            self._show_file()

    def set_problems(self, problems: Mapping[str, str], remark: str = "") -> None:
        """Say what can't leave now and why.

        Parameters
        ----------
        problems : mapping
            Kind to what has to be done first; kinds that are not here can be exported.
        remark : str
            What holds for all: edits that are not saved, for example.
        """
        self._problems = problems
        self.remark.setText(remark)
        self._tell()

    def set_pictures(self, pictures: Sequence[MapPicture], caption: Callable[[], str]) -> None:
        """Take the maps that are shown now."""
        self._pictures, self._caption = pictures, caption
        self._show_preview()

    def set_can_open_tiers(self, on: bool) -> None:
        """Say whether there is an open recording with tokens."""
        page = self.pages["tiers"]
        assert isinstance(page, TiersPage)
        page.into_open.setEnabled(on)

    # Slots

    def _on_row(self, _row: int) -> None:
        page = self.page
        self.stack.setCurrentIndex(self.list.currentRow())
        self.heading.setText(page.title)
        self.about.setText(page.about)
        self.preview.setVisible(page.kind == FIGURE)
        title = self.tr("Folder") if page.is_folder else self.tr("File")
        self.file_title.setText(title)
        self.file.setAccessibleName(title)
        self._show_file()
        self._show_preview()
        self.page_shown.emit(page.kind)

    def _on_changed(self) -> None:
        page = self.page
        known = {ending for one in _endings(page) for ending in one}
        path = self._typed.get(page.kind)
        if path is not None and not page.is_folder and path.suffix.lower() in known:
            self._typed[page.kind] = path.with_suffix(page.endings()[0])
        self._show_file()
        self._show_preview()

    def _on_typed(self, text: str) -> None:
        self._typed[self.page.kind] = Path(text)
        self._tell()

    def _on_browse(self) -> None:
        page = self.page
        if page.is_folder:
            found = QFileDialog.getExistingDirectory(self, page.title, str(self.path.parent))
        else:
            kinds = f"{page.title} ({' '.join(f'*{ending}' for ending in page.endings())})"
            found, _ = QFileDialog.getSaveFileName(
                self, page.title, str(self.path), kinds, options=QFileDialog.Option.DontConfirmOverwrite
            )
        if found:
            self._typed[page.kind] = (
                Path(found) if page.is_folder else with_ending(Path(found), page.endings())
            )
            self._show_file()

    def _on_export(self) -> None:
        if self.export.isEnabled():
            self.export_wanted.emit(self.page.request(self.path))

    # Parts

    def _default(self, page: ExportPage) -> Path:
        ending = "" if page.is_folder else page.endings()[0]
        return self._folder / f"{page.stem}{ending}"

    def _show_file(self) -> None:
        page = self.page
        self.file.setText(str(self._typed.get(page.kind, self._default(page))))
        self._tell()

    def _show_preview(self) -> None:
        page = self.page
        if isinstance(page, FigurePage) and self._pictures:
            self.preview.show_figure(self._pictures, page.params, self._caption)

    def _tell(self) -> None:
        page, problem = self.page, self._problems.get(self.page.kind, "")
        self.problem.setText(problem)
        self.problem.setStyleSheet(f"color: {colours().warning};")
        self.problem.setVisible(bool(problem))
        self.remark.setVisible(bool(self.remark.text()))
        self.stack.setEnabled(not problem)
        self.export.setEnabled(not problem)
        path = self.path
        parts = [str(path)] if self.file.text().strip() != str(path) else []
        if page.is_folder and path.is_dir():
            parts.append(self.tr("If it holds TextGrids of the same names, you will be asked."))
        elif not page.is_folder and path.exists():
            parts.append(self.tr("The file exists; you will be asked."))
        self.told.setText("\n".join(parts))


def _endings(page: ExportPage) -> list[tuple[str, ...]]:
    """Return the endings that a page may have given to a file before."""
    if page.kind == "table":
        return [(".csv", ".tsv", ".xlsx", ".parquet", ".txt")]
    if page.kind == "vectors":
        return [(".npz", ".parquet")]
    return [(".pdf", ".svg", ".png")] if page.kind == FIGURE else [page.endings()]
