"""The network: losses by hand, what is frozen, what is masked, and the randomness of a step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_jobs import PHONE, SEX, finish, make_job
from tiny_checkpoints import Checkpoints
from tone_speech import write_base
from transformers import AutoModel

from w2vpraat.errors import ModelError
from w2vpraat.models.finetuning import NOT_ASKED, Example, Question
from w2vpraat.models.finetuning.framewise import Framewise, named_class, seeded
from w2vpraat.params import FinetuneParams


def network(folder: Path, *questions: Question, **values: Any) -> Framewise:
    return Framewise(folder, questions or (PHONE, SEX), FinetuneParams(**values))


def by_hand(
    logits: np.ndarray, truth: np.ndarray, class_weights: np.ndarray | None = None, smoothing: float = 0.0
) -> float:
    """Weighted mean over the asked frames of the cross-entropy with (smoothed) truth."""
    n_classes = logits.shape[-1]
    weights = np.ones(n_classes) if class_weights is None else class_weights
    total = mass = 0.0
    for row, kind in zip(logits.reshape(-1, n_classes), truth.ravel(), strict=True):
        if kind == NOT_ASKED:
            continue
        losses = -(row - np.log(np.exp(row).sum())) * weights
        total += (1 - smoothing) * losses[kind] + smoothing * losses.mean()
        mass += weights[kind]
    return total / mass


@pytest.fixture
def answers() -> tuple[list[torch.Tensor], torch.Tensor]:
    """Logits of two tasks, (2, 9, n_classes), and labels of which a third are not asked."""
    random = np.random.default_rng(1)
    logits = [torch.tensor(random.normal(0, 2, (2, 9, n)), dtype=torch.float32) for n in (4, 2)]
    labels = np.stack([random.integers(0, n, (2, 9)) for n in (4, 2)])
    labels[random.random(labels.shape) < 0.33] = NOT_ASKED
    return logits, torch.tensor(labels)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("class_weights", [(), (0.5, 2.0, 1.0, 3.0)])
def test_losses_are_those_by_hand(
    base: Path,
    answers: tuple[list[torch.Tensor], torch.Tensor],
    smoothing: float,
    class_weights: tuple[float, ...],
) -> None:
    logits, labels = answers
    phone = Question("phone", PHONE.classes, 0.7, class_weights)
    sex = Question("sex", SEX.classes, 0.2)
    net = network(base, phone, sex, label_smoothing=smoothing)
    losses, total = net.losses(logits, labels)
    expected = [
        by_hand(
            logits[0].numpy(),
            labels[0].numpy(),
            np.array(class_weights) if class_weights else None,
            smoothing,
        ),
        by_hand(logits[1].numpy(), labels[1].numpy(), None, smoothing),
    ]
    assert losses.tolist() == pytest.approx(expected, rel=1e-5)
    assert float(total) == pytest.approx(0.7 * expected[0] + 0.2 * expected[1], rel=1e-5)


def test_frames_that_are_not_asked_move_nothing(
    base: Path, answers: tuple[list[torch.Tensor], torch.Tensor]
) -> None:
    logits, labels = answers
    net = network(base)
    wanted = [one.clone().requires_grad_() for one in logits]
    loss = net.losses(wanted, labels)[1]
    loss.backward()
    other = []
    for place, one in enumerate(logits):
        silent = labels[place] == NOT_ASKED
        assert (wanted[place].grad[silent] == 0).all()
        assert (wanted[place].grad[~silent] != 0).any(dim=-1).all()
        other.append(torch.where(silent[..., None], torch.tensor(50.0), one))
    assert torch.equal(net.losses(other, labels)[1], loss)


def test_a_task_without_any_label_costs_nothing(
    base: Path, answers: tuple[list[torch.Tensor], torch.Tensor]
) -> None:
    logits, labels = answers
    labels[1] = NOT_ASKED
    wanted = [one.requires_grad_() for one in logits]
    losses, total = network(base).losses(wanted, labels)
    total.backward()
    assert torch.equal(losses[1], torch.tensor(0.0))
    assert torch.equal(total, losses[0])
    assert (wanted[1].grad == 0).all()


def test_one_row_of_logits_per_frame_and_task(base: Path) -> None:
    logits = network(base)(torch.randn(3, 400 + 320 * 11))
    assert [one.shape for one in logits] == [(3, 12, 4), (3, 12, 2)]
    assert all(one.dtype == torch.float32 for one in logits)


@pytest.mark.parametrize(
    "name", ["w2v_group", "w2v_layer", "hubert_25hz", "wavlm", "wavlm_large", "data2vec", "conformer"]
)
def test_frozen_layers_give_the_same_hidden_states(
    checkpoints: Checkpoints, examples: tuple[Example, ...], tmp_path: Path, name: str
) -> None:
    job = make_job(checkpoints(name), examples, tmp_path / "out", freeze_below=1, steps=2)
    before = AutoModel.from_pretrained(job.base, dtype=torch.float32).eval()
    finish(job)
    after = AutoModel.from_pretrained(job.output, dtype=torch.float32).eval()
    signal = torch.randn(1, 16000, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        one, two = (model(signal, output_hidden_states=True).hidden_states for model in (before, after))
    assert [torch.equal(a, b) for a, b in zip(one, two, strict=True)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("values", "frozen"),
    [
        ({}, ("feature_extractor",)),
        ({"freeze_convolutions": False}, ()),
        (
            {"freeze_below": 2},
            ("feature_extractor", "feature_projection", "encoder.pos_conv_embed", "encoder.layers."),
        ),
        (
            {"freeze_convolutions": False, "freeze_below": 1},
            ("feature_projection", "encoder.pos_conv_embed", "encoder.layers.0."),
        ),
    ],
)
def test_frozen_weights_stay_bit_by_bit_and_others_move(
    base: Path, examples: tuple[Example, ...], tmp_path: Path, values: dict[str, Any], frozen: tuple[str, ...]
) -> None:
    finish(make_job(base, examples, tmp_path / "out", steps=2, **values))
    before, after = (AutoModel.from_pretrained(path).state_dict() for path in (base, tmp_path / "out"))
    assert before.keys() == after.keys()
    for name, value in before.items():
        if name == "masked_spec_embed":  # moves only if a mask was drawn
            continue
        assert torch.equal(value, after[name]) == name.startswith(frozen), name


def test_too_many_frozen_layers(base: Path) -> None:
    with pytest.raises(ModelError, match="freeze_below = 3, but the model has 2 layers") as caught:
        network(base, freeze_below=3)
    assert caught.value.hint == "0 to 2"


@pytest.mark.parametrize("n_frames", [24, 400])
def test_the_share_of_masked_frames_is_the_one_asked_for(base: Path, n_frames: int) -> None:
    net = network(base, mask_time=0.1, mask_time_length=5).train()
    net.encoder.masked_spec_embed.data.fill_(1000.0)
    net(torch.randn(1, 400 + 320 * (n_frames - 1)))  # tells the network how long stretches are
    with seeded(0):
        masked = [net.encoder._mask_hidden_states(torch.zeros(4, n_frames, 32)) > 0 for _ in range(300)]
    share = float(torch.stack(masked).float().mean())
    # Masks of one stretch may overlap.
    assert 0.08 < share < 0.105


@pytest.mark.parametrize("n_samples", [400, 400 + 320 * 5])
def test_stretches_shorter_than_a_mask(base: Path, n_samples: int) -> None:
    net = network(base, mask_time=0.5, mask_features=0.5, mask_feature_length=100).train()
    assert net(torch.randn(2, n_samples))[0].isfinite().all()


def test_no_masks(tmp_path: Path) -> None:
    names = ("attention_dropout", "hidden_dropout", "activation_dropout", "feat_proj_dropout")
    net = network(write_base(tmp_path, **dict.fromkeys(names, 0.0)), mask_time=0.0, head_dropout=0.0)
    signal = torch.randn(1, 16000)
    assert torch.allclose(net.train()(signal)[0], net.eval()(signal)[0], atol=1e-5)
    masked = network(tmp_path, mask_time=0.5, head_dropout=0.0)
    assert not torch.allclose(masked.train()(signal)[0], masked.eval()(signal)[0], atol=1e-5)


def test_a_base_that_knows_no_masks_can_learn_with_them(
    examples: tuple[Example, ...], tmp_path: Path
) -> None:
    plain = write_base(tmp_path / "plain", mask_time_prob=0.0)
    assert not hasattr(AutoModel.from_pretrained(plain), "masked_spec_embed")
    for number, values in enumerate(({"mask_time": 0.3}, {"mask_time": 0.0})):
        finish(make_job(plain, examples, tmp_path / str(number), steps=1, **values))
        found, report = AutoModel.from_pretrained(tmp_path / str(number), output_loading_info=True)
        assert not report["missing_keys"]
        assert hasattr(found, "masked_spec_embed") == (number == 0)


def test_recomputed_activations_give_the_same_gradients(base: Path) -> None:
    signal, labels = torch.randn(2, 16000), torch.randint(0, 2, (2, 2, 49))
    found = []
    for recompute in (False, True):
        net = network(base, recompute=recompute, freeze_convolutions=False).train()
        with seeded(3):
            net.losses(net(signal), labels)[1].backward()
        found.append([one.grad for one in net.parameters() if one.grad is not None])
    assert len(found[0]) == len(found[1])
    for one, two in zip(*found, strict=True):
        assert torch.allclose(one, two, atol=1e-6)


def test_seeded_gives_the_same_draws_and_leaves_the_generators_alone() -> None:
    torch.manual_seed(5)
    np.random.seed(5)
    expected = float(torch.rand(1)), np.random.rand()
    torch.manual_seed(5)
    np.random.seed(5)
    drawn = []
    for numbers in ((1, 2), (1, 2), (1, 3)):
        with seeded(*numbers):
            drawn.append((float(torch.rand(1)), np.random.rand()))
    assert (float(torch.rand(1)), np.random.rand()) == expected
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[2][0]
    assert drawn[0][1] != drawn[2][1]


def test_heads_depend_on_the_seed_only(base: Path) -> None:
    torch.manual_seed(1)
    one = network(base, seed=3).heads[0].weight
    torch.manual_seed(2)
    assert torch.equal(network(base, seed=3).heads[0].weight, one)
    assert not torch.equal(network(base, seed=4).heads[0].weight, one)


def test_classes_of_transformers_for_frames() -> None:
    assert named_class("wav2vec2").__name__ == "Wav2Vec2ForAudioFrameClassification"
    assert named_class("hubert") is None
