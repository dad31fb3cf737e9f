"""The training scripts: a small network learns, is written and is read back by transformers."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, Wav2Vec2ForAudioFrameClassification

sys.path.insert(0, str(Path(__file__).parents[2]))

from tools.train_models import batches, data, model, prepare, probe, train

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
    return model.Student(model.make_config(**TINY), 6)


@pytest.fixture
def utterance() -> data.Utterance:
    phones = ((0.0, 0.5, "SIL"), (0.5, 1.0, "IY"), (1.0, 1.02, "B"), (1.02, 2.0, "AA"))
    return data.Utterance("s1-a", "s1", Path("s1-a.wav"), phones)


@pytest.fixture
def item(utterance: data.Utterance) -> batches.Item:
    rng = np.random.default_rng(0)
    time = np.arange(2 * data.RATE) / data.RATE
    wave = np.where(time < 0.5, 0.01, np.where(time < 1.0, np.sin(2513 * time), np.sin(6283 * time)))
    samples = prepare.to_int16((wave + 0.01 * rng.normal(size=len(time))).astype(np.float32))
    n = data.n_frames(len(samples))
    labels = data.labels_at(utterance, data.centres(n), margin=0.0)
    targets = np.eye(6)[labels % 6].astype(np.float16)
    soft = np.eye(len(data.PHONES))[labels].astype(np.float16)
    return batches.Item(utterance, (samples, samples), targets, soft)


def test_frame_counts_follow_the_convolutions(student: model.Student) -> None:
    for n in (400, 719, 720, 31439, 31440):
        assert data.n_frames(n) == int(student.model.wav2vec2._get_feat_extract_output_lengths(n))
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


def test_fast_convolutions_equal_the_library(student: model.Student) -> None:
    extractor = student.model.wav2vec2.feature_extractor
    samples = torch.randn(2, 8011, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = extractor(samples).transpose(1, 2)
        assert torch.allclose(model.convolve(extractor, samples), expected, atol=1e-5)
        student.eval()
        assert torch.allclose(student(samples)[0], student.model(samples).logits, atol=1e-5)


def test_unperturbed_crop_keeps_targets(item: batches.Item) -> None:
    for seed in range(200):
        rng = np.random.default_rng(seed)
        probe_rng = np.random.default_rng(seed)
        if probe_rng.random() < 0.4 and probe_rng.random() >= 0.7:
            break
    samples, targets, labels, soft = batches.crop(item, 1.9, rng)
    assert samples.shape == (30400,)
    kept = labels != data.IGNORE
    assert kept.mean() > 0.8
    assert (soft[kept].argmax(1) == labels[kept]).all()
    assert (targets[kept].argmax(1) == labels[kept] % 6).all()


def test_training_lowers_the_loss_and_the_export_reloads(
    student: model.Student, item: batches.Item, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    optimizer = torch.optim.AdamW(student.parameters(), 3e-3)
    weights, wanted = torch.ones(6), train.LOSS_WEIGHTS["phone"]
    history = []
    for _ in range(30):
        batch = batches.draw([item], np.ones(1), 4.0, rng)
        history.append(train.step(student, optimizer, batch, weights, wanted))
    first, last = history[:5], history[-5:]
    for name in ("distill", "phone", "soft"):
        assert np.mean([h[name] for h in last]) < 0.7 * np.mean([h[name] for h in first])

    student.eval()
    model.export(student.model, tmp_path / "phone")
    model.export(model.bare(student.model), tmp_path / "base")
    samples = torch.from_numpy(item.versions[0].astype(np.float32) / 32768)[None]
    full = Wav2Vec2ForAudioFrameClassification.from_pretrained(tmp_path / "phone")
    assert full.dtype == torch.float32
    assert full.config.id2label[0] == "SIL"
    with torch.no_grad():
        assert torch.allclose(full.eval()(samples).logits, student.model(samples).logits, atol=0.05)
        top = student.model.wav2vec2(samples).last_hidden_state
        for name in ("phone", "base"):
            encoder, report = AutoModel.from_pretrained(tmp_path / name, output_loading_info=True)
            assert not report["missing_keys"]
            assert torch.allclose(encoder.eval()(samples).last_hidden_state, top, atol=0.05)


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
    x = prepare.components(frames, fitted)
    assert x.std(0) == pytest.approx(np.ones(5), abs=0.01)
    assert fitted["weights"].mean() == pytest.approx(1)
