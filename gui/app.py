"""Entry point of ``w2vpraat-gui``: show the results of a run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from .main_window import MainWindow


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, with a results folder if one is named.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; default: the process's own.

    Returns
    -------
    int
        Exit code of the event loop.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in ("-h", "--help"):
        sys.stdout.write(
            "Usage: w2vpraat-gui [RESULTS_FOLDER]\n\nShows what `w2vpraat run` or `w2vpraat demo` wrote.\n"
        )
        return 0
    QCoreApplication.setApplicationName("w2vpraat")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    window = MainWindow()
    if given:
        window.open_results(Path(given[0]))
    window.show()
    return int(application.exec())


if __name__ == "__main__":
    sys.exit(main())
