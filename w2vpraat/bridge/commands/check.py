"""Is everything in order? Each part is looked at by itself, so that one that is broken hides no other."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from w2vpraat import __version__
from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.pairs import without_options
from w2vpraat.bridge.service.client import Refused, asked, is_ours, log_path, package_folder, read_state
from w2vpraat.bridge.warm import Warm
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.events import Progress

OLDEST_PRAAT = 6138
"""As Praat counts: 6.1.38."""
_REPAIR = "pip install --force-reinstall w2vpraat"
_PLUGIN = "w2vpraat plugin install"
_OK, _WRONG, _NONE = "OK", "WRONG", "--"


class _Absent(str):
    """Says of a part that it is not there, and that this is no fault."""


def check(job: Job, warm: Warm) -> Iterator[Any]:
    """Look at versions, model, device, worker, cache, plugin and window.

    Parameters
    ----------
    job : Job
        ``embed.model`` and other options of the embedding; empty: the usual ones.
    warm : Warm

    Yields
    ------
    Progress, then Answer
        The message has a line for each part: OK, or what is wrong and the remedy. What is broken is told, not
        raised.
    """
    parts: dict[str, Callable[[], str]] = {
        "w2vpraat": lambda: f"{__version__} in {package_folder()}",
        "Praat": lambda: _praat(job),
        "Python": lambda: f"{platform.python_version()}, {sys.executable}",
        "torch": lambda: _library("torch"),
        "transformers": lambda: _library("transformers"),
        "measuring": _measuring,
        "model": lambda: _model(job, warm),
        "device": lambda: _device(job, warm),
        "worker": _worker,
        "cache": _cache,
        "plugin": lambda: _plugin(job),
        "window": _window,
    }
    rows = []
    for done, (name, look) in enumerate(parts.items()):
        yield Progress("check", done, len(parts), name)
        rows.append((*_looked(look), name))
    yield Progress("check", len(parts), len(parts))
    lines = [f"{state} {name}: {text}" for state, text, name in rows]
    wrong = [name for state, _, name in rows if state == _WRONG]
    end = f"Look at: {', '.join(wrong)}." if wrong else "Everything is in order."
    yield Answer(message="\n".join([*lines, "", end]))


def _looked(look: Callable[[], str]) -> tuple[str, str]:
    """Return the state of a part and what there is to say."""
    try:
        text = look()
    except W2VPraatError as error:
        return _WRONG, without_options(" ".join(str(error).split()))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a broken package may raise anything
        traceback.print_exc()
        said = " ".join(str(error).split())
        return _WRONG, f"{type(error).__name__}: {said} (the log has more: {log_path()}; repair: {_REPAIR})"
    return _NONE if isinstance(text, _Absent) else _OK, text


def _praat(job: Job) -> str:
    version = int(job.number("praat_version", 0))
    if not version:
        return _Absent("the request does not say which")
    shown = _version(version)
    if version < OLDEST_PRAAT:
        raise InputError(
            f"{shown} is too old", f"{_version(OLDEST_PRAAT)} or newer is needed: https://www.praat.org"
        )
    return shown


def _version(number: int) -> str:
    return f"{number // 1000}.{number // 100 % 10}.{number % 100:02d}"


def _library(name: str) -> str:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        raise InputError("is not installed", _REPAIR) from None
    importlib.import_module(name)
    return version


def _measuring() -> str:
    from w2vpraat.acoustics import praat_version

    return f"Praat {praat_version()} inside parselmouth {metadata.version('praat-parselmouth')}"


def _model(job: Job, warm: Warm) -> str:
    """Let the model hear a second of noise."""
    import numpy as np

    encoder = warm.encoder(job.settings())
    noise = np.random.default_rng(0).normal(0.0, 0.1, encoder.clock.rate).astype(np.float32)
    encoder.load()
    start = time.perf_counter()
    frames = encoder.encode(noise, encoder.layers(job.settings().embed.layers))
    seconds = time.perf_counter() - start
    layer = next(iter(frames.states))
    if not np.isfinite(frames[layer]).all():
        raise InputError(
            f"{encoder.record.name} gives values that are not numbers",
            "use device = cpu and precision = float32",
        )
    return (
        f"{encoder.record.name}, layer {layer} of {encoder.record.layers}, {encoder.record.dim} dimensions; "
        f"{frames.n_frames} frames of 1 s in {1000 * seconds:.0f} ms"
    )


def _device(job: Job, warm: Warm) -> str:
    encoder = warm.encoder(job.settings())
    return f"{encoder.device} ({encoder.device_reason}), {encoder.precision}"


def _worker() -> str:
    """Say how the worker is, by what it answers itself."""
    state = read_state()
    if state is None:
        return _Absent("none runs")
    try:
        lines, (word, text) = asked(state, "status", timeout=2.0)
    except Refused as error:
        raise InputError(f"does not answer: {error}", "choose: Stop background worker") from error
    if word == "error":
        raise InputError(text, "choose: Stop background worker")
    told = dict(line.partition("=")[::2] for _, line in lines)
    if not is_ours(state):
        raise InputError(
            f"is of another w2vpraat: {state.get('version', '?')} in {state.get('home', '?')}",
            "choose: Stop background worker",
        )
    minutes = float(told.get("age", 0)) / 60
    models = told.get("models", "").replace(",", ", ") or "none yet"
    jobs = f"{told.get('done')} jobs done, {told.get('waiting')} waiting"
    return (
        f"process {told.get('pid')}, for {minutes:.0f} min, {jobs}, {told.get('memory')} MB; "
        f"models in memory: {models}; log: {log_path()}"
    )


def _cache() -> str:
    from w2vpraat.session.store import cache_info

    info = cache_info()
    folder = info.folder
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        raise InputError(f"can't be written: {info.folder}", "set W2VPRAAT_CACHE_DIR to another folder")
    full = f"{info.size / 1e6:.0f} MB in {info.n_files} files, {info.limit / 1e9:.0f} GB at most"
    return f"{full}; {info.folder}"


def _plugin(job: Job) -> str:
    from w2vpraat.bridge.plugin.plugin_content import read_manifest

    folder = Path(job.folder).parent.parent
    if not (folder / "setup.praat").is_file():
        return _Absent(f"the request does not come from the plugin's folder (install it: {_PLUGIN})")
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(f"{folder} was not installed by w2vpraat", _PLUGIN)
    if manifest.version != __version__:
        raise InputError(f"is that of w2vpraat {manifest.version}: {folder}", _PLUGIN)
    return str(folder)


def _window() -> str:
    if importlib.util.find_spec("PySide6") is None:
        return _Absent(
            'PySide6 is not installed (to show recordings in w2vpraat: pip install "w2vpraat[gui]")'
        )
    return f"PySide6 {metadata.version('PySide6')}"
