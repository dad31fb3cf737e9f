"""A second opinion on the vowel starts: forced alignment of the finished recordings with PocketSphinx."""

from __future__ import annotations

import numpy as np

from .boundaries import OUT_RATE
from .inventory import Voice
from .layout import Recording

#: ARPABET vowel of each word, for words that the dictionary may lack and to find the vowel.
VOWELS = {
    "heed": "IY", "hid": "IH", "hayed": "EY", "head": "EH", "had": "AE", "hard": "AA R", "hod": "AA",
    "hawed": "AO", "hoed": "OW", "hood": "UH", "who'd": "UW", "hud": "AH", "heard": "ER",
}  # fmt: skip


def aligned_vowels(voice: Voice, recording: Recording) -> dict[str, tuple[float, float]]:
    """Start and end of the vowel of each word, by PocketSphinx (10 ms grid)."""
    from pocketsphinx import Decoder

    decoder = Decoder(lm=None, samprate=OUT_RATE, bestpath=False, beam=1e-80, wbeam=1e-60, pbeam=1e-80)
    for word, vowel in VOWELS.items():
        if decoder.lookup_word(word) is None:
            decoder.add_word(word, f"HH {vowel} D", True)
    decoder.set_align_text(" ".join(f"say {word} again" for word in voice.words))
    data = recording.samples.tobytes()
    for again in (False, True):
        if again:
            decoder.set_alignment()
        decoder.start_utt()
        decoder.process_raw(data, full_utt=True)
        decoder.end_utt()
    found = {}
    for word in decoder.get_alignment().words():
        name = word.name.split("(")[0]
        if name in voice.words:
            phone = next(phone for phone in word if phone.name == VOWELS[name].split()[0])
            found[name] = (phone.start / 100, (phone.start + phone.duration) / 100)
    return found


def differences(voice: Voice, recording: Recording) -> np.ndarray:
    """Start and end of our vowels minus PocketSphinx's, in seconds, shape (n_words, 2)."""
    theirs = aligned_vowels(voice, recording)
    rows = []
    for start, end, word in recording.words:
        if word in theirs:
            ours = [phone for phone in recording.phones if phone[0] >= start and phone[1] <= end][1]
            rows.append((ours[0] - theirs[word][0], ours[1] - theirs[word][1]))
    return np.array(rows)
