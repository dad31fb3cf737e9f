"""The methods paragraph names what was done, with its source, and nothing else."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from w2vpraat import __version__
from w2vpraat.compare import compare, project
from w2vpraat.compare.maps.projection import align
from w2vpraat.export.methods.references import OF_FAMILY, OF_METHOD, Bibliography, references
from w2vpraat.export.methods.text import Further, methods_text
from w2vpraat.normalize import formant_representation
from w2vpraat.normalize.embeddings import normalize_vectors
from w2vpraat.normalize.methods import describe_methods
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation, vector_columns
from w2vpraat.session.settings import Settings

FACTS = {
    "kind": "embedding",
    "layer": 4,
    "model": "phone",
    "revision": "",
    "weights_sha256": "43a0b447754642f481e9bf2ba138175a",
    "family": "wav2vec2",
    "model_layers": 6,
    "rate": 16000,
    "hop": 320,
    "receptive_field": 400,
    "precision": "float32",
    "versions": {"transformers": "5.23.0"},
    "context": "whole recording up to 60 s",
    "frame_rule": "centre",
    "no_frame": "nearest",
    "pooling": "middle",
}
PACKAGES = {"numpy": "2.2.6", "scikit-learn": "1.7.2", "praat-parselmouth": "0.4.7", "torch": "2.13.0"}
SEXES = {"max_formant": {"F": 5500.0, "M": 5000.0}}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = []
    for speaker in range(6):
        sex = "FM"[speaker % 2]
        for number in range(24):
            label = "iaou"[number % 4]
            place = {"i": (300, 2300), "a": (800, 1400), "o": (500, 900), "u": (320, 800)}[label]
            f1, f2 = np.array(place) * (1.1 if sex == "F" else 1.0) * random.normal(1, 0.06, 2)
            rows.append((f"s{speaker}", sex, label, f1, f2, 2500.0 + random.normal(0, 90), f"r{speaker}.wav"))
    made = pd.DataFrame(rows, columns=["speaker", "sex", "label", "F1", "F2", "F3", "file_name"])
    made.insert(0, "id", [f"t{number}" for number in range(len(made))])
    made["f0"] = 120.0 + random.normal(0, 5, len(made))
    return made


def vectors(table: pd.DataFrame, **facts) -> Representation:
    values = np.random.default_rng(1).normal(size=(len(table), 8)) + table[["F1"]].to_numpy() / 200
    return Representation("phone layer 4", tuple(table["id"]), values, vector_columns(8), {**FACTS, **facts})


def formants(table: pd.DataFrame, *methods: str, **options) -> list[Representation]:
    return [formant_representation(table, method, **options) for method in methods]


def said(made) -> str:
    return made.text + "\n" + made.reference_list


# Words that belong to a step, and must be absent where the step was not done.
MEASURED = ("Praat", "Parselmouth", "Boersma", "Jadoul", "ceiling", "Burg")
EMBEDDED = ("wav2vec 2.0:", "Vectors", "frame", "Baevski", "transformers", "Wolf", "Wang", "SHA-256", "Pasad")
COMPARED = ("Adank", "probe", "bootstrap", "Efron", "Chen", "seed", "shuffled")


def test_a_table_of_ones_own(table):
    items = formants(table, "raw", "lobanov", "deltaf")
    scores = compare(items, table, CompareParams(probes=("lda",), bootstrap=50, dimensions=-1))
    made = methods_text(items, scores, tokens_table=table, settings=Settings().as_dict(), source="mine.csv")
    assert made.paragraphs[0] == (
        "The material was a table (mine.csv) of 144 tokens by 6 speakers. All of them were compared; they "
        "had 4 labels."
    )
    assert made.paragraphs[1] == (
        "Formants were compared as they are (F1-F3 in Hz). Formants were normalized by Lobanov (Lobanov "
        "1971; F1-F3; standard deviation with n-1) and ΔF (Johnson 2020; F1-F3), with statistics over each "
        "speaker's tokens."
    )
    for word in (
        *MEASURED,
        *EMBEDDED,
        "Nearey",
        "TextGrid",
        "tier",
        "scikit-learn",
        "Maps",
        "Holm",
        "logistic",
    ):
        assert word not in said(made), word
    for word in COMPARED:
        assert word in said(made), word
    assert "label (one speaker held out at a time)" in made.text
    assert "Intervals (95 %) are percentiles of 50 bootstrap samples of speakers" in made.text
    assert "The probes were linear discriminant analysis (covariance shrunk" in made.text
    assert "Lobanov F1-F3 and ΔF F1-F3 used the other tokens of the test speaker" in made.text
    assert made.text.endswith(f"All was computed with w2vpraat {__version__}.")


def test_speech_that_was_measured_and_embedded(table):
    settings = Settings().updated(
        {
            "tokens": {
                "tier": "phones",
                "label_map": "arpabet",
                "label_class": "vowel",
                "min_duration": 0.05,
                "stop_words": ["the"],
            },
            "formants": {"points": [0.2, 0.5, 0.8], "summary": "median"},
        }
    )
    table = table.assign(max_formant=table["sex"].map(SEXES["max_formant"]))
    raw = vectors(table)
    items = [*formants(table, "raw", "nearey2"), raw, normalize_vectors(raw, "z", table["speaker"].tolist())]
    scores = compare(items, table, CompareParams(probes=("lda", "rbf"), bootstrap=0))
    left = project(items[1], table, "plane", columns=("F2_lm", "F1_lm"))
    right = align(left, project(raw, table, "tsne"))
    made = methods_text(
        items,
        scores,
        tokens_table=table,
        settings=settings.as_dict(),
        measurements={"praat_version": "6.1.38"},
        packages=PACKAGES,
        source="my corpus",
        speech=True,
        maps=[left, right],
        tested=True,
    )
    assert made.paragraphs[0] == (
        "The material (my corpus) consisted of 144 tokens by 6 speakers in 6 recordings. Tokens were the "
        "vowels of "
        'the tier "phones", with labels converted to IPA (arpabet); tokens shorter than 50 ms or in the '
        "words the were left out. All of them were compared; they had 4 labels."
    )
    assert made.paragraphs[1] == (
        "Formants were measured on whole recordings with Praat 6.1.38 (Boersma & Weenink 2021), through "
        "Parselmouth 0.4.7 (Jadoul, Thompson & de Boer 2018): Burg's method, 5 formants below a ceiling of "
        "5500 Hz for women and 5000 Hz for men, window length 25 ms, pre-emphasis from 50 Hz, at 20, 50 and "
        "80 % of each token's duration, of which the median was taken."
    )
    for part in (
        "Vectors came from layer 4 of 6 of the model phone (wav2vec 2.0, Baevski et al. 2020; SHA-256 of the "
        "weights 43a0b4477546), run in float32 with transformers 5.23.0 (Wolf et al. 2020) on speech at 16 "
        "kHz; it heard: whole recording up to 60 s.",
        "one frame every 20 ms, each 25 ms long",
        "the mean of the middle third of a token's frames was taken (Pasad, Chou & Livescu 2021); a token "
        "without a frame got the nearest frame",
        "Vectors were compared as they are and after by-speaker z-score (after Lobanov 1971).",
        "scored again with 3 principal components",
        "a support vector machine (Gaussian kernel, C = 1)",
        "exchanging the answers of whole speakers (Phipson & Smyth 2010), p-values corrected after Holm "
        "(Holm 1979)",
        "Maps show two formants as they are and t-SNE (van der Maaten & Hinton 2008)",
        "laid alike by Procrustes analysis (Schönemann & Carroll 1970)",
        "(numpy 2.2.6, scikit-learn 1.7.2 (Pedregosa et al. 2011))",
    ):
        assert part in made.text
    for word in ("bootstrap", "Efron", "Lobanov F1", "Johnson", "UMAP", "FastTrack", "Escudero", "torch"):
        assert word not in said(made), word
    assert any("arXiv:2503.04814" in one for one in made.references)


def test_every_work_that_is_cited_stands_in_the_list_and_no_other(table):
    raw = vectors(table)
    items = [*formants(table, "raw", "miller"), raw]
    scores = compare(items, table, CompareParams(probes=("lda", "logistic", "knn"), bootstrap=20))
    made = methods_text(
        items,
        scores,
        measurements={"praat_version": "6.1.38"},
        maps=[project(raw, table, "mds")],
        tested=True,
    )
    known = {one.full: one.cited for one in references().values()}
    listed = [one for one in made.references if one in known]
    for one in listed:
        cited = known[one]
        authors, year = cited.rsplit(" ", 1)
        assert cited in made.text or f"{authors} ({year})" in made.text, cited
    for one in references().values():
        if one.cited in made.text:
            assert one.full in made.references, one.cited
    assert len(made.references) == len(set(made.references))
    assert [one.casefold() for one in made.references] == sorted(one.casefold() for one in made.references)
    rest = [one for one in made.references if one not in known]
    assert [one.split(".")[0] for one in rest] == ["Boersma, P", "The w2vpraat contributors"]
    assert "Version 6.1.38" in rest[0]
    assert "15 nearest neighbours" in made.text


CEILINGS = [
    ({"ceiling_mode": "fixed", "ceiling": 5200.0}, [5200.0], "below a ceiling of 5200 Hz,"),
    ({"ceiling_mode": "sex"}, [5500.0], "below a ceiling of 5500 Hz,"),
    ({"ceiling_mode": "sex"}, [5000.0, 5500.0], "5500 Hz for women and 5000 Hz for men,"),
    (
        {"ceiling_mode": "sex", "ceiling": 6000.0},
        [5000.0, 5500.0, 6000.0],
        "for men (6000 Hz where sex was unknown),",
    ),
    (
        {"ceiling_mode": "speaker"},
        [4700.0, 5300.0],
        "chosen for each speaker so that formants varied least within labels (after Escudero et al. 2009) "
        "among 9 ceilings from 4500 to 6500 Hz; they lay between 4700 and 5300 Hz,",
    ),
    (
        {"ceiling_mode": "token"},
        [4700.0, 5300.0],
        "chosen for each token by the smoothest tracks (after Barreda 2021)",
    ),
]


@pytest.mark.parametrize(("choice", "used", "words"), CEILINGS)
def test_ceilings_are_those_that_were_used(table, choice, used, words):
    table = table.assign(max_formant=np.resize(used, len(table)))
    settings = Settings().updated({"formants": choice}).as_dict()
    made = methods_text(
        [], tokens_table=table, settings=settings, measurements={"praat_version": "6.4.1"}, speech=True
    )
    assert words in made.text
    assert "at the midpoint of each token." in made.text
    assert "(Boersma & Weenink)" in made.text
    assert "scored" not in made.text


def test_tokens_that_were_left_out_are_told(table):
    items = formants(table.assign(F3=table["F3"].where(table.index > 9)), "raw")
    scores = compare(items, table, CompareParams(probes=("knn",), bootstrap=0))
    made = methods_text(items, scores, tokens_table=table)
    assert "The 134 tokens by 6 speakers that had a label, a speaker and a value in every" in made.text
    assert "Chen" not in said(made)
    assert "Only" not in made.text


def test_normalizations_with_their_units_and_scales(table):
    items = [
        *formants(table, "lobanov", balance="vowel"),
        *formants(table, "bark_difference", "nearey2_regression", "lobanov_balanced"),
        *formants(table, "c_cure", scale="bark_traunmuller"),
        formant_representation(table, "lobanov", ("F1", "F2"), name="two"),
    ]
    text = methods_text(items).text
    assert "Formants were normalized by Lobanov (Lobanov 1971; F1-F3; standard deviation with n-1)" in text
    assert "Lobanov 2.0 (Brand et al. 2021; F1-F3; standard deviation with n-1)" in text
    assert "with statistics over the means of each speaker's labels." in text
    assert "Bark difference (Thomas & Kendall 2007; F1-F3; on Bark (Traunmüller 1990)), each token" in text
    assert ", each token by itself." in text
    assert "Nearey 2 by regression (Barreda & Nearey 2018; F1-F3)" in text
    assert "C-CuRE (McMurray & Jongman 2011; F1-F3; on Bark (Traunmüller 1990))" in text
    assert "Lobanov (Lobanov 1971; F1-F2; standard deviation with n-1)" in text
    assert any("Traunmüller" in one for one in methods_text(items).references)


def test_columns_and_files_are_named(table):
    mine = Representation(
        "mine",
        tuple(table["id"]),
        table[["F1", "F2"]].to_numpy(),
        ("B1", "B2"),
        {"kind": "columns of the table"},
    )
    read = Representation(
        "x layer 1", tuple(table["id"]), np.ones((144, 3)), ("a", "b", "c"),
        {"kind": "vectors from a file", "file": "vectors.npz"},
    )  # fmt: skip
    made = methods_text([mine, read])
    assert "Columns of the table were compared as they are: mine (B1, B2)." in made.text
    assert "Vectors were read from the file vectors.npz: x layer 1." in made.text
    for word in (*MEASURED, "Baevski", "Wang", "Formants were"):
        assert word not in said(made)


def test_other_models_and_rules(table):
    first = vectors(
        table, family="wavlm", pooling="mean", frame_rule="overlap", no_frame="missing", revision="abc123"
    )
    made = methods_text([first])
    assert "WavLM, Chen et al. 2022; revision abc123, SHA-256" in made.text
    assert "A frame belonged to a token if it overlapped with it" in made.text
    assert "a token without a frame got no vector" in made.text
    assert "Pasad" not in said(made)
    assert "Baevski" not in said(made)
    unknown = methods_text([vectors(table, family="unispeech")])
    assert "(unispeech; SHA-256" in unknown.text


def test_further_sentences_bring_their_works(table):
    extra = Further(
        "Pairs were compared by Pillai scores.",
        ["holm1979", "Pillai, K. C. S. 1955. Some new test criteria."],
    )
    made = methods_text(formants(table, "raw"), further=[extra])
    assert "Pairs were compared by Pillai scores." in made.text
    assert "Pillai, K. C. S. 1955. Some new test criteria." in made.references
    assert references()["holm1979"].full in made.references


def test_every_method_and_family_has_a_work_that_exists():
    for key in (*OF_METHOD.values(), *OF_FAMILY.values()):
        assert key in references()
    sources = {info.key: info for info in describe_methods() if info.kind != "f0"}
    assert set(OF_METHOD) <= set(sources)
    for key, info in sources.items():
        if key in OF_METHOD:
            # The same year, and the same first author, as the method says of itself.
            cited = references()[OF_METHOD[key]].cited
            assert cited.endswith(str(info.year))
            assert info.author.removeprefix("after ").split(" ")[0].strip(",") in cited


def test_references_are_whole():
    for key, one in references().items():
        year = re.search(r"\d{4}$", one.cited)
        assert year is not None, key
        assert f" {year[0]}. " in one.full, key
        assert one.full.startswith(one.cited.split(" ")[0].strip(",")) or one.cited[0].islower(), key
        assert re.search(r"[.\w/]$", one.full), key


def test_a_bibliography_lists_a_work_once():
    cite = Bibliography()
    assert cite("lobanov1971") == "Lobanov 1971"
    cite("lobanov1971")
    cite("adank2004")
    assert [one[:5] for one in cite.full] == ["Adank", "Loban"]
    with pytest.raises(KeyError):
        cite("nobody1900")
