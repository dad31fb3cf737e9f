"""What a map is made of and how far it can be believed, in sentences that can be copied.

Signals: none.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.normalize.methods import describe_methods
from w2vpraat.pipeline.maps.live_map import LiveMap

from ..fonts import label_font
from .map_names import AUTO, PROJECTIONS, Offer, column_name, said
from .numbers_line import NumbersLine

METHODS = {"plane": "chart"}
"""Methods of a map to projections that can be chosen."""


def explanation(offer: Offer, made: LiveMap | None, picture: MapPicture | None, numbers: NumbersLine) -> str:
    """Return the sentences."""
    params = offer.params
    parts = [offer.title]
    info = next((one for one in describe_methods() if one.key == params.normalization), None)
    if info is not None:
        text = said("Normalization: {title} ({source}). {formula}. Statistics over: {unit}.")
        parts.append(
            text.format(title=info.title, source=info.source, formula=info.formula, unit=info.unit)
            + f"\n{info.reference}"
        )
    method = params.projection if made is None else METHODS.get(made.method, made.method)
    text, told = PROJECTIONS.get(method, (said("strips"), AUTO["f0"]))
    parts.append(said("Laid flat by: {name}. {told}.").format(name=said(text), told=said(told).rstrip(".")))
    if picture is not None:
        x, y = picture.axes
        parts.append(said("Axes: {x}; {y}.").format(x=x, y=y))
        parts.append(
            said("{n} of {total} tokens are shown; colours: {column}.").format(
                n=int(picture.placed.sum()),
                total=len(picture.ids),
                column=column_name(picture.colour.name) or said("none"),
            )
        )
        if picture.ellipses:
            parts.append(
                said(
                    "An ellipse holds {percent} % of the tokens of its colour, if distributed normally."
                ).format(percent=round(100 * picture.level))
            )
        parts += [said(note)[:1].upper() + said(note)[1:] + "." for note in picture.notes]
    if numbers.numbers:
        parts.append(numbers.explanation)
    return "\n\n".join(parts)


class ExplainDialog(QDialog):
    """A window with the sentences; the maps stay usable beside it."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About this map"))
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setFont(label_font(11))
        self.text.setAccessibleName(self.windowTitle())
        buttons = QDialogButtonBox()
        buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
        self.resize(560, 460)
