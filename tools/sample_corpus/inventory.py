"""What is said and by whom: words, phonemes, vowel labels, voices."""

from __future__ import annotations

from dataclasses import dataclass

#: Word -> (Kokoro phonemes of the vowel, label in the TextGrid), in speaking order.
US_WORDS = {
    "heed": ("i", "iː"),
    "hid": ("ɪ", "ɪ"),
    "hayed": ("A", "eɪ"),
    "head": ("ɛ", "ɛ"),
    "had": ("æ", "æ"),
    "hod": ("ɑ", "ɑ"),
    "hawed": ("ɔ", "ɔ"),
    "hoed": ("O", "oʊ"),
    "hood": ("ʊ", "ʊ"),
    "who'd": ("u", "uː"),
    "hud": ("ʌ", "ʌ"),
    "heard": ("ɜɹ", "ɝ"),
}
GB_WORDS = {
    "heed": ("iː", "iː"),
    "hid": ("ɪ", "ɪ"),
    "hayed": ("A", "eɪ"),
    "head": ("ɛ", "ɛ"),
    "had": ("a", "æ"),
    "hard": ("ɑː", "ɑː"),
    "hod": ("ɒ", "ɒ"),
    "hawed": ("ɔː", "ɔː"),
    "hoed": ("Q", "əʊ"),
    "hood": ("ʊ", "ʊ"),
    "who'd": ("uː", "uː"),
    "hud": ("ʌ", "ʌ"),
    "heard": ("ɜː", "ɜː"),
}


@dataclass(frozen=True)
class Voice:
    """One voice of Kokoro; its name starts with accent and sex (``af`` = American female)."""

    name: str

    @property
    def accent(self) -> str:
        """``en-US`` or ``en-GB``."""
        return {"a": "en-US", "b": "en-GB"}[self.name[0]]

    @property
    def sex(self) -> str:
        """``F`` or ``M``."""
        return self.name[1].upper()

    @property
    def speaker(self) -> str:
        """Speaker code in the corpus, for example ``us_f_heart``."""
        country = {"en-US": "us", "en-GB": "gb"}[self.accent]
        return f"{country}_{self.sex.lower()}_{self.name.split('_')[1]}"

    @property
    def words(self) -> dict[str, tuple[str, str]]:
        """Words of this voice's accent."""
        return US_WORDS if self.accent == "en-US" else GB_WORDS


VOICES = tuple(
    Voice(name)
    for name in (
        "af_alloy", "af_heart", "af_jessica", "af_kore", "af_sarah", "af_sky",
        "am_adam", "am_eric", "am_fenrir", "am_liam", "am_michael", "am_puck",
        "bf_alice", "bf_emma", "bf_isabella", "bf_lily",
        "bm_daniel", "bm_fable", "bm_george", "bm_lewis",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Phrase:
    """One carrier phrase with its word."""

    voice: Voice
    word: str

    @property
    def phonemes(self) -> str:
        """Phoneme string for Kokoro: "say W again."."""
        return f"sˈA hˈ{self.voice.words[self.word][0]}d əɡˈɛn."

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the nine phones."""
        return ("s", "eɪ", "h", self.voice.words[self.word][1], "d", "ə", "ɡ", "ɛ", "n")

    @property
    def token_groups(self) -> tuple[int, ...]:
        """For each phone, the index of the first token of its own, after the opening pad.

        The stress mark counts to its vowel, the space before "W" to "say", the space after it to "again".
        """
        text = self.phonemes
        second = text.index("h")
        d = text.index("d")
        return (0, 1, second, second + 1, d, d + 1, d + 3, d + 4, d + 6, d + 7)


VOWEL = 3  #: index of the vowel of W among the phones
WORDS_OF_PHRASE = (("say", 0, 2), (None, 2, 5), ("again", 5, 9))  #: word, first phone, phone after the last
