"""The training scripts: a small network learns, is written and is read back by transformers."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import torch
from transformers import AutoModel, Wav2Vec2ForAudioFrameClassification

sys.path.insert(0, str(Path(__file__).parents[2]))

from tools.train_models import (
    batches,
    data,
    evaluate,
    model,
    package,
    prepare,
    probe,
    registers,
    teacher,
    train,
)

TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "conv_dim": (16, 16, 16, 16, 16, 16, 16),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "mask_time_prob": 0.0,
}


@pytest.fixture
def student() -> model.Student:
    torch.manual_seed(0)
    return model.Student(model.make_config(**TINY), 6, 4)


@pytest.fixture
def utterance() -> data.Utterance:
    phones = ((0.0, 0.5, "SIL"), (0.5, 1.0, "IY"), (1.0, 1.02, "B"), (1.02, 2.0, "AA"))
    return data.Utterance("s1-a", "s1", Path("s1-a.wav"), phones)


@pytest.fixture
def wave() -> np.ndarray:
    rng = np.random.default_rng(0)
    time = np.arange(2 * data.RATE) / data.RATE
    tone = np.where(time < 0.5, 0.01, np.where(time < 1.0, np.sin(2513 * time), np.sin(6283 * time)))
    return (tone + 0.01 * rng.normal(size=len(time))).astype(np.float32)


@pytest.fixture
def item(utterance: data.Utterance, wave: np.ndarray) -> batches.Item:
    samples = prepare.to_int16(wave)
    n = data.n_frames(len(samples))
    labels = data.labels_at(utterance, data.centres(n), margin=0.0)
    targets = np.concatenate([np.eye(6)[labels % 6], np.eye(4)[labels % 4]], 1).astype(np.float16)
    # The other voice is the same tones upside down in time, with targets of its own.
    other = batches.Version(samples[::-1].copy(), targets[::-1].copy())
    return batches.Item(utterance, (batches.Version(samples, targets), other))


def test_frame_counts_follow_the_convolutions(student: model.Student) -> None:
    for n in (400, 719, 720, 31439, 31440):
        assert data.n_frames(n) == int(student.encoder._get_feat_extract_output_lengths(n))
    assert data.centres(2) == pytest.approx([0.0125, 0.0325])


def test_labels_ignore_frames_near_boundaries(utterance: data.Utterance) -> None:
    labels = data.labels_at(utterance, np.array([0.2, 0.495, 0.75, 1.01, 1.5, 5.0]))
    names = [data.PHONES[i] if i >= 0 else None for i in labels]
    assert names == ["SIL", None, "IY", "B", "AA", None]


def test_textgrid_phones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    body = "".join(
        f'intervals [{i}]:\n    xmin = {a}\n    xmax = {b}\n    text = "{t}"\n'
        for i, (a, b, t) in enumerate([(0, 0.5, ""), (0.5, 1, "iy1")], 1)
    )
    path.write_text(
        'File type = "ooTextFile"\nitem []:\n    item [1]:\n        name = "words"\n        xmin = 0\n'
        f'    item [2]:\n        name = "phones"\n        xmin = 0\n        xmax = 1\n{body}',
        encoding="utf-8",
    )
    assert data.read_phones(path) == ((0.0, 0.5, "SIL"), (0.5, 1.0, "IY"))
    with pytest.raises(ValueError, match="no tier"):
        data.read_phones(path, "tones")


def test_fast_passes_equal_the_library(student: model.Student) -> None:
    extractor = student.encoder.feature_extractor
    samples = torch.randn(2, 8011, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = extractor(samples).transpose(1, 2)
        assert torch.allclose(model.convolve(extractor, samples), expected, atol=1e-5)
        student.eval()
        found = student(samples)
        states = student.encoder(samples, output_hidden_states=True)
        assert torch.allclose(found["top"], student.top(states.last_hidden_state), atol=1e-5)
        middle = states.hidden_states[1]
        student.middle = 1
        assert torch.allclose(student(samples)["low"], student.low(middle), atol=1e-5)


def test_sounds_have_one_row_per_frame_and_tell_pitch() -> None:
    time = torch.arange(8011) / data.RATE
    samples = torch.stack([torch.sin(2 * torch.pi * hertz * time) for hertz in (125.0, 250.0)])
    bands, bins = model.mel_bands(samples), model.pitch_bins(samples)
    n = data.n_frames(8011)
    assert bands.shape == (2, n, model.N_BANDS)
    assert bins.shape == (2, n, model.N_PITCH)
    pitches = np.geomspace(70, 400, model.N_PITCH)
    inner = bins[:, 2:-2]
    # Every period of 250 Hz is half of one of 125 Hz, but not the other way round.
    at_250 = int(np.abs(pitches - 250).argmin())
    assert (inner[1, :, at_250] > inner[0, :, at_250] + 1).all()
    at_180 = int(np.abs(pitches - 180).argmin())
    assert (inner[0, :, at_180] > inner[1, :, at_180]).all()


def test_crops_carry_the_targets_of_the_voice_that_is_heard(item: batches.Item) -> None:
    seen = set()
    for seed in range(20):
        heard, clean, targets = batches.crop(item, 1.0, np.random.default_rng(seed))
        assert heard.shape == clean.shape == (16000,)
        assert targets.shape == (49, 10)
        hits = [
            (k, first)
            for k, version in enumerate(item.versions)
            for first in range(len(version.targets) - 49 + 1)
            if np.allclose(
                clean, batches.normalize(version.samples[first * 320 :][:16000] / 32768), atol=1e-3
            )
            and np.array_equal(targets, version.targets[first : first + 49].astype(np.float32))
        ]
        assert len(hits) == 1
        seen.add(hits[0][0])
    assert seen == {0, 1}


def test_short_recordings_are_drawn_in_short_crops(item: batches.Item) -> None:
    rng = np.random.default_rng(0)
    long = batches.Item(item.utterance, tuple(_repeat(v, 5) for v in item.versions))
    drawn = [batches.draw([item, long], 8.0, rng) for _ in range(12)]
    lengths = {len(batch.samples[0]) for batch in drawn}
    assert lengths == {32000, 64000, 128000}
    # Nothing is padded: a padded crop ends in zeros.
    assert all((batch.clean[:, -50:].std(1) > 0).all() for batch in drawn)


def _repeat(version: batches.Version, n: int) -> batches.Version:
    samples = np.tile(version.samples, n)
    rows = np.tile(version.targets, (n + 1, 1))[: data.n_frames(len(samples))]
    return batches.Version(samples, rows)


def test_training_lowers_the_losses_and_the_package_reloads(
    item: batches.Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = model.make_config(**TINY)
    monkeypatch.setattr(package, "make_config", lambda: config)
    monkeypatch.setattr(package, "N_TOP", 6)
    monkeypatch.setattr(package, "N_LOW", 4)
    torch.manual_seed(0)
    student = model.Student(config, 6, 4)
    rng = np.random.default_rng(0)
    optimizer = torch.optim.AdamW(student.parameters(), 3e-3)
    history = []
    for _ in range(40):
        history.append(train.step(student, optimizer, batches.draw([item], 4.0, rng), torch.ones(10)))
    assert set(history[0]) == set(train.LOSS_WEIGHTS)
    for name in train.LOSS_WEIGHTS:
        first, last = (np.mean([h[name] for h in part]) for part in (history[:5], history[-5:]))
        assert last < 0.8 * first, name

    torch.save({"average": student.state_dict()}, tmp_path / "base.pt")
    package.write_folder(tmp_path / "base.pt", tmp_path / "base", 2)
    encoder, report = AutoModel.from_pretrained(tmp_path / "base", output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert encoder.dtype == torch.float32
    samples = torch.from_numpy(item.versions[0].samples.astype(np.float32) / 32768)[None]
    with torch.no_grad():
        top = student.eval().encoder(samples).last_hidden_state
        assert torch.allclose(encoder.eval()(samples).last_hidden_state, top, atol=0.05)


def test_held_out_scores_have_one_value_per_layer(student: model.Student, item: batches.Item) -> None:
    phones = tuple((0.2 * i, 0.2 * (i + 1), label) for i, label in enumerate(["IY", "AA"] * 5))
    items = [
        batches.Item(data.Utterance(name, name, Path(name), phones), item.versions) for name in "abcdefgh"
    ]
    found = train.evaluate(student, items, dict(zip("abcdefgh", "FMFMFMFM", strict=True)))
    assert len(found["vowels"]) == len(found["sex"]) == 3
    # All speakers say the same samples, so sex can't be told.
    assert found["sex"] == pytest.approx([0.5] * 3)
    assert "sex" not in train.evaluate(student, items, {})


def test_heads_are_read_in_their_own_order(utterance: data.Utterance, tmp_path: Path) -> None:
    # Classes in the opposite order, and a head that always names the last class: SIL.
    names = dict(enumerate(reversed(data.PHONES)))
    config = model.make_config(**TINY, id2label=names, label2id={v: k for k, v in names.items()})
    full = Wav2Vec2ForAudioFrameClassification(config)
    with torch.no_grad():
        full.classifier.weight.zero_()
        full.classifier.bias.zero_()
        full.classifier.bias[-1] = 1
    model.export(full, tmp_path / "phone")
    model.export(full.wav2vec2, tmp_path / "base")
    assert evaluate.has_phone_head(tmp_path / "phone")
    assert not evaluate.has_phone_head(tmp_path / "base")
    sf.write(tmp_path / "a.wav", np.random.default_rng(0).normal(0, 0.1, 32000), 16000)
    spoken = data.Utterance("s1-a", "s1", tmp_path / "a.wav", utterance.phones)
    for name in ("phone", "base"):
        states = evaluate.encode(tmp_path / name, [spoken])
        assert states["s1-a"].shape == (3, 99, 32)
    found = evaluate.frame_accuracy(tmp_path / "phone", [spoken], states)
    assert found["speech"] == 0
    # Half a second of two is silence.
    assert found["all"] == pytest.approx(0.25, abs=0.02)


def test_teacher_frames_are_moved_to_the_frame_times() -> None:
    n = data.n_frames(16000)
    # Teacher frame j holds its own time, 20 j ms: moved, they hold those of the student's frames.
    moved = teacher._moved(0.020 * np.arange(50)[:, None], np.zeros(16000, np.float32))
    assert moved[:, 0] == pytest.approx(data.centres(n))


def test_pool_takes_the_middle_half_or_the_nearest_frame() -> None:
    frames = np.arange(20, dtype=float)[:, None]
    assert probe.pool(frames, 0.0, 0.2)[0] == pytest.approx(np.mean([2, 3, 4, 5, 6]))
    assert probe.pool(frames, 0.100, 0.104)[0] == 4


def test_position_of_the_teacher_is_removed() -> None:
    rng = np.random.default_rng(0)
    code = np.sin(np.arange(300) / 20)[:, None] * np.ones(4)
    recordings = [code[:n] + rng.normal(size=(n, 4)) for n in rng.integers(100, 300, 200)]
    position = prepare.fit_position(recordings)
    left = np.array([prepare.centre(r, position)[:100, 0] for r in recordings]).mean(0)
    assert np.abs(left).max() < 0.3
    assert np.abs(position[20:100, 0] - code[20:100, 0]).max() < 0.2


def test_components_are_standardized() -> None:
    frames = np.random.default_rng(0).normal(size=(4000, 12)) @ np.diag(np.arange(1, 13))
    fitted = prepare.fit_components(frames, 5)
    fitted |= {f"top_{key}": fitted[key] for key in ("mean", "map")}
    fitted["top_position"] = np.zeros((prepare.PLACES, 12), np.float32)
    x = prepare.components(frames[:1500], fitted, "top")
    assert x.std(0) == pytest.approx(np.ones(5), abs=0.06)
    assert fitted["weights"].mean() == pytest.approx(1)


def test_sex_is_told_where_it_is_and_not_where_it_is_not() -> None:
    rng = np.random.default_rng(0)
    speakers = np.repeat([f"s{i}" for i in range(16)], 20)
    sexes = np.where(np.arange(320) // 20 % 2, "F", "M")
    labels = np.array(["IY", "AA"] * 160)
    noise = rng.normal(size=(320, 6)) + 3 * (labels == "AA")[:, None]
    assert 0.35 < probe.predict_sex(noise, labels, speakers, sexes) < 0.65
    told = noise + (sexes == "F")[:, None] * np.array([4.0, 0, 0, 0, 0, 0])
    assert probe.predict_sex(told, labels, speakers, sexes) > 0.9


def test_registers_are_thirds_of_the_speakers_own_f0() -> None:
    times = np.arange(90) * 0.01 + 0.005
    f0 = np.repeat([100.0, 150.0, 220.0, 0.0, 100.0, 150.0, 220.0], [10, 10, 10, 30, 2, 14, 14])
    rows = registers.registers(times, f0, 0.95)
    assert rows[0][0] == 0.0
    assert rows[-1][1] == 0.95
    assert all(one[1] == two[0] for one, two in pairwise(rows))
    assert [label for _, _, label in rows] == ["low", "mid", "high", "", "mid", "high", ""]
    np.testing.assert_allclose([rows[0][1], rows[2][1], rows[4][0]], [0.1, 0.3, 0.62])
    assert registers.registers(times, np.zeros(90), 0.95) == [(0.0, 0.95, "")]
    # Another speaker's range changes nothing.
    again = registers.registers(times, 2 * f0, 0.95)
    assert again == rows
