"""Which labelled intervals are wanted: label, duration, neighbours, word."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from w2vpraat.corpus.labels import LabelMap, load_label_map, plain_label
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import TokenError
from w2vpraat.params import TokenParams

_FUZZ = 1e-9  # a limit of 0.05 s keeps what decimals make 0.04999999999999999


@dataclass(frozen=True)
class Choice:
    """The wishes of `TokenParams`, checked and ready to apply.

    Parameters
    ----------
    params : TokenParams
        The wishes.
    label_map : LabelMap, optional
        The map that they name.
    labels, previous, following : frozenset of str
        Wanted labels, as they are compared.
    stop_words : frozenset of str
        Without case.
    regex : pattern, optional
        For whole labels.
    """

    params: TokenParams
    label_map: LabelMap | None
    labels: frozenset[str]
    previous: frozenset[str]
    following: frozenset[str]
    stop_words: frozenset[str]
    regex: re.Pattern[str] | None
    # Labels repeat thousands of times: raw label -> (label, class).
    _seen: dict[str, tuple[str, str | None]] = field(default_factory=dict, compare=False, repr=False)

    def label(self, raw: str) -> str:
        """Return the label to work with: plain, and in IPA where the map knows it."""
        return self._meaning(raw)[0]

    def knows(self, raw: str) -> bool:
        """Tell whether the label map knows a label (all are known without a map)."""
        return self.label_map is None or self._meaning(raw)[1] is not None

    def _meaning(self, raw: str) -> tuple[str, str | None]:
        if raw not in self._seen:
            text, kind = plain_label(raw, self.label_map), None
            if self.label_map is not None:
                kind = self.label_map.label_class(text)
                text = (self.label_map.to_ipa(text) if text else None) or text
            self._seen[raw] = (text, kind)
        return self._seen[raw]

    def refusal(self, token: Token, *, is_point: bool) -> tuple[str, str] | None:
        """Say why a token is not wanted.

        Returns
        -------
        (str, str) or None
            Reason, a key of `token_values.REASONS`, and detail; None for a token that is wanted.
        """
        return (
            self._label_refusal(token)
            or self._speaker_refusal(token)
            or (None if is_point else self._duration_refusal(token))
            or self._context_refusal(token)
        )

    def _label_refusal(self, token: Token) -> tuple[str, str] | None:
        if not token.label:
            return "empty", ""
        listed = token.label in self.labels
        kind = self._meaning(token.raw_label)[1]
        if self.label_map is not None and kind == "silence" and not listed:
            return "silence", f'"{token.raw_label}" stands for silence in {self.label_map.name}'
        if self.labels and not listed:
            return "label", f'"{token.label}" is not in the list'
        if self.regex is not None and not self.regex.fullmatch(token.label):
            return "label", f'"{token.label}" does not match {self.regex.pattern}'
        if self.params.label_class and self.label_map is not None:
            if kind is None:
                return "unknown_symbol", f'"{token.raw_label}" is not in {self.label_map.name}'
            if kind != self.params.label_class:
                return "label", f'"{token.label}" is of the class {kind}'
        return None

    def _speaker_refusal(self, token: Token) -> tuple[str, str] | None:
        if self.params.only_speakers and token.speaker not in self.params.only_speakers:
            return "speaker", f'is spoken by "{token.speaker}"'
        return None

    def _duration_refusal(self, token: Token) -> tuple[str, str] | None:
        shortest, longest = self.params.min_duration, self.params.max_duration
        if token.duration < shortest - _FUZZ:
            return "duration", f"{token.duration:.4g} s is shorter than {shortest:.4g} s"
        if longest and token.duration > longest + _FUZZ:
            return "duration", f"{token.duration:.4g} s is longer than {longest:.4g} s"
        return None

    def _context_refusal(self, token: Token) -> tuple[str, str] | None:
        if self.previous and token.pre_seg not in self.previous:
            return "context", f'comes after "{token.pre_seg}"'
        if self.following and token.fol_seg not in self.following:
            return "context", f'comes before "{token.fol_seg}"'
        if self.stop_words and token.word.casefold() in self.stop_words:
            return "stop_word", f'is in "{token.word}"'
        return None


def make_choice(params: TokenParams) -> Choice:
    """Check the wishes and load the label map.

    Raises
    ------
    TokenError
        If the regular expression is not valid, or a class of labels is wanted without a label map.
    InputError
        If there is no such label map.
    """
    label_map = None if params.label_map in ("", "none") else load_label_map(params.label_map)
    try:
        regex = re.compile(params.label_regex) if params.label_regex else None
    except re.error as error:
        raise TokenError(
            f"label_regex {params.label_regex} is not a regular expression ({error})",
            "see the documentation of Python's re",
        ) from error
    if params.label_class and label_map is None:
        raise TokenError(
            f"which labels are {params.label_class}s can't be told without a label map",
            "set label_map to arpabet, xsampa, sampa_de, ipa, or the path of your own",
        )
    return Choice(
        params,
        label_map,
        _plain(params.labels, label_map),
        _plain(params.previous, label_map),
        _plain(params.following, label_map),
        frozenset(plain_label(word).casefold() for word in params.stop_words),
        regex,
    )


def _plain(labels: tuple[str, ...], label_map: LabelMap | None) -> frozenset[str]:
    # Wanted labels are written as the results show them, so a map is not applied to them.
    return frozenset(plain_label(label, label_map) for label in labels)
