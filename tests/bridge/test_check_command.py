"""The check of an installation: true of this one, and of one that is broken in known ways."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from w2vpraat import __version__
from w2vpraat.bridge.commands.check import check
from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.service.client import worker_version
from w2vpraat.bridge.service.listening import Listener
from w2vpraat.bridge.warm import Warm


def parts(job: Job) -> tuple[dict[str, tuple[str, str]], str]:
    """Return part -> (state, text), and the last line."""
    *_, answer = check(job, Warm())
    assert isinstance(answer, Answer)
    assert not answer.objects
    *lines, empty, end = answer.message.split("\n")
    assert not empty
    cells = [(*line.partition(": ")[0].split(None, 1), line.partition(": ")[2]) for line in lines]
    return {name: (state, text) for state, name, text in cells}, end


def request(folder: Path, **values: str) -> Job:
    return Job(folder / "jobs" / "abcd1234", {"praat_version": "6307", **values})


def test_all_is_in_order_here(tmp_path: Path) -> None:
    found, end = parts(request(tmp_path))
    assert {name for name, (state, _) in found.items() if state == "OK"} >= {
        "w2vpraat", "Praat", "Python", "torch", "transformers", "measuring", "model", "device", "cache",
    }  # fmt: skip
    assert end == "Everything is in order."
    assert __version__ in found["w2vpraat"][1]
    assert found["Praat"][1] == "6.3.07"
    assert found["Python"][1].endswith(sys.executable)
    assert "49 frames of 1 s" in found["model"][1]
    assert found["worker"] == ("--", "none runs")


def test_a_library_that_can_not_be_imported_is_told_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken" / "transformers"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text('raise OSError("libcudart.so: cannot open")\n', encoding="utf-8")
    for name in [one for one in sys.modules if one.partition(".")[0] == "transformers"]:
        monkeypatch.delitem(sys.modules, name)
    # What holds parts of the library has them already: it is loaded anew, too.
    for name in [one for one in sys.modules if one.startswith("w2vpraat.models.network")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(broken.parent))
    found, end = parts(request(tmp_path))
    for name in ("transformers", "model"):
        state, text = found[name]
        assert state == "WRONG"
        assert "OSError: libcudart.so: cannot open" in text
        assert "pip install --force-reinstall w2vpraat" in text
    assert found["torch"][0] == found["measuring"][0] == found["cache"][0] == "OK"
    assert end == "Look at: transformers, model."
    assert "cannot open" in capsys.readouterr().err


def test_wrong_model_and_old_praat_have_a_remedy(tmp_path: Path) -> None:
    found, end = parts(request(tmp_path, praat_version="6056", **{"embed.model": "nosuch"}))
    assert found["Praat"][0] == "WRONG"
    assert "6.0.56 is too old (6.1.38 or newer is needed" in found["Praat"][1]
    assert found["model"][0] == "WRONG"
    assert 'no model "nosuch" (known: ' in found["model"][1]
    assert end == "Look at: Praat, model, device."


def test_a_plugin_of_another_version_is_to_be_installed_again(tmp_path: Path) -> None:
    (tmp_path / "setup.praat").write_text("", encoding="utf-8")
    found, _ = parts(request(tmp_path))
    assert found["plugin"][0] == "WRONG"
    assert "w2vpraat plugin install" in found["plugin"][1]
    for version, state in (("0.0.1", "WRONG"), (__version__, "OK")):
        lines = f"w2vpraat_plugin = 1\nversion = {version}\n"
        (tmp_path / "installed.txt").write_text(lines, encoding="utf-8")
        found, _ = parts(request(tmp_path))
        assert found["plugin"][0] == state
    assert found["plugin"][1] == str(tmp_path)


def test_a_worker_is_asked_itself(tmp_path: Path) -> None:
    def answer(verb: str, _: str) -> Iterator[tuple[str, str]]:
        assert verb == "status"
        for key, value in {"pid": os.getpid(), "age": 150, "done": 7, "waiting": 0, "memory": 400}.items():
            yield "note", f"{key}={value}"
        yield "note", "models=phone,sex"
        yield "ok", ""

    listener = Listener("worker", answer, worker_version())
    listener.start()
    try:
        state, text = parts(request(tmp_path))[0]["worker"]
    finally:
        listener.close()
    assert state == "OK"
    assert text.startswith(f"process {os.getpid()}, for 2 min, 7 jobs done, 0 waiting, 400 MB; ")
    assert "models in memory: phone, sex;" in text
    other = Listener("worker", answer, "0.0.1")
    other.start()
    try:
        state, text = parts(request(tmp_path))[0]["worker"]
    finally:
        other.close()
    assert state == "WRONG"
    assert "is of another w2vpraat: 0.0.1" in text
