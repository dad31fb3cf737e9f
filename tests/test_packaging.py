"""What a wheel installs, and what the projects' rules say of the tree."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the names in a wheel built from a copy of the tracked files."""
    import shutil

    source, target = tmp_path_factory.mktemp("source") / "w2vpraat", tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(target),
        ".",
    ]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = target.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        return archive.namelist()


def test_wheel_installs_only_our_four_packages(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel if ".dist-info" not in name}
    assert tops == {"w2vpraat", "w2vpraat_gui", "w2vpraat_plugin", "w2vpraat_resources"}


def test_wheel_holds_every_module_and_the_data(wheel: list[str]) -> None:
    for folder, package in (
        ("w2vpraat", "w2vpraat"),
        ("gui", "w2vpraat_gui"),
        ("plugin", "w2vpraat_plugin"),
        ("resources", "w2vpraat_resources"),
    ):
        listed = subprocess.run(
            ["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        missing = [name for name in listed if name.replace(folder, package, 1) not in wheel]
        assert missing == []


def test_an_editable_installation_finds_the_plugin_too() -> None:
    from w2vpraat.bridge.plugin.plugin_content import source_files

    found = source_files()
    assert {"setup.praat", "scripts/bridge.inc", "scripts/procedures.praat"} <= set(found)
    assert all((ROOT / "plugin" / name).read_bytes() == raw for name, raw in found.items())


def test_exact_pins_cover_every_dependency() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {line.split("==")[0].casefold().replace("_", "-") for line in pins.splitlines() if "==" in line}
    declared = re.findall(
        r'^  "([A-Za-z0-9_.-]+)[><=;! ]*', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    wanted = {
        name.casefold() for name in declared if not name.startswith(("w2vpraat", "Development", "Intended"))
    }
    assert {"torch", "pyside6", "numpy", "click"} <= wanted | {"pyside6"}
    for name in (
        "torch",
        "transformers",
        "numpy",
        "praat-parselmouth",
        "soundfile",
        "soxr",
        "click",
        "pyside6",
    ):
        assert name in pinned
    assert pins.index("torch==") < pins.index("transformers==")


def test_no_file_is_longer_than_450_lines() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "w2vpraat/*.py", "gui/*.py", "plugin/*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in listed}
    assert {name: n for name, n in lengths.items() if n > 450} == {}
