"""Batches: the same at every asking, nothing padded, labels where the sounds are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from w2vpraat.errors import AudioError, InputError
from w2vpraat.models.finetuning import NOT_ASKED, Example, Question, TaskSpans
from w2vpraat.models.finetuning.batches import AudioPool, BatchSource
from w2vpraat.models.frames import FrameClock
from w2vpraat.params import FinetuneParams

CLOCK = FrameClock(16000, (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
PHONE = Question("phone", ("sil", "a", "i", "s"))
SEX = Question("sex", ("F", "M"), voice_bound=True)


def source(
    examples: tuple[Example, ...], *questions: Question, normal: bool = True, **values: object
) -> BatchSource:
    params = FinetuneParams(**{"batch_seconds": 4.0, "crop_seconds": 0.7, **values})  # type: ignore[arg-type]
    return BatchSource(examples, questions or (PHONE, SEX), CLOCK, AudioPool(16000, normal), params)


def test_a_step_is_the_same_whatever_was_drawn_before(examples: tuple[Example, ...]) -> None:
    one, two = source(examples, speed=0.2), source(tuple(reversed(examples)), speed=0.2)
    for step in range(5):
        two.draw(step)
    for step in (7, 3):
        for where in ({}, {"process": 1}, {"part": 1}):
            first, second = one.draw(step, **where), two.draw(step, **where)
            assert np.array_equal(first.samples, second.samples)
            assert np.array_equal(first.labels, second.labels)


def test_steps_processes_parts_and_seeds_hear_different_things(examples: tuple[Example, ...]) -> None:
    one = source(examples)
    drawn = [one.draw(0), one.draw(1), one.draw(0, 1), one.draw(0, 0, 1), source(examples, seed=1).draw(0)]
    assert len({batch.samples.tobytes() for batch in drawn}) == 5


@pytest.mark.parametrize("speed", [0.0, 0.3])
@pytest.mark.parametrize("crop", [0.7, 30.0])
def test_nothing_is_padded(examples: tuple[Example, ...], speed: float, crop: float) -> None:
    one = source(examples, normal=False, speed=speed, crop_seconds=crop)
    for step in range(40):
        batch = one.draw(step)
        count, n_samples = batch.samples.shape
        assert batch.labels.shape == (2, count, CLOCK.n_frames(n_samples))
        assert n_samples / 16000 <= crop
        assert count == max(1, round(4.0 * 16000 / n_samples))
        # The recordings hold noise everywhere: a row of zeros would be padding.
        assert (np.abs(batch.samples[:, -8:]).max(axis=1) > 0).all()


def test_whole_recordings_if_they_are_shorter_than_the_crop(examples: tuple[Example, ...]) -> None:
    batch = source(examples[:1], crop_seconds=30.0).draw(0)
    # Half a frame step is left for files that are shorter than their header says.
    assert batch.samples.shape[1] == 25360
    assert (
        CLOCK.n_frames(25360) == CLOCK.n_frames(25600) == CLOCK.n_frames(round(examples[0].duration * 16000))
    )


def test_recordings_are_drawn_by_their_length(tmp_path: Path) -> None:
    made = []
    for number, seconds in enumerate((1.0, 3.0, 6.0)):
        path = tmp_path / f"{number}.wav"
        soundfile.write(path, np.full(round(seconds * 16000), 0.1 * (number + 1)), 16000)
        spans = {"phone": TaskSpans(np.array([0.0]), np.array([seconds]), np.array([0]))}
        made.append(Example(f"r{number}", "s", (str(path),), seconds, spans))
    one = source(tuple(made), PHONE, normal=False, batch_seconds=0.5, crop_seconds=0.5)
    drawn = Counter(round(float(one.draw(step).samples[0, 0]), 1) for step in range(1000))
    assert [drawn[level] for level in (0.1, 0.2, 0.3)] == pytest.approx([100, 300, 600], abs=60)


def test_too_short_recordings_are_left_out(examples: tuple[Example, ...]) -> None:
    short = replace(examples[0], duration=0.03, name="short")
    assert "short" not in [one.name for one in source((*examples, short)).examples]
    with pytest.raises(InputError, match=r"as long as 0\.045 s"):
        source((short,))


def burst(folder: Path, start: float, end: float, seconds: float = 3.0, offset: float = 0.0) -> Example:
    """Return a soft recording with a loud tone at a known time, and spans that say where."""
    samples = np.random.default_rng(0).normal(0, 0.001, round(seconds * 16000))
    time = np.arange(round((end - start) * 16000)) / 16000
    first = round(start * 16000)
    samples[first : first + len(time)] += 0.5 * np.sin(2 * np.pi * 700 * time)
    path = folder / "burst.wav"
    soundfile.write(path, samples, 16000)
    cuts = np.array([0.0, start, end, seconds]) + offset
    phone = TaskSpans(cuts[:-1], cuts[1:], np.array([0, 1, 0]))
    sex = TaskSpans(cuts[1:2], cuts[2:3], np.array([0]))
    return Example("b", "s", (str(path),), seconds, {"phone": phone, "sex": sex}, offset)


@pytest.mark.parametrize("speed", [0.0, 0.5])
@pytest.mark.parametrize("offset", [0.0, 12.25])
def test_labels_lie_on_the_sound_at_any_speed(tmp_path: Path, speed: float, offset: float) -> None:
    example = burst(tmp_path, 1.31, 1.77, offset=offset)
    one = source((example,), normal=False, speed=speed, crop_seconds=1.0, batch_seconds=5.0)
    asked = changed = 0
    for step in range(40):
        batch = one.draw(step)
        for samples, phones, sexes in zip(batch.samples, *batch.labels, strict=True):
            power = samples.astype(np.float64) ** 2
            # The middle 120 samples of each frame: loud, soft, or at the boundary.
            begins = np.arange(len(phones)) * CLOCK.hop + 140
            levels = np.array([power[begin : begin + 120].mean() for begin in begins])
            loud, soft = levels > 0.08, levels < 1e-3
            assert (phones[loud] == 1).all()
            assert (phones[soft] == 0).all()
            assert (loud | soft).sum() >= len(phones) - 2
            if (phones == 1).any():
                asked += 1
                if (sexes == NOT_ASKED).all():
                    changed += 1
                else:
                    assert ((sexes == 0) == (phones == 1)).all()
    assert asked > 30
    # About half of the stretches are played at another speed; the voice is not asked of them.
    assert changed == 0 if speed == 0 else 0.3 < changed / asked < 0.7


def test_other_voices_are_drawn_and_their_sex_is_not_asked(
    examples: tuple[Example, ...], tmp_path: Path
) -> None:
    original, _ = soundfile.read(examples[0].versions[0])
    path = tmp_path / "voice.flac"
    soundfile.write(path, np.sign(original) * 0.5, 16000)
    example = replace(examples[0], versions=(*examples[0].versions, str(path)), channel="1")
    one = source((example,), normal=False, batch_seconds=40.0)
    batch = one.draw(0)
    other = np.abs(batch.samples).max(axis=1) > 0.49999
    other &= np.median(np.abs(batch.samples), axis=1) > 0.4
    assert 0.3 < other.mean() < 0.7
    asked = (batch.labels != NOT_ASKED).any(axis=2)
    assert asked[0].all()
    assert not asked[1][other].any()
    assert asked[1][~other].all()


def test_pool_normalizes_whole_recordings_and_forgets_the_oldest(examples: tuple[Example, ...]) -> None:
    pool = AudioPool(16000, True)
    for example in examples:
        samples = pool.get(example.versions[0], "mean")
        assert samples.dtype == np.float32
        assert float(samples.mean()) == pytest.approx(0, abs=1e-5)
        assert float(samples.std()) == pytest.approx(1, abs=1e-3)
    assert pool.get(examples[0].versions[0], "mean") is pool.get(examples[0].versions[0], "mean")
    small = AudioPool(16000, True, max_bytes=150_000)
    kept = small.get(examples[0].versions[0], "mean")
    small.get(examples[1].versions[0], "mean")
    assert small.get(examples[0].versions[0], "mean") is not kept


def test_pool_names_a_file_that_it_can_not_read(tmp_path: Path) -> None:
    path = tmp_path / "broken.wav"
    path.write_bytes(b"RIFFjunk")
    with pytest.raises(AudioError, match=r"broken\.wav"):
        AudioPool(16000, True).get(path, "mean")
