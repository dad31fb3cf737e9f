"""What tier names tell: the speaker, the kind of tier, and which tiers a pattern means."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Collection, Sequence

from w2vpraat.errors import TokenError

# Names that aligners and labs give to the same thing; compared without case, blanks, - and _.
PHONE_NAMES = (
    "phones", "phone", "phon", "phons", "phonemes", "phoneme", "segments", "segment", "segs", "seg", "sounds",
    "phonetic", "phonetics", "mau", "kan", "narrow", "ipa", "phn", "allophones", "laute", "laut",
)  # fmt: skip
WORD_NAMES = (
    "words",
    "word",
    "ort",
    "orto",
    "ortmau",
    "wrd",
    "orthography",
    "orthographic",
    "transword",
    "wörter",
)
OTHER_NAMES = (
    "utterances",
    "utterance",
    "utt",
    "sentences",
    "sentence",
    "transcript",
    "transcription",
    "text",
)


def split_tier_name(name: str, speakers: Collection[str] = ()) -> tuple[str, str]:
    """Split ``"SPK - phones"``, as FAVE and MFA write it, into speaker and kind.

    Parameters
    ----------
    name : str
        Name of a tier.
    speakers : collection of str
        Speakers that are known; their prefix is taken before any kind.

    Returns
    -------
    speaker : str
        Empty unless the part after the last ``" - "`` is a known kind of tier or the part before is a known
        speaker.
    kind : str
        The rest.
    """
    speaker, dash, kind = name.rpartition(" - ")
    speaker, kind = speaker.strip(), kind.strip()
    if dash and speaker and (_plain(kind) in _KINDS or speaker in speakers):
        return speaker, kind
    return "", name.strip()


def match_tiers(names: Sequence[str], pattern: str) -> list[int]:
    """Find the tiers that a name or pattern means.

    Parameters
    ----------
    names : sequence of str
        Names of all tiers of a grid, in order.
    pattern : str
        A name; else a number (``"2"``); else ``/regular expression/`` that the whole name must match; else a
        pattern with ``*`` and ``?``; else the kind of tiers named ``SPK - kind``; else a name in another
        case.

    Returns
    -------
    list of int
        Indices from 0; empty if nothing matches.

    Raises
    ------
    TokenError
        If the regular expression is not valid.
    """
    wanted = unicodedata.normalize("NFC", pattern.strip())
    given = [unicodedata.normalize("NFC", name.strip()) for name in names]
    exact = [index for index, name in enumerate(given) if name == wanted]
    if exact:
        return exact
    if wanted.isdecimal():
        return [int(wanted) - 1] if 1 <= int(wanted) <= len(names) else []
    if len(wanted) > 2 and wanted[0] == wanted[-1] == "/":
        try:
            expression = re.compile(wanted[1:-1])
        except re.error as error:
            raise TokenError(f"the tier pattern {wanted} is not a regular expression ({error})") from error
        return [index for index, name in enumerate(given) if expression.fullmatch(name)]
    if "*" in wanted or "?" in wanted:
        return [index for index, name in enumerate(given) if fnmatch.fnmatchcase(name, wanted)]
    for same in (
        lambda name: split_tier_name(name)[1] == wanted and split_tier_name(name)[0],
        lambda name: name.casefold() == wanted.casefold(),
        lambda name: split_tier_name(name)[1].casefold() == wanted.casefold() and split_tier_name(name)[0],
    ):
        matching = [index for index, name in enumerate(given) if same(name)]
        if matching:
            return matching
    return []


def tiers_of_kind(names: Sequence[str], kinds: Sequence[str]) -> list[int]:
    """Find the tiers whose name, or part after ``SPK - ``, is one of the `kinds`.

    The first kind that occurs decides, so a grid with ``phones`` and ``segments`` gives ``phones`` only.
    """
    plain = [_plain(split_tier_name(name)[1]) for name in names]
    for kind in kinds:
        matching = [index for index, name in enumerate(plain) if name == _plain(kind)]
        if matching:
            return matching
    return []


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFC", name).casefold())


_KINDS = frozenset(_plain(name) for name in PHONE_NAMES + WORD_NAMES + OTHER_NAMES)
