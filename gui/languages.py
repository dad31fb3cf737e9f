"""Languages of the window: English, and every translation that stands in ``resources/translations``."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from w2vpraat.resources import resource_folder

_NAME = "w2vpraat"


def known_languages() -> list[str]:
    """Return the codes of the languages that there are, English first."""
    folder = resource_folder() / "translations"
    found = {path.stem.removeprefix(f"{_NAME}_") for path in folder.glob(f"{_NAME}_*.qm")}
    return ["en", *sorted(found - {"en"})]


def install_language(application: QCoreApplication, code: str = "") -> QTranslator | None:
    """Translate what is made from now on.

    Parameters
    ----------
    application : QCoreApplication
    code : str
        Of a language; empty: that of the desktop.

    Returns
    -------
    QTranslator or None
        None where there is no translation: the window is in English then.
    """
    wanted = code or QLocale.system().name()
    translator = QTranslator(application)
    folder = str(resource_folder() / "translations")
    if wanted.split("_")[0] == "en" or not translator.load(f"{_NAME}_{wanted}", folder):
        translator.deleteLater()
        return None
    application.installTranslator(translator)
    return translator
