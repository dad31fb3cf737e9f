"""Write docs/keys.md, the printable sheet of keys, from the table of commands.

Usage: python tools/write_keys_page.py
"""

from __future__ import annotations

from pathlib import Path

from w2vpraat_gui.action_table import ACTIONS, KEYMAPS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "keys.md"
HEAD = """# Keys

Every command of the window with its keys. They are Praat's wherever Praat has the command. Ctrl is Command
on macOS, Alt is Option. In the window, Ctrl-K shows this sheet, where keys can be searched, changed, saved
and printed; changed keys are kept for all sessions.

Commands marked with a dot work everywhere in the window, the others while the editor has the keyboard.

This page is made by `python tools/write_keys_page.py`.
"""
OTHERS = """
## Keys of other editors

The sheet offers two other keymaps. Only what differs from Praat's keys is listed. In EMU's, letters are
commands while the label field does not have the keyboard.
"""
_TITLES = {"emu": "EMU-webApp", "anchor": "Anchor"}


def keys_page() -> str:
    """Return the text of the page."""
    parts = [HEAD]
    menu = ""
    for spec in ACTIONS:
        if spec.menu != menu:
            menu = spec.menu
            parts.append(f"\n## {menu}\n\n| keys | command |\n| --- | --- |")
        mark = " ·" if spec.scope == "window" else ""
        parts.append(f"| {_keys(spec.keys)} | {_cell(spec.text)}{mark} |")
    parts.append(OTHERS)
    texts = {spec.id: f"{spec.menu}: {spec.text}" for spec in ACTIONS}
    for name, keymap in KEYMAPS.items():
        if keymap:
            parts.append(f"### {_TITLES.get(name, name)}\n\n| keys | command |\n| --- | --- |")
            parts += [f"| {_keys(keys)} | {_cell(texts[one])} |" for one, keys in keymap.items()]
            parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _keys(keys: tuple[str, ...]) -> str:
    return ", ".join(f"`{key}`" for key in keys) or "-"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(keys_page(), encoding="utf-8")
    print(PAGE)
