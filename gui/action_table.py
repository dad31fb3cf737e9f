"""Every command of the window, with Praat's keys. Menus, shortcut sheet and handlers are made from it.

Keys are written as Qt does; Qt itself turns Ctrl into Command and Alt into Option on macOS. An action whose
scope is ``editor`` obeys its keys while the editor has the focus, ``window`` everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ActionSpec:
    """One command.

    Parameters
    ----------
    id : str
        ``menu.what``; settings of keys refer to it.
    menu : str
        Title of its menu.
    text : str
        In the menu and in the sheet.
    keys : tuple of str
        Praat's keys, or ours where Praat has none.
    scope : {"editor", "window"}
    checkable : bool
        Switches something on and off.
    """

    id: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    scope: str = "editor"
    checkable: bool = False


def _file() -> tuple[ActionSpec, ...]:
    menu = "File"
    return (
        ActionSpec("file.open_folder", menu, "Open folder…", ("Ctrl+Shift+O",), "window"),
        ActionSpec("file.open_files", menu, "Open sound and TextGrid…", (), "window"),
        ActionSpec("file.open_session", menu, "Open session…", (), "window"),
        ActionSpec("file.open_bundle", menu, "Open session bundle…", (), "window"),
        ActionSpec("file.open_sample", menu, "Open the sample corpus", (), "window"),
        ActionSpec("file.open_results", menu, "Open results of a run…", (), "window"),
        ActionSpec("file.save", menu, "Save TextGrid as text file", ("Ctrl+S",), "window"),
        ActionSpec("file.save_as", menu, "Save TextGrid as…", (), "window"),
        ActionSpec("file.save_all", menu, "Save all TextGrids", ("Ctrl+Shift+S",), "window"),
        ActionSpec("file.read_again", menu, "Read TextGrid again from disk", (), "window"),
        ActionSpec("file.show_in_praat", menu, "Show in Praat", ("Ctrl+Alt+S",), "window"),
        ActionSpec("file.export", menu, "Export…", ("Ctrl+Shift+E",), "window"),
        ActionSpec("file.save_session", menu, "Save session", (), "window"),
        ActionSpec("file.save_session_as", menu, "Save session as…", (), "window"),
        ActionSpec("file.close", menu, "Close recording", ("Ctrl+W",), "window"),
        ActionSpec("file.quit", menu, "Quit", ("Ctrl+Q",), "window"),
    )


def _edit() -> tuple[ActionSpec, ...]:
    menu = "Edit"
    return (
        ActionSpec("edit.undo", menu, "Undo", ("Ctrl+Z",), "window"),
        ActionSpec("edit.redo", menu, "Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), "window"),
        ActionSpec("edit.cut", menu, "Cut label text", ("Ctrl+X",)),
        ActionSpec("edit.copy", menu, "Copy label text", ("Ctrl+C",)),
        ActionSpec("edit.paste", menu, "Paste label text", ("Ctrl+V",)),
        ActionSpec("edit.find", menu, "Find…", ("Ctrl+F",)),
        ActionSpec("edit.find_again", menu, "Find again", ("Ctrl+G",)),
        ActionSpec("edit.replace", menu, "Find and replace in tiers and files…", ("Ctrl+H",), "window"),
        ActionSpec("edit.palette", menu, "IPA letters…", ("Ctrl+Shift+I",), "window"),
        ActionSpec("edit.shortcuts", menu, "Keys…", ("Ctrl+K",), "window"),
        ActionSpec("edit.preferences", menu, "Preferences…", ("Ctrl+Shift+P",), "window"),
    )


def _view() -> tuple[ActionSpec, ...]:
    menu = "View"
    return (
        ActionSpec("view.all", menu, "Show all", ("Ctrl+A",)),
        ActionSpec("view.zoom_in", menu, "Zoom in", ("Ctrl+I",)),
        ActionSpec("view.zoom_out", menu, "Zoom out", ("Ctrl+O",)),
        ActionSpec("view.to_selection", menu, "Zoom to selection", ("Ctrl+N",)),
        ActionSpec("view.back", menu, "Zoom back", ("Ctrl+B",)),
        ActionSpec("view.page_back", menu, "Scroll page back", ("PgUp",)),
        ActionSpec("view.page_forward", menu, "Scroll page forward", ("PgDown",)),
        ActionSpec("view.spectrogram", menu, "Show spectrogram", (), "window", True),
        ActionSpec("view.formants", menu, "Show formants", (), "window", True),
        ActionSpec("view.f0", menu, "Show f0", (), "window", True),
        ActionSpec("view.intensity", menu, "Show intensity", (), "window", True),
        ActionSpec("view.frames", menu, "Show frame ruler", (), "window", True),
        ActionSpec("view.settings", menu, "Spectrogram and overlays…", (), "window"),
        ActionSpec("view.next_recording", menu, "Next recording", ("Ctrl+Alt+N",), "window"),
        ActionSpec("view.previous_recording", menu, "Previous recording", ("Ctrl+Alt+P",), "window"),
        ActionSpec("view.next_pane", menu, "Next part of the window", ("Ctrl+Tab",), "window"),
        ActionSpec("view.annotate", menu, "Arrange for annotating", ("Ctrl+Alt+1",), "window"),
        ActionSpec("view.both", menu, "Arrange for annotating and comparing", ("Ctrl+Alt+2",), "window"),
        ActionSpec("view.compare", menu, "Arrange for comparing", ("Ctrl+Alt+3",), "window"),
        ActionSpec("view.theme_light", menu, "Light", (), "window"),
        ActionSpec("view.theme_dark", menu, "Dark", (), "window"),
        ActionSpec("view.theme_system", menu, "Colours of the desktop", (), "window"),
    )


def _select() -> tuple[ActionSpec, ...]:
    menu = "Select"
    return (
        ActionSpec("select.earlier", menu, "Select earlier", ("Up",)),
        ActionSpec("select.later", menu, "Select later", ("Down",)),
        ActionSpec("select.start_left", menu, "Move start of selection left", ("Shift+Up",)),
        ActionSpec("select.start_right", menu, "Move start of selection right", ("Shift+Down",)),
        ActionSpec("select.end_left", menu, "Move end of selection left", ("Ctrl+Up",)),
        ActionSpec("select.end_right", menu, "Move end of selection right", ("Ctrl+Down",)),
        ActionSpec("select.zero", menu, "Cursor to nearest zero crossing", ("Ctrl+0",)),
        ActionSpec("select.start_zero", menu, "Start of selection to nearest zero crossing", ("Ctrl+,",)),
        ActionSpec("select.end_zero", menu, "End of selection to nearest zero crossing", ("Ctrl+.",)),
        ActionSpec("select.next_interval", menu, "Next interval", ("Alt+Right",)),
        ActionSpec("select.previous_interval", menu, "Previous interval", ("Alt+Left",)),
        ActionSpec("select.next_tier", menu, "Next tier", ("Alt+Down",)),
        ActionSpec("select.previous_tier", menu, "Previous tier", ("Alt+Up",)),
        ActionSpec("select.extend_next", menu, "Extend selection by next interval", ("Shift+Alt+Right",)),
        ActionSpec(
            "select.extend_previous", menu, "Extend selection by previous interval", ("Shift+Alt+Left",)
        ),
        ActionSpec("select.time", menu, "Go to time…", ("Ctrl+J",)),
    )


def _interval() -> tuple[ActionSpec, ...]:
    menu = "Interval"
    made = [
        ActionSpec(f"interval.add_{n}", menu, f"Add interval on tier {n}", (f"Ctrl+{n}",))
        for n in range(1, 9)
    ]
    return (
        *made,
        ActionSpec("interval.align", menu, "Align interval", ("Ctrl+D",)),
        ActionSpec("interval.split", menu, "Split interval into equal parts…"),
        ActionSpec("interval.merge", menu, "Merge selected intervals", ("Ctrl+M",)),
        ActionSpec("interval.spelling", menu, "Check labels of tier", ("Ctrl+Alt+L",)),
    )


def _boundary() -> tuple[ActionSpec, ...]:
    menu = "Boundary"
    made = [ActionSpec(f"boundary.add_{n}", menu, f"Add on tier {n}", (f"Ctrl+F{n}",)) for n in range(1, 9)]
    nudges = [
        ActionSpec(f"boundary.nudge_{way}_{key}", menu, f"Move boundary {text} {words}", (keys,))
        for way, text, arrow in (("left", "left by", "["), ("right", "right by", "]"))
        for key, words, keys in (
            ("sample", "one sample", f"Ctrl+{arrow}"),
            ("1ms", "1 ms", f"Alt+{arrow}"),
            ("5ms", "5 ms", f"Ctrl+Alt+{arrow}"),
            ("10ms", "10 ms", f"Alt+Shift+{arrow}"),
        )
    ]
    return (
        ActionSpec("boundary.add", menu, "Add on selected tier", ("Return", "Enter")),
        *made,
        ActionSpec("boundary.add_everywhere", menu, "Add on all tiers", ("Ctrl+F9",)),
        ActionSpec("boundary.remove", menu, "Remove", ("Alt+Backspace",)),
        ActionSpec("boundary.to_cursor", menu, "Move boundary to cursor", ("Ctrl+T",)),
        ActionSpec("boundary.to_zero", menu, "Move boundary to nearest zero crossing", ("Alt+0",)),
        *nudges,
    )


def _tier() -> tuple[ActionSpec, ...]:
    menu = "Tier"
    return (
        ActionSpec("tier.add_interval", menu, "Add interval tier…"),
        ActionSpec("tier.add_point", menu, "Add point tier…"),
        ActionSpec("tier.duplicate", menu, "Duplicate tier…"),
        ActionSpec("tier.rename", menu, "Rename tier…"),
        ActionSpec("tier.up", menu, "Move tier up", ("Ctrl+Shift+Up",)),
        ActionSpec("tier.down", menu, "Move tier down", ("Ctrl+Shift+Down",)),
        ActionSpec("tier.remove", menu, "Remove tier"),
        ActionSpec("tier.repair", menu, "Repair gaps and overlaps…"),
    )


def _measure() -> tuple[ActionSpec, ...]:
    menu = "Measure"
    formants = [ActionSpec(f"query.formant_{n}", menu, f"Get formant {n}", (f"F{n}",)) for n in range(1, 5)]
    return (
        *formants,
        ActionSpec("query.f0", menu, "Get f0", ("F5",)),
        ActionSpec("query.f0_minimum", menu, "Get minimum f0", ("Alt+F5",)),
        ActionSpec("query.f0_maximum", menu, "Get maximum f0", ("Shift+F5",)),
        ActionSpec("query.cursor", menu, "Get cursor", ("F6",)),
        ActionSpec("query.power", menu, "Get spectral power at the cross", ("F7",)),
        ActionSpec("query.intensity", menu, "Get intensity", ("F8",)),
        ActionSpec("query.intensity_minimum", menu, "Get minimum intensity", ("Alt+F8",)),
        ActionSpec("query.intensity_maximum", menu, "Get maximum intensity", ("Shift+F8",)),
        ActionSpec("query.to_f0_minimum", menu, "Cursor to minimum f0", ("Ctrl+Shift+L",)),
        ActionSpec("query.to_f0_maximum", menu, "Cursor to maximum f0", ("Ctrl+Shift+H",)),
        ActionSpec("query.slice", menu, "View spectral slice", ("Ctrl+L",)),
        ActionSpec("query.log_1", menu, "Log 1", ("F12",)),
        ActionSpec("query.log_2", menu, "Log 2", ("Shift+F12",)),
        ActionSpec("query.log_3", menu, "Log 3", ("Alt+F12",)),
        ActionSpec("query.log_4", menu, "Log 4", ("Ctrl+F12",)),
        ActionSpec("measure.run", menu, "Measure all tokens", ("Ctrl+R",), "window"),
        ActionSpec("measure.candidates", menu, "Formant candidates of this token…", ("Ctrl+E",)),
        ActionSpec("measure.export", menu, "Save table…", (), "window"),
        ActionSpec("measure.finetune", menu, "Fine-tune a model…", (), "window"),
    )


def _maps() -> tuple[ActionSpec, ...]:
    menu = "Maps"
    return (
        ActionSpec("maps.show", menu, "Show maps", ("Ctrl+Shift+M",), "window"),
        ActionSpec("maps.add", menu, "One more map", (), "window"),
        ActionSpec("maps.remove", menu, "One map less", (), "window"),
        ActionSpec("maps.live", menu, "Refresh values while editing", (), "window", True),
        ActionSpec("maps.freeze", menu, "Freeze the reference", (), "window", True),
        ActionSpec("maps.next_token", menu, "Next token of the selection", ("Ctrl+Alt+Right",), "window"),
        ActionSpec(
            "maps.previous_token", menu, "Previous token of the selection", ("Ctrl+Alt+Left",), "window"
        ),
        ActionSpec("maps.clear", menu, "Select no token", (), "window"),
        ActionSpec("maps.neighbours", menu, "Nearest tokens of other speakers", ("Ctrl+Alt+K",), "window"),
        ActionSpec("maps.layer_up", menu, "One layer up", ("Ctrl+Alt+PgUp",), "window"),
        ActionSpec("maps.layer_down", menu, "One layer down", ("Ctrl+Alt+PgDown",), "window"),
        ActionSpec("maps.export", menu, "Save maps as a figure…", (), "window"),
    )


def _compare() -> tuple[ActionSpec, ...]:
    menu = "Compare"
    return (
        ActionSpec("compare.run", menu, "Rank the representations", ("Ctrl+Alt+R",), "window"),
        ActionSpec("compare.pairs", menu, "Separation of label pairs", (), "window"),
        ActionSpec("compare.sensitivity", menu, "Sensitivity to boundaries", (), "window"),
        ActionSpec("compare.layers", menu, "Layer by layer", (), "window"),
        ActionSpec("compare.claims", menu, "The paper's claims on these data", (), "window"),
        ActionSpec("compare.report", menu, "HTML report…", (), "window"),
    )


def _queue() -> tuple[ActionSpec, ...]:
    menu = "Review"
    return (
        ActionSpec("review.make", menu, "Make a review queue", ("Ctrl+Alt+Q",), "window"),
        ActionSpec("review.next", menu, "Next unreviewed token", ("Ctrl+U",), "window"),
        ActionSpec("review.previous", menu, "Previous unreviewed token", ("Ctrl+Shift+U",), "window"),
        ActionSpec("review.done", menu, "Done", ("Ctrl+Shift+D",), "window"),
        ActionSpec("review.star", menu, "Star", ("Ctrl+Shift+8",), "window"),
        ActionSpec("review.tag", menu, "Tags…", ("Ctrl+Shift+T",), "window"),
        ActionSpec("review.note", menu, "Note…", ("Ctrl+Shift+N",), "window"),
        ActionSpec("review.export", menu, "Save the list…", (), "window"),
    )


def _play() -> tuple[ActionSpec, ...]:
    menu = "Play"
    return (
        ActionSpec("play.selection", menu, "Play selection or stop", ("Tab",)),
        ActionSpec("play.window", menu, "Play window", ("Shift+Tab",)),
        ActionSpec("play.all", menu, "Play whole recording"),
        ActionSpec("play.stop", menu, "Interrupt playing", ("Escape",)),
        ActionSpec("play.loop", menu, "Play again and again", (), "window", True),
        ActionSpec("play.slow", menu, "Slowly, with the same pitch", (), "window", True),
    )


def _review() -> tuple[ActionSpec, ...]:
    menu = "Annotators"
    return (
        ActionSpec("second.open", menu, "Load a second annotator's TextGrid…", (), "window"),
        ActionSpec("second.next", menu, "Next disagreement", ("Ctrl+Alt+D",), "window"),
        ActionSpec("second.keep", menu, "Keep mine", (), "window"),
        ActionSpec("second.adopt", menu, "Adopt the second annotator's", (), "window"),
        ActionSpec("second.blind", menu, "Make a blind copy…", (), "window"),
        ActionSpec("second.close", menu, "Close the second TextGrid", (), "window"),
    )


def _help() -> tuple[ActionSpec, ...]:
    return (
        ActionSpec("help.about", "Help", "About w2vpraat", (), "window"),
        ActionSpec("help.report", "Help", "Copy a report for the developers", (), "window"),
    )


ACTIONS: tuple[ActionSpec, ...] = (
    *_file(),
    *_edit(),
    *_view(),
    *_select(),
    *_interval(),
    *_boundary(),
    *_tier(),
    *_measure(),
    *_maps(),
    *_compare(),
    *_queue(),
    *_play(),
    *_review(),
    *_help(),
)

KEYMAPS: dict[str, dict[str, tuple[str, ...]]] = {
    "praat": {},
    "emu": {
        "view.zoom_in": ("W",),
        "view.zoom_out": ("S",),
        "view.page_back": ("A",),
        "view.page_forward": ("D",),
        "view.all": ("Q",),
        "view.to_selection": ("E",),
        "select.next_interval": ("Tab",),
        "select.previous_interval": ("Shift+Tab",),
        "boundary.remove": ("Backspace",),
        "boundary.to_zero": ("X",),
        "edit.undo": ("Z",),
        "edit.redo": ("Shift+Z",),
        "file.save": ("Shift+S",),
        "play.selection": ("C",),
        "play.all": ("F",),
        "play.window": ("Space",),
    },
    "anchor": {
        "play.selection": ("Tab",),
        "boundary.remove": ("Delete",),
        "interval.merge": ("Ctrl+M",),
        "interval.split": ("Ctrl+D",),
        "interval.align": (),
        "edit.find": ("Ctrl+F",),
        "edit.redo": ("Ctrl+Shift+Z",),
    },
}
"""Keys of other editors: what differs from Praat's."""
