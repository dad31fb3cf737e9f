"""Make the bundled sample corpus: synthetic voices that say hVd words, with TextGrids.

Usage: ``python tools/make_sample_corpus.py MODEL_FOLDER [--out FOLDER] [--raw FOLDER] [--aligner]``

MODEL_FOLDER holds ``kokoro.onnx`` (Kokoro-82M v1.0, int8), ``vocab.json`` and ``voices/NAME.bin``; every
file must have the checksum of ``sample_corpus/checksums.txt``. Nothing is downloaded and nothing is random:
the same files and the same versions of the packages give the same corpus. Needs onnx, onnxruntime, soxr,
soundfile, praat-parselmouth; with ``--aligner`` pocketsphinx. See docs/sample-corpus.md.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import soundfile
from sample_corpus.boundaries import OUT_RATE, coarse_starts, find_boundaries, resample
from sample_corpus.inventory import VOICES, VOWEL, Phrase, Voice
from sample_corpus.kokoro import MODEL, SPEED, VOCABULARY, Kokoro, check_files
from sample_corpus.layout import Recording, assemble, textgrid_text
from sample_corpus.measure import Vowel, measure_vowels

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "resources" / "corpus"


def read_checksums() -> dict[str, str]:
    """Checksums of the files that the chosen voices need."""
    text = (HERE / "sample_corpus" / "checksums.txt").read_text(encoding="utf-8")
    sums = {name: digest for digest, name in (line.split() for line in text.splitlines())}
    needed = [MODEL, VOCABULARY, *(f"voices/{voice.name}.bin" for voice in VOICES)]
    return {name: sums[name] for name in needed}


def synthesize(kokoro: Kokoro, phrase: Phrase, raw: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Audio at 24 kHz and frames per token, from the folder `raw` where it has them."""
    path = raw and raw / f"{phrase.voice.name}-{phrase.word}-{SPEED}.npz"
    if path and path.is_file():
        stored = np.load(path)
        if str(stored["phonemes"]) == phrase.phonemes:
            return stored["audio"], stored["frames"]
    audio, frames = kokoro.say(phrase.phonemes, phrase.voice.name)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, audio=audio, frames=frames, phonemes=np.array(phrase.phonemes))
    return audio, frames


def make_recording(kokoro: Kokoro, voice: Voice, raw: Path | None) -> tuple[Recording, np.ndarray]:
    """One voice: its recording, and the shifts (found minus coarse boundary, seconds) of every phrase."""
    items, shifts = [], []
    for word in voice.words:
        phrase = Phrase(voice, word)
        audio, frames = synthesize(kokoro, phrase, raw)
        audio = resample(audio)
        times = find_boundaries(phrase, audio, frames)
        items.append((phrase, audio, times))
        shifts.append(times - coarse_starts(phrase, frames))
    return assemble(items), np.array(shifts)


def write_recording(folder: Path, voice: Voice, recording: Recording) -> None:
    """Write FLAC and TextGrid."""
    audio = folder / f"{voice.speaker}.flac"
    soundfile.write(audio, recording.samples, OUT_RATE, "PCM_16", format="FLAC", compression_level=1.0)
    audio.with_suffix(".TextGrid").write_bytes(textgrid_text(recording).encode("utf-8"))


def write_speakers(folder: Path) -> None:
    """Write ``speakers.csv``."""
    with (folder / "speakers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file_name", "speaker", "sex", "accent", "voice"])
        for voice in VOICES:
            writer.writerow([f"{voice.speaker}.flac", voice.speaker, voice.sex, voice.accent, voice.name])


def report(vowels: list[Vowel], shifts: np.ndarray, differences: np.ndarray | None) -> None:
    """Print the checks."""
    durations = np.array([vowel.end - vowel.start for vowel in vowels]) * 1000
    print(f"{len(vowels)} vowels of W, {durations.min():.0f} to {durations.max():.0f} ms, ", end="")
    print(f"median {np.median(durations):.0f} ms")
    start, end = shifts[:, VOWEL] * 1000, shifts[:, VOWEL + 1] * 1000
    print(f"found minus coarse: vowel start {start.mean():+.1f} (sd {start.std():.1f}) ms, ", end="")
    print(f"vowel end {end.mean():+.1f} (sd {end.std():.1f}) ms")
    if differences is not None:
        for name, column in zip(("start", "end"), differences.T * 1000, strict=True):
            within = [f"{(np.abs(column) <= limit).mean():.0%} in {limit} ms" for limit in (20, 50)]
            print(
                f"ours minus aligner, vowel {name}, n = {len(column)}: median {np.median(column):+.1f}, ",
                end="",
            )
            print(f"mean {column.mean():+.1f}, sd {column.std():.1f} ms, {', '.join(within)}")
    for vowel in vowels:
        if vowel.oddities:
            values = f"{vowel.f0:.0f} | {vowel.f1:.0f} | {vowel.f2:.0f}"
            print(
                f"| {vowel.speaker} | {vowel.word} | {vowel.label} | {values} | {', '.join(vowel.oddities)} |"
            )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Make the bundled sample corpus.")
    parser.add_argument("models", type=Path, help="folder with kokoro.onnx, vocab.json and voices/")
    parser.add_argument("--out", type=Path, default=CORPUS, help="where to write (default: resources/corpus)")
    parser.add_argument("--raw", type=Path, help="folder that keeps the synthesizer's output between runs")
    parser.add_argument("--threads", type=int, default=1, help="threads of the synthesizer")
    parser.add_argument("--aligner", action="store_true", help="compare the vowels with PocketSphinx")
    arguments = parser.parse_args()
    check_files(arguments.models, read_checksums())
    kokoro = Kokoro(arguments.models, arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    vowels: list[Vowel] = []
    shifts, differences = [], []
    for voice in VOICES:
        recording, shift = make_recording(kokoro, voice, arguments.raw)
        write_recording(arguments.out, voice, recording)
        vowels += measure_vowels(voice, recording)
        shifts.append(shift)
        if arguments.aligner:
            from sample_corpus.aligner import differences as compare

            differences.append(compare(voice, recording))
        print(f"{voice.speaker}: {recording.duration:.2f} s", flush=True)
    write_speakers(arguments.out)
    report(vowels, np.concatenate(shifts), np.concatenate(differences) if differences else None)


if __name__ == "__main__":
    main()
