"""Kokoro-82M from local files: checksums, synthesis, durations of the phoneme tokens."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

RATE = 24000
FRAME = 600  #: samples per duration frame
DURATIONS = "/encoder/Clip_output_0"  #: inner tensor with the frames per token
SPEED = 0.8
MODEL = "kokoro.onnx"
VOCABULARY = "vocab.json"


class ChecksumError(RuntimeError):
    """A model file is not the one that the corpus was made with."""


def check_files(folder: Path, sums: dict[str, str]) -> None:
    """Compare files with their SHA-256 sums.

    Parameters
    ----------
    folder : Path
        Folder with ``kokoro.onnx``, ``vocab.json`` and ``voices/*.bin``.
    sums : dict of str to str
        File (relative to `folder`) -> SHA-256 in hex.

    Raises
    ------
    ChecksumError
        If a file is missing or differs.
    """
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file():
            raise ChecksumError(f"{name} is missing from the model folder")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != expected:
            raise ChecksumError(f"{name} has SHA-256 {found}, expected {expected}")


class Kokoro:
    """Speech with token timings.

    Parameters
    ----------
    folder : Path
        Folder with the model files.
    threads : int
        Threads of the inference session; the result is the same for any number on one machine.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import onnx
        import onnxruntime

        model = onnx.load(str(folder / MODEL))
        model.graph.output.append(onnx.helper.make_tensor_value_info(DURATIONS, onnx.TensorProto.FLOAT, None))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._folder = folder
        self._vocabulary = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))["vocab"]

    def say(self, phonemes: str, voice: str, speed: float = SPEED) -> tuple[np.ndarray, np.ndarray]:
        """Synthesize one phrase.

        Parameters
        ----------
        phonemes : str
            Phonemes of Kokoro's vocabulary, one token per character.
        voice : str
            Name of the voice.
        speed : float
            Speaking rate, 1 is normal.

        Returns
        -------
        audio : ndarray, shape (n_samples,)
            24 kHz.
        frames : ndarray of int, shape (len(phonemes) + 2,)
            Frames of 25 ms per token, pads included; their sum is the length of the audio.
        """
        tokens = [self._vocabulary[char] for char in phonemes]
        style = np.fromfile(self._folder / "voices" / f"{voice}.bin", np.float32).reshape(510, 1, 256)
        audio, frames = self._session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": style[len(tokens)],
                "speed": np.array([speed], dtype=np.float32),
            },
        )
        frames = np.rint(frames.ravel()).astype(int)
        if frames.sum() * FRAME != len(audio):
            raise RuntimeError(f"durations do not add up to the audio: {phonemes} by {voice}")
        return audio, frames
