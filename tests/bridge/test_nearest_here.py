"""Nearest tokens of a corpus: those of `w2vpraat neighbours` for a token that is in it; honest refusals."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from sample_jobs import SAMPLE, answer, relabelled, write_job
from sample_results import write_sample_results

from w2vpraat.bridge.commands.nearest_tokens import COLUMNS, nearest_tokens
from w2vpraat.bridge.job import Answer
from w2vpraat.bridge.objects import PraatTable
from w2vpraat.bridge.pairs import told
from w2vpraat.bridge.warm import Warm
from w2vpraat.cli.main import main
from w2vpraat.errors import W2VPraatError
from w2vpraat.resources import sample_corpus
from w2vpraat.session.last_results import last_results, remember_results

PEOPLE = ("gb_f_alice", "gb_m_daniel", "us_f_sky", "us_m_eric")
WHO = "us_m_eric"
HEED = 0.74
"""A time in its "heed"."""
NO_CHOICE = dict.fromkeys((key for key in SAMPLE if "." in key), "")
"""The corpus has its own settings."""


@pytest.fixture(scope="module")
def warm() -> Warm:
    return Warm()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a run of four speakers; their formants are measured with ceilings by sex."""
    options = {
        "run": {"speakers": str(sample_corpus() / "speakers.csv")},
        "tokens": {"stop_words": ["say", "again"]},
        "embed": {"pooling": "mean", "layers": [3, 5]},
    }
    return write_sample_results(tmp_path_factory.mktemp("mine"), PEOPLE, options)


def asked(folder: Path, warm: Warm, corpus: Path | str, values: Mapping[str, object] = {}) -> Answer:
    given = {
        "tier": 2,
        "from": HEED,
        "to": HEED,
        **NO_CHOICE,
        "corpus": corpus,
        "others_only": "yes",
        **values,
    }
    return answer(nearest_tokens, write_job(folder, "nearest_tokens", [WHO], given), warm)


def refused(folder: Path, warm: Warm, corpus: Path | str, values: Mapping[str, object] = {}) -> str:
    given = {"tier": 2, "from": HEED, "to": HEED, **NO_CHOICE, "corpus": corpus, **values}
    job = write_job(folder, "nearest_tokens", [WHO], given)
    with pytest.raises(W2VPraatError) as found:
        list(nearest_tokens(job, warm))
    return told(found.value, job)


def rows(made: Answer) -> list[dict[str, str]]:
    (table,) = made.objects
    assert isinstance(table, PraatTable)
    assert table.columns == COLUMNS
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def as_command_line(corpus: Path, target: Path, *words: str) -> list[dict[str, str]]:
    assert main(["neighbours", str(corpus), "--id", f"{WHO}#2.5", "-o", str(target), *words]) == 0
    with (target / "neighbours.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ()),
        ({"number": 7}, ("--neighbours", "7")),
        ({"review.metric": "cosine"}, ("--metric", "cosine")),
        ({"representation": "phone layer 5"}, ("--representation", "phone layer 5")),
        ({"representation": "F1-F3 Hz"}, ("--representation", "F1-F3 Hz")),
        ({"others_only": "no"}, ("--apart", "token")),
    ],
)
def test_a_token_of_the_corpus_has_the_neighbours_of_the_command_line(
    tmp_path: Path, warm: Warm, corpus: Path, values: Mapping[str, object], words: tuple[str, ...]
) -> None:
    made = asked(tmp_path / "job", warm, corpus, values)
    ours = rows(made)
    theirs = as_command_line(corpus, tmp_path / "cli", *words)
    assert len(ours) == len(theirs) == values.get("number", 10)
    assert [row["id"] for row in ours] == [row["neighbour"] for row in theirs]
    distances = [float(row["distance"]) for row in ours]
    np.testing.assert_allclose(distances, [float(row["distance"]) for row in theirs], atol=1e-6, rtol=0)
    assert min(distances) > 0.001
    for name in ("label", "word", "speaker", "file_name"):
        assert [row[name] for row in ours] == [row[name] for row in theirs]
    assert [row["same_label"] == "1" for row in ours] == [
        row["same_label"].upper() == "TRUE" for row in theirs
    ]


def test_message_and_paths_lead_to_the_recordings(tmp_path: Path, warm: Warm, corpus: Path) -> None:
    made = asked(tmp_path / "job", warm, corpus)
    found = rows(made)
    lines = made.message.split("\n")
    assert lines[0] == f'"iː", 0.675 to 0.802 s in {WHO}, tier 2 "phones"'
    assert f"of {corpus}, in phone layer 3 (Euclidean distance of standardized columns)." in lines[1]
    assert lines[2].endswith(" tokens of the same speaker or recording are left out.")
    table = lines[lines.index("") + 1 :]
    assert table[0].split() == ["rank", "distance", "time", "(s)", "label", "word", "speaker", "file"]
    for line, row in zip(table[1:], found, strict=True):
        start, end = float(row["start"]), float(row["end"])
        words = [row["rank"], f"{float(row['distance']):.3f}", f"{start:.3f}-{end:.3f}", row["label"]]
        assert line.split() == [*words, row["word"], row["speaker"], row["file_name"]]
        assert Path(row["sound"]) == corpus.parent / "speech" / row["file_name"]
        assert Path(row["textgrid"]).is_file()
        assert Path(row["textgrid"]).stem == row["speaker"]
    assert not made.notes


