"""Corpus to fine-tuned model: real speech learned by heart, what is asked of which frames, notes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import parselmouth
import pytest
import soundfile
import torch
import transformers
from tone_speech import grid_text, sound, write_base

from w2vpraat.errors import InputError
from w2vpraat.events import Progress, Skipped
from w2vpraat.models.encoder import load_encoder
from w2vpraat.models.finetuning import NOT_ASKED
from w2vpraat.models.finetuning.folder import read_heads
from w2vpraat.params import EmbedParams
from w2vpraat.pipeline.finetuning import VOICES, Balance, FinetuneResults, finetuning
from w2vpraat.pipeline.learning_material import Material, gather_material
from w2vpraat.pipeline.opening import Opened, opening
from w2vpraat.resources import sample_corpus
from w2vpraat.session.settings import Settings

VOWELS = ("iː", "i", "ɪ", "eɪ", "ɛ", "æ", "ɑ", "ɔ", "oʊ", "ʊ", "uː", "ʌ", "ɝ")
QUICK: dict[str, Any] = {
    "steps": 4,
    "batch_seconds": 2.0,
    "crop_seconds": 1.0,
    "evaluate_every": 2,
    "checkpoint_every": 2,
    "min_class_frames": 5,
    "device": "cpu",
}


def settings_of(corpus: Path, base: Path, *tasks: str, **values: Any) -> Settings:
    table = corpus / "speakers.csv"
    settings = Settings(str(corpus), str(table) if table.is_file() else "")
    finetune = {**QUICK, "base": str(base), "tasks": list(tasks) or ["phone"], **values}
    return settings.updated({"finetune": finetune})


def result(settings: Settings, output: Path, **rest: Any) -> FinetuneResults:
    *_, last = finetuning(settings, output, **rest)
    assert isinstance(last, FinetuneResults)
    return last


def material_of(settings: Settings) -> tuple[Material, Opened]:
    *_, opened = opening(settings)
    assert isinstance(opened, Opened)
    encoder = load_encoder(settings.finetune.base, EmbedParams(device="cpu"), lazy=True)
    return gather_material(opened, encoder.clock), opened


# Learned by heart: two real recordings, the classes of their phones and who speaks.
BY_HEART: dict[str, Any] = {
    "steps": 220,
    "batch_seconds": 4.0,
    "crop_seconds": 2.0,
    "evaluate_every": 220,
    "checkpoint_every": 220,
    "freeze_convolutions": False,
    "held_out": 0.0,
    "test": 0.0,
    "mask_time": 0.0,
    "head_dropout": 0.0,
    "peak_rate": 3e-3,
}


def check_by_heart(found: FinetuneResults, folder: Path) -> None:
    """More than 95 % of the training frames; the folder says the same to transformers and our encoder."""
    assert found.finetuned.split == "train"
    for one in found.finetuned.figures:
        assert one.accuracy > 0.95, (one.task, one.accuracy)
        assert one.n_frames > 500
        assert one.majority < 0.8
    heads = read_heads(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    reader = transformers.AutoFeatureExtractor.from_pretrained(folder)
    own = load_encoder(str(folder), EmbedParams(device="cpu"))
    counted = {one.name: np.zeros((len(one.classes),) * 2, int) for one in found.material.questions}
    for example in found.material.train:
        samples, rate = soundfile.read(example.versions[0], dtype="float32")
        assert rate == 16000 or rate == 24000
        from w2vpraat.corpus.audio import read_audio

        samples = read_audio(example.versions[0], rate=16000).samples
        inputs = reader(samples, sampling_rate=16000, return_tensors="pt").input_values
        with torch.inference_mode():
            hidden = model(inputs).last_hidden_state[0].numpy()
        frames = own.encode(samples, [own.record.layers])[own.record.layers]
        assert np.allclose(frames, hidden, atol=1e-3)
        for one in found.material.questions:
            weight, bias = heads[one.name]
            truth = example.labels(one.name, own.clock, len(frames), 0.0)
            asked = truth != NOT_ASKED
            np.add.at(counted[one.name], (truth[asked], (frames @ weight.T + bias).argmax(1)[asked]), 1)
    for one in found.finetuned.figures:
        # Float sums in another order may turn a frame that is on the edge.
        assert np.abs(counted[one.task] - one.confusion).sum() <= 4


@pytest.fixture
def real_base(tmp_path: Path) -> Path:
    return write_base(tmp_path / "base", hidden_size=48, intermediate_size=96, conv_dim=(16,) * 7)


def test_bundled_speech_is_learned_by_heart(real_base: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("us_f_kore", "us_m_puck"):
        for ending in (".flac", ".TextGrid"):
            shutil.copyfile(sample_corpus() / (name + ending), corpus / (name + ending))
    rows = ["label,class", *(f"{label},vowel" for label in VOWELS), "s,s", "n,n"]
    (tmp_path / "kinds.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    tasks = (f"kind=map:{tmp_path / 'kinds.csv'}", "speaker")
    found = result(settings_of(corpus, real_base, *tasks, **BY_HEART), tmp_path / "out")
    assert found.material.questions[0].classes == ("n", "s", "sil", "vowel")
    check_by_heart(found, tmp_path / "out")


@pytest.mark.shared_data
def test_librispeech_is_learned_by_heart(real_base: Path, tmp_path: Path, shared_data: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("103-1240-0000", "1034-121119-0000"):
        for ending in (".flac", ".TextGrid"):
            source = shared_data / "librispeech" / "train-clean-100" / (name + ending)
            shutil.copyfile(source, corpus / source.name)
    rows = ["label,class", "/[AEIOU].*/,vowel", "/[SZ]H?/,sibilant"]
    (tmp_path / "kinds.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    # One task only, so that transformers' class with labels can be asked.
    tasks = (f"kind=map:{tmp_path / 'kinds.csv'}",)
    found = result(settings_of(corpus, real_base, *tasks, **BY_HEART), tmp_path / "out")
    check_by_heart(found, tmp_path / "out")
    model = transformers.Wav2Vec2ForAudioFrameClassification.from_pretrained(tmp_path / "out").eval()
    assert model.config.id2label == dict(enumerate(found.material.questions[0].classes))
    weight, bias = read_heads(tmp_path / "out")["kind"]
    assert np.array_equal(model.classifier.weight.detach().numpy(), weight)
    assert np.array_equal(model.classifier.bias.detach().numpy(), bias)


def test_events_come_in_order(corpus: Path, base: Path, tmp_path: Path) -> None:
    events = list(finetuning(settings_of(corpus, base, "phone", "sex"), tmp_path / "out"))
    kinds = [type(event).__name__ for event in events]
    assert kinds == ["Progress"] * 6 + ["Balance"] + ["Training"] * 4 + ["FinetuneResults"]
    balance = events[6]
    table = balance.table
    assert set(table["task"]) == {"phone", "sex"}
    for _, rows in table.groupby("task"):
        assert rows["share"].sum() == pytest.approx(1)
        assert rows["asked"].all()
    # 11 women's and men's recordings of 6 to 8 intervals of 0.2 s: all frames are counted.
    phones = table[table["task"] == "phone"]
    total = phones[["train", "held_out", "test"]].to_numpy().sum()
    lengths = [round(0.2 * n * 16000) for n in (8, 7, 6, 8, 7, 6)]
    assert total == sum((n - 400) // 320 + 1 for n in lengths)


def test_dry_run_writes_nothing(corpus: Path, base: Path, tmp_path: Path) -> None:
    *_, last = finetuning(settings_of(corpus, base), tmp_path / "out", dry_run=True)
    assert isinstance(last, Balance)
    assert not (tmp_path / "out").exists()


def test_speakers_are_never_shared_and_notes_say_what_is_missing(corpus: Path, base: Path) -> None:
    found, _ = material_of(settings_of(corpus, base, "phone", "speaker", held_out=0.2, test=0.2))
    uses = [{one.speaker for one in part} for part in (found.train, found.held_out, found.test)]
    assert [len(names) for names in uses] == [4, 1, 1]
    assert not uses[0] & uses[1] | uses[0] & uses[2] | uses[1] & uses[2]
    assert found.questions[1].classes == tuple(sorted(uses[0]))
    assert any("can't tell how well it is learned" in note for note in found.notes)
    asked = [one.labels("speaker", load_clock(base), 60, 0.0) for one in found.held_out]
    assert (np.concatenate(asked) == NOT_ASKED).all()
    found, _ = material_of(settings_of(corpus, base, held_out=0.0, test=0.0))
    assert any("no speaker is held out" in note for note in found.notes)
    assert any("there is no test speaker" in note for note in found.notes)


def load_clock(base: Path) -> Any:
    return load_encoder(str(base), EmbedParams(device="cpu"), lazy=True).clock


def test_silence_policies(corpus: Path, base: Path) -> None:
    with_pauses, _ = material_of(settings_of(corpus, base))
    without, _ = material_of(settings_of(corpus, base, silence="ignore"))
    assert with_pauses.questions[0].classes == ("a", "i", "s", "sil", "u")
    assert without.questions[0].classes == ("a", "i", "s", "u")


def test_rare_classes_are_not_asked_and_told(corpus: Path, base: Path) -> None:
    found, _ = material_of(settings_of(corpus, base, min_class_frames=45))
    table = found.balance.set_index("class")
    rare = sorted(table.index[table["train"] < 45])
    assert rare
    assert sorted(table.index[~table["asked"]]) == rare
    assert sorted({*table.index} - {*rare}) == list(found.questions[0].classes)
    assert any("too rare to be asked" in note for note in found.notes)
    with pytest.raises(InputError, match="needs two classes with at least 1000 training frames") as caught:
        material_of(settings_of(corpus, base, min_class_frames=1000))
    assert "sil: " in str(caught.value)


@pytest.mark.parametrize(("kind", "power"), [("none", 0.0), ("sqrt", 0.5), ("balanced", 1.0)])
def test_class_weights(corpus: Path, base: Path, kind: str, power: float) -> None:
    found, _ = material_of(settings_of(corpus, base, class_weights=kind))
    counts = found.balance.set_index("class")["train"]
    own = np.array([counts[name] for name in found.questions[0].classes], float)
    expected = (own.sum() / (len(own) * own)) ** power
    weights = found.questions[0].class_weights
    assert weights == (pytest.approx(tuple(expected)) if power else ())


def test_voiced_frames_are_those_where_praat_finds_f0(corpus: Path, base: Path) -> None:
    settings = settings_of(corpus, base, "sex", metadata_frames="voiced", min_class_frames=1)
    found, opened = material_of(settings)
    clock = load_clock(base)
    n_voiced = n_unvoiced = 0
    for example in found.everything:
        snd = parselmouth.Sound(str(example.versions[0]))
        pitch = snd.to_pitch(None, settings.pitch.floor, settings.pitch.ceiling)
        centres = clock.centres(clock.n_frames(snd.n_samples))
        labels = example.labels("sex", clock, len(centres), 0.0)
        tokens = [one for one in opened.tokens.kept if one.speaker == example.speaker]
        for centre, label in zip(centres, labels, strict=True):
            spoken = any(one.start <= centre < one.end for one in tokens)
            near = np.array([pitch.get_value_at_time(centre + shift) for shift in (-0.006, 0, 0.006)])
            if not spoken:
                assert label == NOT_ASKED
            elif np.isfinite(near).all():
                assert label >= 0
                n_voiced += 1
            elif np.isnan(near).all():
                assert label == NOT_ASKED
                n_unvoiced += 1
    assert n_voiced > 100
    assert n_unvoiced > 30


def test_metadata_on_all_frames(corpus: Path, base: Path) -> None:
    found, _ = material_of(settings_of(corpus, base, "sex", metadata_frames="all"))
    labels = found.train[0].labels("sex", load_clock(base), 59, 0.0)
    assert set(labels.tolist()) <= {0, 1}
    assert len(set(labels.tolist())) == 1
    labelled, _ = material_of(settings_of(corpus, base, "sex"))
    assert NOT_ASKED in labelled.train[0].labels("sex", load_clock(base), 59, 0.0)


def write_dialogues(folder: Path) -> Path:
    """Write recordings of two speakers who take turns, one tier each."""
    folder.mkdir()
    rows = ["speaker,sex"]
    for number in range(3):
        first, second = f"ann{number}", f"bob{number}"
        pieces = [sound(label, 6400, number) for label in ("a", "i", "", "u", "s")]
        soundfile.write(folder / f"d{number}.wav", np.concatenate(pieces), 16000)
        tiers = {
            f"{first} - phones": [(0.0, 0.4, "a"), (0.4, 0.8, "i"), (0.8, 2.0, "")],
            f"{second} - phones": [(0.0, 1.2, ""), (1.2, 1.6, "u"), (1.6, 2.0, "s")],
        }
        (folder / f"d{number}.TextGrid").write_text(grid_text(tiers, 2.0), encoding="utf-8")
        rows += [f"{first},F", f"{second},M"]
    (folder / "speakers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_two_speakers_in_one_grid(base: Path, tmp_path: Path) -> None:
    corpus = write_dialogues(tmp_path / "dialogues")
    settings = settings_of(corpus, base, "phone", "sex", metadata_frames="all", held_out=0.3, test=0.3)
    *_, opened = opening(settings.updated({"tokens": {"tier": "* - phones"}}))
    found = gather_material(opened, load_clock(base))
    # Those who share a recording have the same use.
    for part, names in (
        (found.train, found.splits.train),
        (found.held_out, found.splits.held_out),
        (found.test, found.splits.test),
    ):
        assert [set(one.speaker.split("+")) for one in part] == [set(names)]
    clock = load_clock(base)
    centres = clock.centres(99)
    for example in found.everything:
        phone, sex = (found.questions[k].classes for k in (0, 1))
        said = ["" if k == NOT_ASKED else phone[k] for k in example.labels("phone", clock, 99, 0.0)]
        expected = [["a", "i", "sil", "u", "s"][int(centre / 0.4)] for centre in centres]
        assert said == expected
        sexes = ["" if k == NOT_ASKED else sex[k] for k in example.labels("sex", clock, 99, 0.0)]
        assert sexes == [["F", "F", "", "M", "M"][int(centre / 0.4)] for centre in centres]


def add_tier(corpus: Path, name: str) -> None:
    tiers = {"phones": [(0.0, 0.6, "a"), (0.6, 1.2, "i")], "tones": [(0.0, 0.5, "ma1"), (0.5, 1.2, "ma3")]}
    (corpus / f"{name}.TextGrid").write_text(grid_text(tiers, 1.2), encoding="utf-8")


def test_another_tier_and_a_map(corpus: Path, base: Path) -> None:
    for path in corpus.glob("*.wav"):
        add_tier(corpus, path.stem)
    tasks = ("phone", "tone=map:pinyin_tone@tones", "word=tier:tones")
    found, _ = material_of(settings_of(corpus, base, *tasks, silence="ignore"))
    assert [one.classes for one in found.questions] == [("a", "i"), ("T1", "T3"), ("ma1", "ma3")]
    labels = found.train[0].labels("tone", load_clock(base), 59, 0.0)
    centres = load_clock(base).centres(59)
    assert labels.tolist() == [int(centre >= 0.5) for centre in centres]
    assert [one.source for one in found.questions] == [
        "tier phones",
        "map pinyin_tone of tier tones",
        "tier tones",
    ]


def test_a_recording_without_the_phone_tier_is_left_out(corpus: Path, base: Path, tmp_path: Path) -> None:
    for path in corpus.glob("*.wav"):
        add_tier(corpus, path.stem)
    tiers = {"tones": [(0.0, 0.5, "ma1"), (0.5, 1.2, "ma3")], "remarks": [(0.0, 1.2, "")]}
    (corpus / "f0.TextGrid").write_text(grid_text(tiers, 1.2), encoding="utf-8")
    settings = settings_of(corpus, base, "phone", "tone=tier:tones", silence="ignore")
    found = result(settings.updated({"tokens": {"tier": "phones"}}), tmp_path / "out")
    assert len(found.material.everything) == 5
    assert {one.name for one in found.skipped} == {"f0"}


def test_wrong_columns_and_tiers_are_told(corpus: Path, base: Path) -> None:
    with pytest.raises(InputError, match='task age: there is no column "age"') as caught:
        material_of(settings_of(corpus, base, "age=column:age"))
    assert "sex" in caught.value.hint
    assert "dialect" in caught.value.hint
    with pytest.raises(InputError, match='tier "tones" gives no labels'):
        material_of(settings_of(corpus, base, "tones"))
    with pytest.raises(InputError, match="there is no map"):
        material_of(settings_of(corpus, base, "x=map:nowhere.csv"))
    with pytest.raises(InputError, match="needs two classes"):
        material_of(settings_of(corpus, base, "dialect", held_out_speakers=["f0", "m1", "f2"]))


@pytest.mark.parametrize("frames", ["labelled", "voiced", "all"])
def test_broken_sound_files_are_skipped(corpus: Path, base: Path, tmp_path: Path, frames: str) -> None:
    (corpus / "m1.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEjunk")
    settings = settings_of(corpus, base, "phone", "sex", metadata_frames=frames)
    found = result(settings, tmp_path / "out")
    assert "m1" not in {one.name for one in found.material.everything}
    assert {one.name for one in found.skipped} == {"m1"}


def test_an_interrupted_run_goes_on_and_leaves_no_traces_only_at_the_end(
    corpus: Path, base: Path, tmp_path: Path
) -> None:
    settings = settings_of(corpus, base, "phone", voices=1)
    out = tmp_path / "out"
    events = finetuning(settings, out)
    for event in events:
        if getattr(event, "step", None) == 3:
            break
    events.close()
    assert (out / "checkpoints" / "step-00000002").is_dir()
    versions = sorted((out / VOICES).glob("*.flac"))
    assert len(versions) == 4
    times = [path.stat().st_mtime_ns for path in versions]
    whole = result(settings, tmp_path / "whole")
    again = result(settings, out)
    assert [path.stat().st_mtime_ns for path in sorted((out / VOICES).glob("*.flac"))] == times
    assert repr(again.finetuned.curve) == repr(whole.finetuned.curve)
    with pytest.raises(InputError, match="differs in: seed"):
        result(settings.updated({"finetune": {"seed": 1}}), out)
    # Other voices are made for another seed.
    result(settings.updated({"finetune": {"seed": 1}}), out, restart=True)
    assert sorted((out / VOICES).glob("*.flac")) != versions


def test_voices_are_versions_of_the_training_recordings(corpus: Path, base: Path, tmp_path: Path) -> None:
    events = list(finetuning(settings_of(corpus, base, "phone", "sex", voices=2), tmp_path / "out"))
    steps = [event for event in events if isinstance(event, Progress) and event.step == "voices"]
    material = events[-1].material
    assert len(steps) == len(material.train) == 4
    assert not [event for event in events if isinstance(event, Skipped)]
    for example in material.train:
        original, *others = (soundfile.info(path) for path in example.versions)
        assert [one.frames for one in others] == [original.frames] * 2
        assert [one.samplerate for one in others] == [16000] * 2
    assert all(len(one.versions) == 1 for one in (*material.held_out, *material.test))


def test_a_finished_model_is_not_overwritten(corpus: Path, base: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="holds a finished model") as caught:
        result(settings_of(corpus, base), tmp_path / "out")
    assert caught.value.hint
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is a file, not a folder"):
        result(settings_of(corpus, base), tmp_path / "file")
