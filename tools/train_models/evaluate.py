"""Score a bundled model on speakers that it was not trained on.

    python -m tools.train_models.evaluate MODEL CORPUS SPEAKERS.csv [--out figures.json]

MODEL is a model folder, CORPUS a folder of audio and TextGrids with a tier ``phones`` and
SPEAKERS.csv has the columns ``speaker`` and ``sex`` (F or M). A head for the phones is scored too; a folder
may have none. Vowel identity is found by shrinkage
LDA from every layer of the model and from F1 to F3, on the same tokens and folds.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np
import parselmouth
import torch
from transformers import AutoFeatureExtractor, AutoModel, Wav2Vec2ForAudioFrameClassification

from .data import IGNORE, PHONES, RATE, Utterance, centres, hold_out, labels_at, read_corpus
from .probe import Token, classifier, interval, lobanov, pool, predict_held_out, vowel_tokens

CEILING = {"M": 5000.0, "F": 5500.0}


def formants(sound: parselmouth.Sound, ceiling: float, token: Token) -> np.ndarray:
    """Return F1 to F3 in Hz: the median of five points in the middle third of a vowel.

    Parameters
    ----------
    sound : parselmouth.Sound
        The recording.
    ceiling : float
        Formant ceiling in Hz for five formants.
    token : Token
        Interval.

    Returns
    -------
    ndarray, shape (3,)
        NaN where Praat finds no formant at any of the points.
    """
    length = token.end - token.start
    margin = 0.05
    part = sound.extract_part(max(0.0, token.start - margin), token.end + margin, preserve_times=True)
    track = part.to_formant_burg(time_step=0.005, max_number_of_formants=5, maximum_formant=ceiling)
    times = token.start + length * np.linspace(1 / 3, 2 / 3, 5)
    values = np.array([[track.get_value_at_time(k, t) for t in times] for k in (1, 2, 3)])
    return np.array([np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else np.nan for row in values])


def encode(folder: Path, corpus: list[Utterance]) -> dict[str, np.ndarray]:
    """Return the states of every layer for whole recordings.

    The last entry is the top layer after the final layer norm.

    Parameters
    ----------
    folder : Path
        Model folder.
    corpus : list of Utterance
        Recordings.

    Returns
    -------
    dict of str to ndarray, shape (layers + 1, n_frames, dim)
        One entry per recording.
    """
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    extractor = AutoFeatureExtractor.from_pretrained(folder)
    found = {}
    for u in corpus:
        inputs = extractor(u.audio(), sampling_rate=RATE, return_tensors="pt")
        with torch.no_grad():
            out = model(**inputs, output_hidden_states=True)
        found[u.name] = torch.cat([*out.hidden_states[:-1], out.last_hidden_state]).numpy()
    return found


def has_phone_head(folder: Path) -> bool:
    """Say whether a model folder has a head with the classes `PHONES`, in any order and case."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    framewise = "Wav2Vec2ForAudioFrameClassification" in config.get("architectures", ())
    return framewise and {name.upper() for name in config.get("id2label", {}).values()} == set(PHONES)


def frame_accuracy(folder: Path, corpus: list[Utterance], states: dict[str, np.ndarray]) -> dict[str, float]:
    """Return the share of frames whose phone the head names, with and without silence.

    Parameters
    ----------
    folder : Path
        Model folder with a phone head.
    corpus : list of Utterance
        Recordings.
    states : dict of str to ndarray
        Result of `encode`.

    Returns
    -------
    dict of str to float
        ``all`` counts every frame that has a label, ``trusted`` only frames at least 10 ms from a
        boundary, ``speech`` the trusted frames that are not silence.
    """
    full = Wav2Vec2ForAudioFrameClassification.from_pretrained(folder, dtype=torch.float32)
    # Heads may have their classes in any order.
    names = [full.config.id2label[i] for i in range(full.config.num_labels)]
    codes = np.array([PHONES.index(name.upper()) for name in names])
    truth, inner, named = [], [], []
    for u in corpus:
        top = torch.from_numpy(states[u.name][-1])
        with torch.no_grad():
            named.append(codes[full.classifier(top).argmax(-1).numpy()])
        truth.append(labels_at(u, centres(len(top)), margin=0.0))
        inner.append(labels_at(u, centres(len(top))))
    y, trusted, guess = np.concatenate(truth), np.concatenate(inner), np.concatenate(named)
    speech = (trusted != IGNORE) & (trusted != PHONES.index("SIL"))
    return {
        "all": float((guess == y)[y != IGNORE].mean()),
        "trusted": float((guess == y)[trusted != IGNORE].mean()),
        "speech": float((guess == y)[speech].mean()),
    }


def sex_score(x: np.ndarray, speakers: np.ndarray, sexes: np.ndarray) -> float:
    """Return how well a linear probe tells a man from a woman from one vowel token.

    One man and one woman are held out together, every pair in turn, with equal priors: chance
    is 0.5.

    Parameters
    ----------
    x : ndarray, shape (n_tokens, dim)
        Vectors.
    speakers, sexes : ndarray of str, shape (n_tokens,)
        Speaker and sex (F or M) of each token.

    Returns
    -------
    float
        Mean over pairs of the mean of both sexes' accuracies.
    """
    scores = []
    for woman in np.unique(speakers[sexes == "F"]):
        for man in np.unique(speakers[sexes == "M"]):
            out = np.isin(speakers, [woman, man])
            probe = classifier(priors=[0.5, 0.5]).fit(x[~out], sexes[~out])
            right = probe.predict(x[out]) == sexes[out]
            scores.append(np.mean([right[sexes[out] == s].mean() for s in "FM"]))
    return float(np.mean(scores))


