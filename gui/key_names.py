"""Keys as people read them, and the sheet of all keys as a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from PySide6.QtGui import QKeySequence

from .action_table import ACTIONS, ActionSpec

Keys = Callable[[str], tuple[str, ...]]
"""Keys of an action, by its id."""


def shown_keys(keys: Iterable[str]) -> str:
    """Return keys as this system writes them: ``Ctrl+Shift+Up``, on macOS with its signs."""
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)


def key_table(keys: Keys, *, all_actions: bool = True) -> list[tuple[str, list[tuple[ActionSpec, str]]]]:
    """Return (menu, [(action, keys)]) in the order of the menus.

    Parameters
    ----------
    keys : callable
        Keys of an action.
    all_actions : bool
        Also those without keys.
    """
    menus: dict[str, list[tuple[ActionSpec, str]]] = {}
    for spec in ACTIONS:
        shown = shown_keys(keys(spec.id))
        if shown or all_actions:
            menus.setdefault(spec.menu, []).append((spec, shown))
    return list(menus.items())


def sheet_html(keys: Keys, title: str = "Keys") -> str:
    """Return the sheet as a page that can be printed on two sides."""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>',
        "body { font: 10pt/1.35 sans-serif; margin: 1.2cm; color: #1b1b1b; }",
        "h1 { font-size: 15pt; margin: 0 0 .4cm; } h2 { font-size: 11pt; margin: 0 0 .1cm; }",
        "main { columns: 3 7cm; column-gap: .8cm; }",
        "section { margin: 0 0 .45cm; break-inside: avoid-column; }",
        "table { border-collapse: collapse; width: 100%; }",
        "td { padding: 1px 3px; border-bottom: 1px solid #d4d4d4; vertical-align: top; }",
        "td:first-child { white-space: nowrap; font-weight: 600; width: 1%; }",
        "@page { margin: 1cm; }",
        f"</style></head><body><h1>{escape(title)}</h1><main>",
    ]
    for menu, rows in key_table(keys, all_actions=False):
        parts.append(f"<section><h2>{escape(menu)}</h2><table>")
        parts += [f"<tr><td>{escape(keys)}</td><td>{escape(spec.text)}</td></tr>" for spec, keys in rows]
        parts.append("</table></section>")
    parts.append("</main></body></html>\n")
    return "\n".join(parts)


def sheet_text(keys: Keys, title: str = "Keys") -> str:
    """Return the sheet as plain text."""
    lines = [title, "=" * len(title)]
    for menu, rows in key_table(keys, all_actions=False):
        lines += ["", menu, "-" * len(menu)]
        lines += [f"{keys:<28} {spec.text}" for spec, keys in rows]
    return "\n".join(lines) + "\n"
