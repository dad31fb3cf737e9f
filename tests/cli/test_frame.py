"""Help, exit codes and messages of the command line."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from w2vpraat.cli.main import COMMANDS

HEAVY = ("torch", "transformers", "parselmouth", "sklearn", "pandas", "matplotlib", "PySide6", "scipy")


def test_import_loads_nothing_heavy() -> None:
    code = f"import sys, w2vpraat, w2vpraat.cli.main; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_takes_at_most_half_a_second_of_process_time() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "w2vpraat", "--help"], capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "w2vpraat run MY_FOLDER -o RESULTS" in done.stdout
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.5


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_explains_itself_without_heavy_libraries(name: str) -> None:
    code = (
        "import sys; from w2vpraat.cli.main import main; "
        f"code = main([{name!r}, '--help']); print([m for m in {HEAVY!r} if m in sys.modules]); "
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0].startswith(f"Usage: w2vpraat {name}")
    assert done.stdout.splitlines()[-1] == "[]"


def test_mistyped_command_gets_a_suggestion(w2v) -> None:
    said = w2v("tokns")
    assert said.code == 2
    assert (
        said.err == 'w2vpraat: there is no command "tokns" (did you mean "tokens"?). See: w2vpraat --help\n'
    )


def test_wrong_folder_is_one_line_with_a_hint(w2v, tmp_path: Path) -> None:
    said = w2v("tokens", tmp_path / "nothing")
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "nothing" in said.err
    assert "check the path" in said.err


def test_option_out_of_range_names_the_range(w2v, corpus: Path) -> None:
    said = w2v("tokens", corpus, "--min-duration", "-1")
    assert said.code == 2
    assert "min_duration = -1.0 s is out of range (from 0.0" in said.err


def test_missing_corpus_says_what_to_name(w2v) -> None:
    said = w2v("tokens")
    assert said.code == 2
    assert "name the folder" in said.err
