"""The menu of a token on a map.

It calls `Links`; `neighbours` is called with the id.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from w2vpraat.corpus.textgrid import to_unicode

from .links import Links


def token_menu(links: Links, token: str, neighbours: Callable[[str], object], parent: QWidget) -> QMenu:
    """Make the menu; it deletes itself when it is closed.

    Parameters
    ----------
    links : Links
    token : str
        Id; empty: no token is there, and only what concerns all is offered.
    neighbours : callable
        Asked for the tokens nearest to this one.
    parent : QWidget
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    live, row = links.live, links.row_of(token)
    if live is not None and row >= 0:
        label, speaker = str(live.texts("label")[row]), str(live.texts("speaker")[row])
        tr = menu.tr

        def add(text: str, act: Callable[[], object]) -> None:
            menu.addAction(text).triggered.connect(lambda _checked=False: act())

        add(tr("Open in the editor"), lambda: links.open(token))
        add(tr("Play"), lambda: links.play_token(token))
        add(tr("Show in Praat"), lambda: links.praat_wanted.emit(token))
        add(tr("Nearest tokens"), lambda: neighbours(token))
        menu.addSeparator()
        text = tr("Select all tokens of {label}").format(label=_safe(to_unicode(label)))
        add(text, lambda: links.select_value("label", label))
        text = tr("Select all tokens of speaker {name}").format(name=_safe(speaker))
        add(text, lambda: links.select_value("speaker", speaker))
        menu.addSeparator()
    add_selection(menu, links)
    return menu


def add_selection(menu: QMenu, links: Links) -> None:
    """Add what can be done with the selection and with what is shown."""
    only = menu.addAction(menu.tr("Show only the selection"))
    only.setEnabled(links.has_selection)
    only.triggered.connect(lambda _checked=False: links.show_selection())
    every = menu.addAction(menu.tr("Show all tokens"))
    every.setEnabled(links.is_filtered)
    every.triggered.connect(lambda _checked=False: links.show_all())
    none = menu.addAction(menu.tr("Select none"))
    none.setEnabled(links.has_selection)
    none.triggered.connect(lambda _checked=False: links.clear())


def _safe(text: str) -> str:
    return text.replace("&", "&&")
