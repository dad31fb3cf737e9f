"""Write docs/settings.md from the parameter groups, the only home of defaults and help texts.

Usage: python tools/write_settings_page.py
"""

from __future__ import annotations

from pathlib import Path

from w2vpraat.cli.options import option_name
from w2vpraat.params import parameter_groups

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Every option of the command line, by section of the settings file `w2vpraat.toml`. Options given on the
command line win over the file, the file over the defaults. `w2vpraat run` writes the file with all values
back into the results folder: `w2vpraat run --config w2vpraat.toml -o DIR` repeats the run. Lists are
`["a", "b"]` in the file and `a,b` on the command line. `[run]` holds the corpus, further files
of it (`files`) and the speaker table; `[ceilings]` formant ceilings that were set by hand, by token id or
speaker; `[metadata]` changes of the speaker table that are not in its file (see [sessions](sessions.md)).

This page is made by `python tools/write_settings_page.py`.
"""


def settings_page() -> str:
    """Return the text of the page."""
    parts = [HEAD]
    for section, group in parameter_groups().items():
        parts.append(f"\n## [{section}]\n\n{(group.__doc__ or '').splitlines()[0]}\n")
        parts.append("| setting | option | default | unit | meaning |\n| --- | --- | --- | --- | --- |")
        for name, default, _, meta in group.describe():
            shown = ", ".join(map(str, default)) if isinstance(default, tuple) else default
            choices = f" One of: {', '.join(repr(c) for c in meta['choices'])}." if meta["choices"] else ""
            text = f"{meta['help']}{choices}".replace("|", "\\|")
            parts.append(f"| `{name}` | `{option_name(section, name)}` | {shown} | {meta['unit']} | {text} |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
    print(PAGE)
