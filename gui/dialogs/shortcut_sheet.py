"""Window: all commands with their keys; searching, changing, printing.

It changes `Actions`, which tells everybody (`keys_changed`). Signals: none of its own.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QTextDocument
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.errors import W2VPraatError
from w2vpraat.writing import write_whole

from ..action_table import KEYMAPS
from ..actions import Actions
from ..key_names import key_table, sheet_html, sheet_text, shown_keys
from ..theme import colours

_ID = Qt.ItemDataRole.UserRole
_MODIFIERS = frozenset(
    {
        Qt.Key.Key_Control,
        Qt.Key.Key_Shift,
        Qt.Key.Key_Alt,
        Qt.Key.Key_Meta,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
        Qt.Key.Key_unknown,
    }
)
KEYMAP_TITLES = {"praat": "Praat", "emu": "EMU-webApp", "anchor": "Anchor"}


class KeyField(QLineEdit):
    """Takes whatever keys are pressed in it, Tab and Escape too. Signal: `captured` (portable text)."""

    captured = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setPlaceholderText(self.tr("Click here and press the new keys"))
        self.setAccessibleName(self.tr("New keys"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.keys = ""

    def clear_keys(self) -> None:
        """Forget what was pressed."""
        self.keys = ""
        self.clear()

    def event(self, event: QEvent) -> bool:
        """Take keys before the window or Qt itself does."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self._take(event)
            return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _MODIFIERS:
            return
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_Backtab:
            key, modifiers = Qt.Key.Key_Tab, modifiers | Qt.KeyboardModifier.ShiftModifier
        sequence = QKeySequence(int(key) | modifiers.value)
        self.keys = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        self.setText(shown_keys([self.keys]))
        self.captured.emit(self.keys)


