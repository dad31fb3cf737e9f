"""``w2vpraat plugin``: install, status, remove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from w2vpraat.errors import W2VPraatError

if TYPE_CHECKING:
    from w2vpraat.bridge.plugin.installing import Installed, Removed
    from w2vpraat.bridge.plugin.plugin_status import PluginStatus
    from w2vpraat.bridge.plugin.praat_program import PraatCheck
    from w2vpraat.bridge.plugin.preference_folders import PreferenceFolder

Done = TypeVar("Done")
ALL_RIGHT, SOMETHING_TO_DO = 0, 1
_LABEL = 12

folder_option = click.option(
    "--folder",
    "folders",
    multiple=True,
    type=click.Path(),
    help="Praat's preference folder, if it is not the usual one; can be given several times.",
)
praat_option = click.option(
    "--praat", metavar="PROGRAM", help="The Praat to try; default: all that are found."
)
force_option = click.option(
    "--force", is_flag=True, help="Move a folder plugin_w2vpraat that is not ours aside; it is not deleted."
)


@click.group()
def command() -> None:
    """Put w2vpraat into Praat's menus: install, status, remove.

    \b
    w2vpraat plugin install      copy the plugin into Praat's folder, and try it
    w2vpraat plugin status       is it there, whole, of this version, does it work
    w2vpraat plugin remove       take it out again
    """


@command.command()
@folder_option
@force_option
@praat_option
def install(folders: tuple[str, ...], force: bool, praat: str | None) -> int:
    """Copy the plugin into Praat's preference folder, and try it.

    It goes into every preference folder of yours, of Praat 6 and of Praat 7; if there is none, one is made.
    Other plugins and your settings stay as they are. Run it again after an update of w2vpraat, or if Python
    has moved; it changes only what needs it.
    """
    from w2vpraat.bridge.plugin.installing import install_plugin
    from w2vpraat.bridge.plugin.launcher import launcher_problem
    from w2vpraat.bridge.plugin.plugin_status import known_folders
    from w2vpraat.bridge.plugin.praat_program import find_praats
    from w2vpraat.bridge.plugin.preference_folders import folders_to_install

    programs = find_praats(praat)
    places = _named(folders) or known_folders() or folders_to_install()
    done, refused = _each(places, lambda place: install_plugin(place.path, force))
    to_do = bool(refused)
    for place, one in done:
        _say_installed(place, one)
        reason = launcher_problem(one.plugin)
        _line("launcher", f"does not work: {reason}" if reason else "works")
        to_do = to_do or bool(reason)
    _say_refused(refused)
    if not _say_praats(programs, [one.plugin for _, one in done], usual=not folders):
        to_do = True
    if to_do:
        click.echo("\nNot all is right yet: see above. Then again: w2vpraat plugin install")
        return SOMETHING_TO_DO
    click.echo(
        "\nNext: start Praat again if it is open. Select a Sound and its TextGrid: the button is called "
        "w2vpraat.\nWhat the commands do: in Praat's menu Praat > w2vpraat > Help."
    )
    return ALL_RIGHT


@command.command()
@folder_option
@praat_option
def status(folders: tuple[str, ...], praat: str | None) -> int:
    """Tell whether the plugin is installed, whole, of this version, and works.

    Exit code 0 if all is right, 1 if there is something to do; what, is said. Nothing is changed.
    """
    from w2vpraat.bridge.plugin.plugin_status import known_folders, plugin_status
    from w2vpraat.bridge.plugin.praat_program import find_praats
    from w2vpraat.bridge.plugin.preference_folders import folders_to_install

    programs = find_praats(praat)
    found = [plugin_status(place) for place in _named(folders) or known_folders() or folders_to_install()]
    for one in found:
        _say_status(one)
    quiet = True
    if any(one.installed for one in found):
        quiet = _say_praats(programs, [one.preferences.plugin for one in found], usual=not folders)
    _line("worker", _worker())
    return ALL_RIGHT if quiet and not any(one.problems for one in found) else SOMETHING_TO_DO


@command.command()
@folder_option
@force_option
def remove(folders: tuple[str, ...], force: bool) -> int:
    """Take the plugin out of Praat's preference folders, and stop the background worker.

    Your own files in the plugin's folder are kept in a folder beside it. Other plugins, your settings, and
    what the commands have given you stay as they are.
    """
    from w2vpraat.bridge.plugin.installing import remove_plugin
    from w2vpraat.bridge.plugin.plugin_status import known_folders
    from w2vpraat.bridge.service.starting import stop_worker

    places = _named(folders) or known_folders()
    _line("worker", stop_worker())
    done, refused = _each(places, lambda place: remove_plugin(place.path, force))
    gone = [one for _, one in done if one is not None]
    for one in gone:
        _say_removed(one)
    _say_refused(refused)
    if not gone and not refused:
        click.echo("The plugin is not installed: nothing to remove.")
    elif gone:
        click.echo("\nA Praat that is open shows the commands until it is closed.")
    return SOMETHING_TO_DO if refused else ALL_RIGHT


def _named(folders: Sequence[str]) -> tuple[PreferenceFolder, ...]:
    from w2vpraat.bridge.plugin.preference_folders import PreferenceFolder

    return tuple(PreferenceFolder(Path(one).absolute()) for one in folders)


def _each(
    places: Sequence[PreferenceFolder], act: Callable[[PreferenceFolder], Done]
) -> tuple[list[tuple[PreferenceFolder, Done]], list[W2VPraatError]]:
    """Do something for each folder; if nothing could be done the error goes on."""
    done: list[tuple[PreferenceFolder, Done]] = []
    refused: list[W2VPraatError] = []
    for place in places:
        try:
            done.append((place, act(place)))
        except W2VPraatError as error:
            refused.append(error)
    if refused and not done:
        raise refused[0]
    return done, refused


def _line(label: str, text: str) -> None:
    click.echo(f"{label:{_LABEL}}{text}")


def _say_refused(refused: Sequence[W2VPraatError]) -> None:
    for error in refused:
        click.echo(f"w2vpraat: {error}", err=True)


def _say_installed(place: PreferenceFolder, one: Installed) -> None:
    from w2vpraat import __version__

    if not one.changed:
        what = f"version {__version__} is there already, nothing was changed"
    elif one.before in ("", __version__):
        what = f"version {__version__} " + ("was put right" if one.before else "is installed")
    else:
        what = f"version {__version__} is installed in place of {one.before}"
    _line("folder", f"{place.path}{f' ({place.praat})' if place.praat else ''}")
    _line("plugin", f"{one.plugin}: {what}")
    if one.aside is not None:
        _line("", f"what was there is now in {one.aside}")
    if one.kept:
        _line("", f"your own files are still there: {', '.join(one.kept)}")
    if one.edited:
        _line("", f"files that you had changed are kept as {', '.join(one.edited)}")


def _say_status(one: PluginStatus) -> None:
    place = one.preferences
    _line("folder", f"{place.path}{f' ({place.praat})' if place.praat else ''}")
    if one.installed:
        _line("plugin", f"{place.plugin}: version {one.version}" + ("" if one.problems else ", all right"))
        _line("Python", one.interpreter)
        if one.users_files:
            _line("", f"your own files in it: {', '.join(one.users_files)}")
    for problem in one.problems:
        _line("to do" if one.installed else "plugin", f"{problem.what}: {problem.remedy}")


def _say_removed(one: Removed) -> None:
    _line("plugin", f"{one.plugin} is removed")
    if one.aside is not None:
        _line(
            "",
            f"your own files are now in {one.aside}: {', '.join(one.kept)}"
            if one.kept
            else f"what was there is now in {one.aside}",
        )


def _say_praats(programs: Sequence[Path], plugins: Sequence[Path], usual: bool) -> bool:
    """Try each Praat and say how it went; True if none found fault."""
    from w2vpraat.bridge.plugin.praat_program import check_praat

    if not programs:
        _line("Praat", "not found on this computer, so the plugin was not tried")
        _line("", "if you have it: w2vpraat plugin status --praat PATH_OF_PRAAT")
        return True
    good = True
    for program in programs:
        check = check_praat(program, plugins)
        text, right = _judgement(check, usual)
        _line("Praat", f"{check.program}{f' ({check.version})' if check.version else ''}: {text}")
        if check.complaint:
            _line("", f"at each start it complains, but not about w2vpraat: {check.complaint}")
        good = good and right
    return good


def _judgement(check: PraatCheck, usual: bool) -> tuple[str, bool]:
    """Return what to say of a Praat, and whether that is all right."""
    if check.problem:
        return check.problem, False
    if check.lists_commands is not False:
        return "loads the plugin without a word", True
    text = "starts, but does not show the commands: it reads another folder"
    if usual:
        return f"{text}; find it, then: w2vpraat plugin install --folder FOLDER", False
    return text, True


def _worker() -> str:
    from w2vpraat.bridge.service.client import Refused
    from w2vpraat.bridge.service.starting import running_worker

    try:
        state = running_worker()
    except Refused as refused:
        return str(refused)
    if state is None:
        return "does not run; the first command in Praat starts it"
    return f"runs (process {state['pid']}, version {state.get('version', 'unknown')})"
