"""The pages of the export dialog: the few options of each kind.

Signals of all pages: `changed` (an option, so perhaps the ending of the file). Of `TiersPage` also
`open_wanted` (the tiers are to go into the open recording, as one act).
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.corpus.tables.presets import WRITTEN
from w2vpraat.params.exporting import TIERS as TIER_KINDS
from w2vpraat.params.exporting import AddedTierParams, BoardParams, BundleParams

from ..forms import ParamForm
from ..work.export_requests import BUNDLE, FIGURE, REPORT, TABLE, TIERS, VECTORS, ExportRequest

MARGIN = 0


class ExportPage(QWidget):
    """Options of one kind.

    Attributes
    ----------
    kind : str
    title, about : str
        What it is, and what is in it.
    stem : str
        Name of the file without ending.
    is_folder : bool
        Whether a folder is written and not a file.
    """

    changed = Signal()
    kind = ""
    stem = ""
    is_folder = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)

    @property
    def title(self) -> str:
        """What it is called in the list."""
        raise NotImplementedError

    @property
    def about(self) -> str:
        """What is in it."""
        raise NotImplementedError

    def endings(self) -> tuple[str, ...]:
        """Return the endings of the file, the one that is chosen first."""
        return ()

    def request(self, path: Path) -> ExportRequest:
        """Return what is asked for."""
        return ExportRequest(self.kind, path)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self.column.addLayout(form)
        return form

    def _choice(
        self, form: QFormLayout, title: str, items: list[tuple[str, str]], *, first: bool = False
    ) -> QComboBox:
        box = QComboBox()
        for text, data in items:
            box.addItem(text, data)
        box.setAccessibleName(title)
        box.currentIndexChanged.connect(lambda _: self.changed.emit())
        label = QLabel(title)
        label.setBuddy(box)
        form.insertRow(0 if first else form.rowCount(), label, box)
        return box


class TablePage(ExportPage):
    """The token table."""

    kind, stem = TABLE, "tokens"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = self._form()
        own = [(self.tr("All of w2vpraat"), "")]
        presets = [(self.tr("As {program}").format(program=one.title), key) for key, one in WRITTEN.items()]
        self.columns = self._choice(form, self.tr("Columns"), own + presets)
        formats = [
            (self.tr("CSV (comma)"), ".csv"),
            (self.tr("TSV (tab)"), ".tsv"),
            (self.tr("Excel"), ".xlsx"),
            (self.tr("Parquet"), ".parquet"),
        ]
        self.format = self._choice(form, self.tr("Format"), formats)
        self.columns.currentIndexChanged.connect(self._on_columns)
        self.column.addStretch(1)

    @property
    def title(self) -> str:
        """What it is called in the list."""
        return self.tr("Table of tokens")

    @property
    def about(self) -> str:
        """What is in it."""
        return self.tr(
            "One row per token, or per token and time point: labels, neighbours, times, measures, normalized"
            " values, metadata. How it was made is written beside it."
        )

    def endings(self) -> tuple[str, ...]:
        """Return the endings of the file."""
        preset = self.columns.currentData()
        return WRITTEN[preset].endings if preset else (self.format.currentData(),)

    def request(self, path: Path) -> ExportRequest:
        """Return what is asked for."""
        return ExportRequest(TABLE, path, preset=self.columns.currentData())

    def _on_columns(self, _index: int) -> None:
        self.format.setEnabled(not self.columns.currentData())


class VectorsPage(ExportPage):
    """The vectors of the tokens."""

    kind, stem = VECTORS, "vectors"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        formats = [(self.tr("NPZ (Python)"), ".npz"), (self.tr("Parquet (R and others)"), ".parquet")]
        self.format = self._choice(self._form(), self.tr("Format"), formats)
        self.column.addStretch(1)

    @property
    def title(self) -> str:
        """What it is called in the list."""
        return self.tr("Vectors")

    @property
    def about(self) -> str:
        """What is in it."""
        return self.tr(
            "The vector of every token, raw and normalized, in single precision; the column id is that of the"
            " table of tokens."
        )

    def endings(self) -> tuple[str, ...]:
        """Return the endings of the file."""
        return (self.format.currentData(),)


class FigurePage(ExportPage):
    """The maps as a figure for print."""

    kind, stem = FIGURE, "maps"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        formats = [(self.tr("PDF"), ".pdf"), (self.tr("SVG"), ".svg"), (self.tr("PNG"), ".png")]
        self.form = ParamForm(BoardParams)
        self.form.changed.connect(lambda _: self.changed.emit())
        layout = self.form.layout()
        assert isinstance(layout, QFormLayout)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.format = self._choice(layout, self.tr("Format"), formats, first=True)
        self.column.addWidget(self.form)
        self.column.addStretch(1)

    @property
    def title(self) -> str:
        """What it is called in the list."""
        return self.tr("Figure of the maps")

    @property
    def about(self) -> str:
        """What is in it."""
        return self.tr(
            "The maps as they are shown now, with the same filter and colours, at the width of a journal's"
            " columns. Letters are part of the file."
        )

    @property
    def params(self) -> BoardParams:
        """How the figure looks."""
        return cast("BoardParams", self.form.value())

    def endings(self) -> tuple[str, ...]:
        """Return the endings of the file."""
        return (self.format.currentData(),)

    def request(self, path: Path) -> ExportRequest:
        """Return what is asked for."""
        return ExportRequest(FIGURE, path, params=self.params)


class ReportPage(ExportPage):
    """The HTML report."""

    kind, stem = REPORT, "report"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column.addStretch(1)

    @property
    def title(self) -> str:
        """What it is called in the list."""
        return self.tr("HTML report")

    @property
    def about(self) -> str:
        """What is in it."""
        return self.tr(
            "The comparison of all representations as one web page that needs no network: ranking, maps,"
            " pairs, cautions, and a paragraph for the methods section. What is missing is computed."
        )

    def endings(self) -> tuple[str, ...]:
        """Return the endings of the file."""
        return (".html",)


class TiersPage(ExportPage):
    """TextGrids with further tiers."""

    kind, stem, is_folder = TIERS, "textgrids", True
    open_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        chosen = AddedTierParams()
        self.boxes: dict[str, QCheckBox] = {}
        texts = self._texts()
        for kind in TIER_KINDS:
            box = QCheckBox(texts[kind])
            box.setChecked(kind in chosen.tiers)
            box.setAccessibleName(texts[kind])
            box.toggled.connect(lambda _: self.changed.emit())
            self.boxes[kind] = box
            self.column.addWidget(box)
        form = self._form()
        self.decimals = QSpinBox()
        self.decimals.setRange(0, 9)
        self.decimals.setValue(chosen.decimals)
        title = self.tr("Decimals of scores")
        self.decimals.setAccessibleName(title)
        label = QLabel(title)
        label.setBuddy(self.decimals)
        form.addRow(label, self.decimals)
        self.into_open = QPushButton(self.tr("Add to the open recording"))
        self.into_open.setToolTip(
            self.tr("Puts the tiers into the TextGrid in the editor, as one act that can be undone")
        )
        self.into_open.setAutoDefault(False)
        self.into_open.clicked.connect(self.open_wanted)
        self.column.addSpacing(6)
        self.column.addWidget(self.into_open, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)

    def _texts(self) -> dict[str, str]:
        return {
            "nearest": self.tr("Nearest label, by the tokens of other speakers"),
            "posterior": self.tr("Probability of the token's own label"),
            "outlier": self.tr("Share of normal tokens that lie farther from their label"),
            "sensitivity": self.tr("Largest change when boundaries move"),
            "frames": self.tr("Number of frames"),
        }

    @property
    def title(self) -> str:
        """What it is called in the list."""
        return self.tr("TextGrids with further tiers")

    @property
    def about(self) -> str:
        """What is in it."""
        return self.tr(
            "Copies of the TextGrids as they are on the screen, with tiers that say of each token what was"
            " found. Your own files are not written to."
        )

    @property
    def params(self) -> AddedTierParams:
        """Which tiers are made."""
        tiers = tuple(kind for kind, box in self.boxes.items() if box.isChecked())
        return AddedTierParams(tiers=tiers, decimals=self.decimals.value())

    def request(self, path: Path) -> ExportRequest:
        """Return what is asked for."""
        return ExportRequest(TIERS, path, params=self.params)


class BundlePage(ExportPage):
    """The session in one file."""

    kind, stem = BUNDLE, "session"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = ParamForm(BundleParams)
        layout = self.form.layout()
        assert layout is not None
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.form.changed.connect(lambda _: self.changed.emit())
        self.column.addWidget(self.form)
        self.column.addStretch(1)

    @property
    def title(self) -> str:
        """What it is called in the list."""
        return self.tr("Session bundle")

    @property
    def about(self) -> str:
        """What is in it."""
        return self.tr(
            "The session in one zip, to be kept or handed on: choices, TextGrids as on the screen, tables,"
            " vectors, maps, and the hashes of the sound files. w2vpraat unbundle makes a folder of it again."
        )

    def endings(self) -> tuple[str, ...]:
        """Return the endings of the file."""
        return (".zip",)

    def request(self, path: Path) -> ExportRequest:
        """Return what is asked for."""
        return ExportRequest(BUNDLE, path, params=self.form.value())


def make_pages() -> tuple[ExportPage, ...]:
    """Make the pages in the order of the list."""
    return (TablePage(), VectorsPage(), FigurePage(), ReportPage(), TiersPage(), BundlePage())