class ShortcutSheet(QDialog):
    """The sheet.

    Parameters
    ----------
    actions : Actions
        Whose keys are shown and changed.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.actions_ = actions
        self.setWindowTitle(self.tr("Keys"))
        self.setModal(False)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search: a command, a menu, or keys such as Ctrl+I"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(self.tr("Search commands and keys"))
        self.search.textChanged.connect(self._on_search)
        self.keymap = QComboBox()
        self.keymap.setAccessibleName(self.tr("Keys of which program"))
        for name in KEYMAPS:
            self.keymap.addItem(KEYMAP_TITLES.get(name, name), name)
        self.keymap.setCurrentIndex(self.keymap.findData(actions.keymap))
        self.keymap.currentIndexChanged.connect(self._on_keymap)
        keymap_label = QLabel(self.tr("Keys &of:"))
        keymap_label.setBuddy(self.keymap)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([self.tr("Command"), self.tr("Keys")])
        self.tree.setAccessibleName(self.tr("Commands and their keys"))
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        self.tree.setStyleSheet("QTreeView::item { padding: 2px 0; }")
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.tree.currentItemChanged.connect(self._on_current)
        self.tree.itemActivated.connect(lambda *_: self.field.setFocus())
        self._make_foot()
        self._lay_out(keymap_label)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._fill()
        actions.keys_changed.connect(self._on_keys_changed)
        self.resize(680, 600)

    def _make_foot(self) -> None:
        self.chosen = QLabel()
        self.chosen.setTextFormat(Qt.TextFormat.PlainText)
        self.field = KeyField()
        self.field.captured.connect(self._on_captured)
        self.conflict = QLabel()
        self.conflict.setWordWrap(True)
        self.conflict.setTextFormat(Qt.TextFormat.PlainText)
        self.conflict.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.take = QPushButton(self.tr("&Use these keys"))
        self.add = QPushButton(self.tr("&Add to its keys"))
        self.none = QPushButton(self.tr("&No keys"))
        self.reset = QPushButton(self.tr("&Reset"))
        self.reset.setToolTip(self.tr("Give this command the keys of the keymap again"))
        self.reset_all = QPushButton(self.tr("Reset all"))
        self.save = QPushButton(self.tr("&Save sheet"))
        menu = QMenu(self.save)
        for text, slot in (
            (self.tr("As HTML, for printing…"), self._on_save_html),
            (self.tr("As text…"), self._on_save_text),
            (self.tr("Print…"), self._on_print),
        ):
            entry = QAction(text, menu)
            entry.triggered.connect(slot)
            menu.addAction(entry)
        self.save.setMenu(menu)
        self.close_button = QPushButton(self.tr("Close"))
        self.take.clicked.connect(lambda: self._on_take(False))
        self.add.clicked.connect(lambda: self._on_take(True))
        self.none.clicked.connect(self._on_none)
        self.reset.clicked.connect(self._on_reset)
        self.reset_all.clicked.connect(lambda: self.actions_.reset_keys())
        self.close_button.clicked.connect(self.close)
        for button in (
            self.take,
            self.add,
            self.none,
            self.reset,
            self.reset_all,
            self.save,
            self.close_button,
        ):
            button.setAutoDefault(False)

    def _lay_out(self, keymap_label: QLabel) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(keymap_label)
        top.addWidget(self.keymap)
        keys = QHBoxLayout()
        keys.addWidget(self.field, 1)
        for button in (self.take, self.add, self.none, self.reset):
            keys.addWidget(button)
        last = QHBoxLayout()
        last.addWidget(self.save)
        last.addWidget(self.reset_all)
        last.addStretch(1)
        last.addWidget(self.close_button)
        box = QVBoxLayout(self)
        box.addLayout(top)
        box.addWidget(self.tree, 1)
        box.addWidget(self.chosen)
        box.addLayout(keys)
        box.addWidget(self.conflict)
        box.addLayout(last)

    @property
    def current(self) -> str:
        """Id of the command that is chosen; empty for none."""
        item = self.tree.currentItem()
        return "" if item is None or item.parent() is None else str(item.data(0, _ID))

    def choose(self, name: str) -> None:
        """Choose a command."""
        self.tree.setCurrentItem(self._items[name])

    def visible_commands(self) -> list[str]:
        """Return the ids of the commands that the search leaves."""
        return [name for name, item in self._items.items() if not item.isHidden()]

    def _fill(self) -> None:
        for menu, rows in key_table(self.actions_.keys):
            top = QTreeWidgetItem([self.tr(menu), ""])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = top.font(0)
            font.setBold(True)
            top.setFont(0, font)
            self.tree.addTopLevelItem(top)
            top.setExpanded(True)
            for spec, keys in rows:
                item = QTreeWidgetItem([self.tr(spec.text), keys])
                item.setData(0, _ID, spec.id)
                item.setToolTip(
                    1, self.tr("Everywhere") if spec.scope == "window" else self.tr("In the editor")
                )
                top.addChild(item)
                self._items[spec.id] = item
        self._mark()
        self._on_current()

    def _mark(self) -> None:
        for name, item in self._items.items():
            item.setText(1, shown_keys(self.actions_.keys(name)))
            font = item.font(1)
            font.setBold(name in self.actions_.changed)
            item.setFont(1, font)

    # Slots

    def _on_keys_changed(self) -> None:
        self._mark()
        self._on_search(self.search.text())
        self._on_current()
        self.keymap.blockSignals(True)
        self.keymap.setCurrentIndex(self.keymap.findData(self.actions_.keymap))
        self.keymap.blockSignals(False)

    def _on_search(self, text: str) -> None:
        words = text.lower().split()
        compact = "".join(words)
        for item in self._items.values():
            top = item.parent()
            said = f"{item.text(0)} {'' if top is None else top.text(0)}".lower()
            # Keys are compared with and without blanks: "ctrl i" finds Ctrl+I.
            keys = item.text(1).lower()
            fits = all(word in said for word in words) or (
                bool(compact) and compact.replace("+", "") in keys.replace("+", "").replace(" ", "")
            )
            item.setHidden(not fits)
        for row in range(self.tree.topLevelItemCount()):
            top = self.tree.topLevelItem(row)
            hidden = all(top.child(at).isHidden() for at in range(top.childCount()))
            top.setHidden(hidden)

    def _on_current(self, *_: object) -> None:
        name = self.current
        self.field.clear_keys()
        self.conflict.clear()
        for widget in (self.field, self.none):
            widget.setEnabled(bool(name))
        self.take.setEnabled(False)
        self.add.setEnabled(False)
        self.reset.setEnabled(name in self.actions_.changed)
        self.reset_all.setEnabled(bool(self.actions_.changed))
        if not name:
            self.chosen.setText(self.tr("Choose a command to change its keys."))
            return
        keys = shown_keys(self.actions_.keys(name)) or self.tr("no keys")
        self.chosen.setText(f"{self._items[name].text(0)}: {keys}")

    def _on_captured(self, keys: str) -> None:
        name = self.current
        others = self.actions_.conflicts(name, [keys])
        self.take.setEnabled(True)
        self.add.setEnabled(keys not in self.actions_.keys(name))
        if others:
            names = ", ".join(f'"{self._items[one].text(0)}"' for one in others)
            text = self.tr("These keys belong to {names}, which will lose them.").format(names=names)
            shade = colours().warning
        else:
            text, shade = self.tr("These keys are free."), colours().news
        self.conflict.setText(text)
        self.conflict.setStyleSheet(f"color: {shade}")

    def _on_take(self, add: bool) -> None:
        if self.field.keys and self.current:
            old = self.actions_.keys(self.current) if add else ()
            self.actions_.set_keys(self.current, (*old, self.field.keys))

    def _on_none(self) -> None:
        if self.current:
            self.actions_.set_keys(self.current, ())

    def _on_reset(self) -> None:
        if self.current:
            self.actions_.reset_keys(self.current)

    def _on_keymap(self, _index: int) -> None:
        self.actions_.set_keymap(str(self.keymap.currentData()))

    def _title(self) -> str:
        return self.tr("w2vpraat: keys ({keymap})").format(keymap=self.keymap.currentText())

    def _on_save_html(self) -> None:
        self._ask_where(self.tr("Web page (*.html)"), "keys.html", sheet_html)

    def _on_save_text(self) -> None:
        self._ask_where(self.tr("Text (*.txt)"), "keys.txt", sheet_text)

    def _ask_where(self, kind: str, name: str, make: object) -> None:
        dialog = QFileDialog(self, self.tr("Save the sheet of keys"), name, kind)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.write(Path(path), make))
        dialog.open()

    def write(self, path: Path, make: object) -> None:
        """Write the sheet; `make` is `sheet_html` or `sheet_text`."""
        text = make(self.actions_.keys, self._title())  # type: ignore[operator]
        try:
            write_whole(text.encode("utf-8"), path)
        except W2VPraatError as error:
            self.conflict.setText(str(error))
            return
        self.conflict.setStyleSheet(f"color: {colours().news}")
        self.conflict.setText(self.tr("Saved: {path}").format(path=path))

    def _on_print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter()
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page = QTextDocument(self)
        page.setHtml(sheet_html(self.actions_.keys, self._title()))
        dialog.accepted.connect(lambda: page.print_(printer))
        self._printing = (printer, page)
        dialog.open()