def test_a_stranger_is_compared_with_all(tmp_path: Path, warm: Warm, corpus: Path) -> None:
    given = {**NO_CHOICE, "tier": 2, "from": 0.76, "to": 0.9, "corpus": corpus, "others_only": "yes"}
    job = write_job(tmp_path / "job", "nearest_tokens", ["us_m_liam"], given)
    made = answer(nearest_tokens, job, warm)
    assert {row["speaker"] for row in rows(made)} <= set(PEOPLE)
    assert any('has no speaker "us_m_liam" and no recording "us_m_liam"' in note for note in made.notes)


def test_any_labelled_segment_can_be_asked_for(tmp_path: Path, warm: Warm, corpus: Path) -> None:
    # The corpus has vowels of test words only; this is the [s] of "say".
    made = asked(tmp_path / "job", warm, corpus, {"from": 0.33, "to": 0.33})
    assert made.message.startswith('"s", 0.305 to 0.365 s')
    assert "have the token's label" not in made.message
    # Of a selection with several segments the one that has most of it.
    most = asked(tmp_path / "most", warm, corpus, {"from": 0.62, "to": 0.8})
    assert most.message.startswith('"iː", 0.675 to 0.802 s')


def test_the_label_is_that_of_the_run(tmp_path: Path, warm: Warm, corpus: Path) -> None:
    edit = relabelled(lambda number, old: "i:" if number == 5 else old)
    given = {**NO_CHOICE, "tier": 2, "from": HEED, "to": HEED, "corpus": corpus, "others_only": "yes"}
    made = answer(
        nearest_tokens, write_job(tmp_path / "job", "nearest_tokens", [WHO], given, edit=edit), warm
    )
    plain = asked(tmp_path / "plain", warm, corpus)
    assert [row["id"] for row in rows(made)] == [row["id"] for row in rows(plain)]


def test_what_one_token_can_not_have_is_refused(tmp_path: Path, warm: Warm, corpus: Path) -> None:
    for number, name in enumerate(("Lobanov F1-F3", "phone layer 3, by-speaker z-score")):
        text = refused(tmp_path / str(number), warm, corpus, {"representation": name})
        assert f'one token has no place in "{name}", which depends on all tokens of its speaker' in text
    assert 'no representation "nonsense"' in refused(
        tmp_path / "none", warm, corpus, {"representation": "nonsense"}
    )
    text = refused(tmp_path / "model", warm, corpus, {"embed.model": "base"})
    assert "embed.model can't be chosen here" in text


def test_the_folder_used_last_is_taken(tmp_path: Path, warm: Warm, corpus: Path) -> None:
    assert "no corpus was named, and none was used before (name the results folder" in refused(
        tmp_path / "none", warm, ""
    )
    named = asked(tmp_path / "named", warm, corpus)
    assert last_results() == corpus
    assert rows(asked(tmp_path / "last", warm, "")) == rows(named)
    gone = tmp_path / "gone"
    gone.mkdir()
    remember_results(gone)
    gone.rmdir()
    assert last_results() is None


def test_a_run_is_the_corpus_used_last(tmp_path: Path) -> None:
    speech = tmp_path / "speech"
    speech.mkdir()
    for ending in (".flac", ".TextGrid"):
        shutil.copy(sample_corpus() / f"{WHO}{ending}", speech)
    words = ["--tier", "phones", "--labels", "ə,ɛ", "--no-sensitivity", "--shuffles", "0", "--bootstrap", "0"]
    assert main(["run", str(speech), "-o", str(tmp_path / "results"), *words]) == 0
    assert last_results() == tmp_path / "results"


def damaged(corpus: Path, target: Path, change: Callable[[Path], object]) -> Path:
    shutil.copytree(corpus, target)
    change(target)
    return target


def with_other_weights(folder: Path) -> None:
    path = folder / "provenance.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["embeddings"]["weights_sha256"] = "0" * 64
    path.write_text(json.dumps(facts), encoding="utf-8")


def with_another_model(folder: Path) -> None:
    path = folder / "w2vpraat.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('model = "phone"', 'model = "mine"'), encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "vectors.npz").unlink(), "the folder holds no vectors (vectors.npz)"),
        (lambda folder: (folder / "tokens.csv").unlink(), "is no results folder: it holds no tokens.csv"),
        (with_other_weights, 'the model "phone" has other weights now than when the corpus was embedded'),
        (with_another_model, 'was embedded with the model "mine", which can\'t be used now: no model "mine"'),
    ],
)
def test_a_corpus_that_can_not_be_compared_with_is_refused(
    tmp_path: Path, warm: Warm, corpus: Path, change: Callable[[Path], object], said: str
) -> None:
    text = refused(tmp_path / "job", warm, damaged(corpus, tmp_path / "results", change))
    assert said in text
    assert text.endswith(")")  # a remedy


def test_wrong_folders_are_named(tmp_path: Path, warm: Warm) -> None:
    assert f"{tmp_path / 'nothing'}: there is no such folder" in refused(
        tmp_path / "a", warm, tmp_path / "nothing"
    )
    assert '"results" is only a part of a path' in refused(tmp_path / "b", warm, "results")


def test_speakers_that_are_all_the_same_leave_nothing(tmp_path: Path, warm: Warm, corpus: Path) -> None:
    def only_one(folder: Path) -> None:
        path = folder / "tokens.csv"
        head, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text(head + "".join(one for one in lines if one.startswith(WHO)), encoding="utf-8")

    folder = damaged(corpus, tmp_path / "results", only_one)
    text = refused(tmp_path / "job", warm, folder, {"others_only": "yes"})
    assert f'tokens of the corpus are by the speaker "{WHO}" (allow tokens of the same speaker)' in text
    assert len(rows(asked(tmp_path / "own", warm, folder, {"others_only": "no"}))) == 10
