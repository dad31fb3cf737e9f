"""Settings of the editor and the window: in the session, and as defaults of new sessions in a file.

`layout["editor"]` of a session holds one mapping per section. Whoever reads a setting asks here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from w2vpraat.errors import InputError
from w2vpraat.models.user_models import config_folder
from w2vpraat.params import (
    EditorParams,
    FormantViewParams,
    IntensityViewParams,
    ParamGroup,
    PitchViewParams,
    PlaybackParams,
    SpectrogramParams,
)
from w2vpraat.params.editing import AlignParams, LogParams, PraatParams, SelectParams, WindowParams
from w2vpraat.session.session import Session
from w2vpraat.writing import json_bytes, write_whole

from .state import AppState

Group = TypeVar("Group", bound=ParamGroup)

SECTIONS: dict[str, type[ParamGroup]] = {
    "editor": EditorParams,
    "spectrogram": SpectrogramParams,
    "formant_view": FormantViewParams,
    "pitch_view": PitchViewParams,
    "intensity_view": IntensityViewParams,
    "playback": PlaybackParams,
    "select": SelectParams,
    "align": AlignParams,
    "log": LogParams,
    "praat": PraatParams,
    "window": WindowParams,
}
"""Section of the editor's settings to its parameter group."""
KEY = "editor"
"""Where they are in the layout of a session."""


def defaults_file() -> Path:
    """Where the settings of new sessions are kept."""
    return config_folder() / "editor.json"


def setting(session: Session | None, kind: type[Group]) -> Group:
    """Return a group as the session has it; without a session, as new sessions begin with it.

    What is not valid (of another version, or edited by hand) counts as not set: a setting of the view must
    not keep anybody from working.
    """
    found = read_defaults() if session is None else session.layout.get(KEY)
    values = found.get(_section(kind)) if isinstance(found, Mapping) else None
    if not isinstance(values, Mapping):
        return kind()
    known = {name for name, *_ in kind.describe()}
    try:
        return kind.from_dict({name: value for name, value in values.items() if name in known})
    except (InputError, TypeError, ValueError):
        return kind()


def change_settings(state: AppState, text: str, *groups: ParamGroup) -> None:
    """Change settings of the session as one act, and let new sessions begin with them."""
    changed = {_section(type(group)): group.as_dict() for group in groups}
    write_whole(json_bytes({**read_defaults(), **changed}), defaults_file())
    if state.session is not None:
        layout = dict(state.session.layout)
        known = layout.get(KEY)
        layout[KEY] = {**(known if isinstance(known, Mapping) else {}), **changed}
        state.update_session(text, layout=layout)


def read_defaults() -> dict[str, Any]:
    """Return the file of defaults, by section; empty if there is none or it can't be read."""
    try:
        found = json.loads(defaults_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _section(kind: type[ParamGroup]) -> str:
    return next(name for name, group in SECTIONS.items() if group is kind)
