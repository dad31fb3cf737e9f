"""Many recordings: order, errors, worker processes that leave no orphan."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from acoustic_material import PlainToken, fail_with, kill_self, speechlike

from w2vpraat.acoustics import (
    FailedRecording,
    Measured,
    MeasureJob,
    choose_ceilings,
    measure_recording,
    measure_recordings,
)
from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.errors import AudioError, InputError, MeasurementError
from w2vpraat.params import FormantParams

FIXED = FormantParams(ceiling_mode="fixed")


def some_jobs(n: int) -> list[MeasureJob]:
    tokens = tuple(PlainToken(f"t{i}", 0.1 + 0.3 * i, 0.25 + 0.3 * i) for i in range(3))
    return [MeasureJob(f"r{i}", Audio(speechlike(1.0, 16000, seed=i), 16000), tokens) for i in range(n)]


def test_workers_give_the_same_results_in_the_same_order() -> None:
    jobs = some_jobs(5)
    here = list(measure_recordings(jobs, formants=FIXED))
    there = list(measure_recordings(iter(jobs), formants=FIXED, workers=2))
    assert [one.name for one in there] == [job.name for job in jobs]
    for job, a, b in zip(jobs, here, there, strict=True):
        assert isinstance(a, Measured)
        assert isinstance(b, Measured)
        pd.testing.assert_frame_equal(a.table(), b.table(), check_exact=True)
        assert isinstance(job.audio, Audio)
        pd.testing.assert_frame_equal(a.table(), measure_recording(job.audio, job.tokens, formants=FIXED))


def test_bad_recordings_are_results_and_stop_nothing(tmp_path: Path) -> None:
    path = tmp_path / "fine.wav"
    soundfile.write(path, speechlike(1.0, 16000), 16000)
    good = some_jobs(1)[0]
    jobs = [
        MeasureJob("missing", partial(read_audio, tmp_path / "missing.wav"), good.tokens),
        MeasureJob("fine", partial(read_audio, path), good.tokens),
        MeasureJob("broken", partial(fail_with, "no good"), good.tokens),
        MeasureJob("killed", kill_self, good.tokens),
        good,
    ]
    missing, fine, broken, killed, last = measure_recordings(jobs, formants=FIXED, workers=1)
    assert isinstance(missing, FailedRecording)
    assert isinstance(missing.error, AudioError)
    assert isinstance(broken, FailedRecording)
    assert isinstance(broken.error, MeasurementError)
    assert "no good" in str(broken.error)
    assert broken.error.file == "broken"
    assert isinstance(killed, FailedRecording)
    assert "died" in str(killed.error)
    assert isinstance(fine, Measured)
    assert isinstance(last, Measured)
    assert last.tokens == good.tokens


def test_jobs_are_read_only_as_far_as_needed() -> None:
    taken = []

    def endless() -> object:
        number = 0
        while True:
            taken.append(number)
            yield some_jobs(1)[0]
            number += 1

    results = measure_recordings(endless(), formants=FIXED, workers=1)  # type: ignore[arg-type]
    assert taken == []
    next(results)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(taken) < 8


def test_negative_workers_are_refused() -> None:
    with pytest.raises(InputError):
        measure_recordings([], workers=-1)


def test_ceilings_of_a_speaker_come_from_all_recordings_without_measuring_again() -> None:
    params = FormantParams(ceiling_mode="speaker", n_candidates=5)
    results = [one for one in measure_recordings(some_jobs(3), formants=params) if isinstance(one, Measured)]
    assert all(np.isnan(one.table()["F1"]).all() for one in results)
    assert set(results[0].table()["measure_note"]) == {"no ceiling for this speaker"}
    chosen = choose_ceilings(one.candidates for one in results if one.candidates is not None)
    assert chosen["s"].n_tokens == 9
    assert chosen["s"].variability[chosen["s"].candidates.index(chosen["s"].ceiling)] == min(
        chosen["s"].variability
    )
    for job, one in zip(some_jobs(3), results, strict=True):
        fixed = FormantParams(ceiling_mode="fixed", ceiling=chosen["s"].ceiling)
        assert isinstance(job.audio, Audio)
        again = measure_recording(job.audio, job.tokens, formants=fixed)
        pd.testing.assert_frame_equal(one.with_ceilings(chosen).table(), again)


INTERRUPTED = """
import os, signal, sys
sys.path.insert(0, {folder!r})
from acoustic_material import PlainToken, speechlike
from w2vpraat.acoustics import MeasureJob, measure_recordings
from w2vpraat.corpus.audio import Audio

if __name__ == "__main__":
    job = MeasureJob("r", Audio(speechlike(1.0, 16000), 16000), (PlainToken("t", 0.1, 0.2),))
    # A shell that runs tests in the background makes its children ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    results = measure_recordings((job for _ in range(3_000)), workers=2)
    next(results)
    print("started", flush=True)
    os.kill(os.getpid(), signal.{signal})
    for one in results:
        pass
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_no_worker_outlives_an_interrupted_run(tmp_path: Path, name: str) -> None:
    script = tmp_path / "run.py"
    script.write_text(INTERRUPTED.format(folder=str(Path(__file__).parent), signal=name))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        # The pipes close when the last process that holds them ends, and every worker holds them.
        try:
            out, error = run.communicate(timeout=60)
        finally:
            run.kill()
    assert out == b"started\n"
    assert run.returncode != 0
    assert (b"KeyboardInterrupt" in error) == (name == "SIGINT")