def score(x: np.ndarray, y: np.ndarray, speakers: np.ndarray, sexes: np.ndarray) -> dict[str, np.ndarray]:
    """Return per token whether each test names the vowel.

    Parameters
    ----------
    x : ndarray, shape (n_tokens, dim)
        Vectors.
    y, speakers, sexes : ndarray of str, shape (n_tokens,)
        Vowel, speaker and sex of each token.

    Returns
    -------
    dict of str to ndarray of float
        ``identity`` (leave-one-speaker-out) and ``cross_sex`` (train on one sex, test the other).
    """
    return {
        "identity": (predict_held_out(x, y, speakers) == y).astype(float),
        "cross_sex": (predict_held_out(x, y, sexes) == y).astype(float),
    }


def summarize(
    right: dict[str, np.ndarray], reference: dict[str, np.ndarray], speakers: np.ndarray, sexes: np.ndarray
) -> dict[str, object]:
    """Return accuracies and gains over a reference with 95 % intervals over speakers.

    Cross-sex figures are the mean of both directions: tokens are weighted so that each sex counts
    for one half.

    Parameters
    ----------
    right, reference : dict of str to ndarray
        Results of `score` for a representation and for the one it is compared with.
    speakers, sexes : ndarray of str
        Speaker and sex of each token.

    Returns
    -------
    dict
        ``identity``, ``cross_sex`` and their ``_interval``, ``_gain``, ``_gain_interval``.
    """
    balance = np.array([0.5 / (sexes == s).mean() for s in sexes])
    found: dict[str, object] = {}
    for name in ("identity", "cross_sex"):
        weight = balance if name == "cross_sex" else np.ones(len(sexes))
        for suffix, column in (("", right[name]), ("_gain", right[name] - reference[name])):
            found[name + suffix] = round(float((column * weight).mean()), 4)
            found[name + suffix + "_interval"] = [round(v, 4) for v in interval(column * weight, speakers)]
    return found


def evaluate(folder: Path, corpus: list[Utterance], sex_of: dict[str, str]) -> dict[str, object]:
    """Return every figure of one model on one corpus.

    Parameters
    ----------
    folder : Path
        Model folder.
    corpus : list of Utterance
        Recordings of speakers that the model was not trained on.
    sex_of : dict of str to str
        Sex of each speaker.

    Returns
    -------
    dict
        Ready for JSON.
    """
    sounds = {u.name: parselmouth.Sound(u.audio().astype(np.float64), RATE) for u in corpus}
    tokens = vowel_tokens(corpus)
    hertz = np.array([formants(sounds[t.utterance], CEILING[sex_of[t.speaker]], t) for t in tokens])
    kept = ~np.isnan(hertz).any(1)
    tokens, hertz = [t for t, good in zip(tokens, kept, strict=True) if good], hertz[kept]
    y, speakers = np.array([t.label for t in tokens]), np.array([t.speaker for t in tokens])
    sexes = np.array([sex_of[s] for s in speakers])
    states = encode(folder, corpus)
    layers = np.array([[pool(frames, t.start, t.end) for frames in states[t.utterance]] for t in tokens])
    sets = {"F1-F3 Hz": hertz, "F1-F3 Lobanov": lobanov(hertz, speakers)}
    sets |= {f"layer {i}": layers[:, i] for i in range(layers.shape[1])}
    reference = score(sets["F1-F3 Lobanov"], y, speakers, sexes)
    rows = {}
    for name, x in sets.items():
        rows[name] = summarize(score(x, y, speakers, sexes), reference, speakers, sexes)
        rows[name]["sex"] = round(sex_score(x, speakers, sexes), 4)
    majority = float(np.unique(y, return_counts=True)[1].max() / len(y))
    report = {
        "speakers": len(set(speakers)),
        "tokens": len(tokens),
        "dropped": int((~kept).sum()),
        "majority": round(majority, 4),
        "representations": rows,
    }
    if has_phone_head(folder):
        report["frames"] = {k: round(v, 4) for k, v in frame_accuracy(folder, corpus, states).items()}
    return report


def main() -> None:
    """Read the command line, score and print."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("model", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("speakers", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument(
        "--held-out", action="store_true", help="use only the training corpus's held-out speakers"
    )
    args = parser.parse_args()
    corpus = read_corpus(args.corpus)
    if args.held_out:
        names = hold_out(corpus)
        corpus = [u for u in corpus if u.speaker in names]
    with args.speakers.open(encoding="utf-8") as file:
        sex_of = {row["speaker"]: row["sex"] for row in csv.DictReader(file)}
    report = json.dumps(evaluate(args.model, corpus, sex_of), indent=1)
    print(report)
    if args.out:
        args.out.write_text(report + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
