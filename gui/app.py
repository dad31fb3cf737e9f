"""Entry point of ``w2vpraat-gui`` and ``w2vpraat gui``: look at the arguments, then open the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication

from w2vpraat import __version__
from w2vpraat.errors import W2VPraatError
from w2vpraat.params.editing import WindowParams
from w2vpraat.session.session import new_session

from . import fonts
from .languages import install_language
from .main_window import MainWindow
from .praat.listening import Listening
from .storage.files import is_results
from .theme import apply_theme
from .view_settings import setting

USAGE = """Usage: w2vpraat-gui [FOLDER | SESSION | SOUND TEXTGRID]

The annotation editor, with formants and wav2vec 2.0 embeddings of every interval.

  FOLDER           sound files and TextGrids of the same names, or what `w2vpraat run` wrote
  SESSION          a file ending in .w2vpraat, saved in the window
  SOUND TEXTGRID   one recording; of the two, one is enough if they lie beside each other

Without any of them a start page is shown, from which the sample corpus can be opened.

  -h, --help       this text
  --version        the version
"""
OK, WRONG = 0, 2


class UsageError(Exception):
    """What was written on the command line can't be opened."""


def parse(arguments: Sequence[str]) -> tuple[Path, ...]:
    """Return what is to be opened, in full.

    Raises
    ------
    UsageError
        If it does not exist, is of another kind, or an option is not known. Says what to do.
    """
    for argument in arguments:
        if argument.startswith("-") and not os.path.exists(argument):
            raise UsageError(f'there is no option "{argument}" (w2vpraat-gui --help lists them)')
    paths = tuple(Path(os.path.abspath(argument)) for argument in arguments)
    if not paths or (len(paths) == 1 and is_results(paths[0])):
        return paths
    try:
        new_session(paths)
    except W2VPraatError as error:
        raise UsageError(str(error)) from error
    return paths


def make_window(paths: Sequence[Path] = ()) -> MainWindow:
    """Make the window, open in it what is named, and offer what a crash has left over.

    Parameters
    ----------
    paths : sequence of Path
        From `parse`. Empty: the start page.
    """
    window = MainWindow()
    if paths:
        window.files.open_paths(paths)
    window.keeping.offer()
    return window


def listen(window: MainWindow) -> Listening:
    """Let other programs of this user show recordings in the window, until it is closed."""
    listening = Listening(window.state, window.files.open_paths, window)
    listening.shown.connect(lambda _: window.arrangement.bring_editor())
    listening.shown.connect(lambda _: window.editor.setFocus(Qt.FocusReason.OtherFocusReason))
    window.files.closing.connect(listening.close)
    listening.start()
    return listening


def make_application() -> QApplication:
    """Make the application with its names, font and colours; the one that runs already, if there is one."""
    # Views ask Python for every cell that they draw, and give the interpreter back in between: with the usual
    # 5 ms, a thread that computes keeps it that long each time, and drawing a table takes seconds.
    sys.setswitchinterval(0.0005)
    QCoreApplication.setApplicationName("w2vpraat")
    QCoreApplication.setOrganizationName("w2vpraat")
    QCoreApplication.setApplicationVersion(__version__)
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationDisplayName("w2vpraat")
    fonts.label_family()
    chosen = setting(None, WindowParams)
    install_language(application, chosen.language)
    apply_theme(application, chosen.theme)
    return application


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; default: the process's own.

    Returns
    -------
    int
        0 when the window was closed, 2 if the arguments are wrong: nothing is opened then.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if any(one in ("-h", "--help") for one in given):
        sys.stdout.write(USAGE)
        return OK
    if "--version" in given:
        sys.stdout.write(f"w2vpraat-gui {__version__}\n")
        return OK
    try:
        paths = parse(given)
    except UsageError as error:
        sys.stderr.write(f"w2vpraat-gui: {error}\n")
        return WRONG
    application = make_application()
    window = make_window(paths)
    window.show()
    listen(window)
    return int(application.exec())


if __name__ == "__main__":
    sys.exit(main())
