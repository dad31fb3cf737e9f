"""The methods paragraph: what was done, in the past tense, with its references, ready to be pasted.

Every sentence is made from what a result carries: the provenance of its representations, its scores, the
facts of its measurements. What was not done leaves no sentence and no reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from w2vpraat import __version__
from w2vpraat.compare.maps.projection import Projection
from w2vpraat.compare.scores import Scores
from w2vpraat.export.methods.protocol import comparison_sentences, map_sentences, test_sentence
from w2vpraat.export.methods.references import Bibliography, references
from w2vpraat.export.methods.sources import (
    count,
    embedding_sentences,
    formant_sentences,
    listed,
    other_sentences,
)
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

BY_SKLEARN = {"logistic", "rbf"}
PRAAT_YEARS = {"6.1.38": 2021}


class Further(NamedTuple):
    """A sentence of the caller's own, such as on pairs or sensitivity.

    Attributes
    ----------
    text : str
    references : sequence of str
        Keys of ``references()``, or works in full.
    """

    text: str
    references: Sequence[str] = ()


@dataclass(frozen=True)
class MethodsText:
    """A methods paragraph.

    Attributes
    ----------
    paragraphs : tuple of str
        Material, measurement, representations, comparison, programs; those that there is something to say of.
    references : tuple of str
        The works that they cite, in full, by author.
    """

    paragraphs: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs, with empty lines between them."""
        return "\n\n".join(self.paragraphs)

    @property
    def reference_list(self) -> str:
        """The references, one per line."""
        return "\n".join(self.references)


def methods_text(
    representations: Sequence[Representation],
    scores: Scores | None = None,
    *,
    tokens_table: pd.DataFrame | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    measurements: Mapping[str, Any] | None = None,
    packages: Mapping[str, str] | None = None,
    source: str = "",
    speech: bool = False,
    maps: Sequence[Projection] = (),
    tested: bool = False,
    further: Sequence[Further] = (),
    label: str = "label",
    speaker: str = "speaker",
) -> MethodsText:
    """Write the methods paragraph of a comparison.

    Parameters
    ----------
    representations : sequence of Representation
        Those that were compared; their provenance tells how they were made.
    scores : Scores, optional
        From ``compare``.
    tokens_table : pandas.DataFrame, optional
        Tokens are counted in it, and the ceilings that were used are read from ``max_formant``.
    settings : mapping, optional
        ``Settings.as_dict()``; of the sections only those are read whose step was done.
    measurements : mapping, optional
        ``results.facts["measurements"]``, or that part of a stored provenance; empty if nothing was measured.
    packages : mapping of str to str, optional
        Versions, ``environment()["packages"]``; only those that were used are named.
    source : str
        What the tokens come from: name of the corpus or of the table.
    speech : bool
        Whether tokens were chosen from TextGrids; otherwise a table was read.
    maps : sequence of Projection
        Maps that were drawn.
    tested : bool
        Whether differences between representations were tested (``w2vpraat.compare.ranking``).
    further : sequence of Further
        Sentences that follow those on the comparison.
    label, speaker : str
        Columns.

    Returns
    -------
    MethodsText
    """
    cite = Bibliography()
    settings = settings or {}
    made = [
        _material(representations, scores, tokens_table, settings, source, speech, label, speaker),
        _measurement(measurements or {}, settings.get("formants", {}), packages or {}, tokens_table, cite),
        " ".join(
            [
                *formant_sentences(representations, cite),
                *embedding_sentences(representations, packages or {}, cite),
                *other_sentences(representations),
            ]
        ),
        " ".join(
            [
                *comparison_sentences(representations, scores, cite),
                *([test_sentence(cite)] if tested else []),
                *map_sentences(maps, cite),
                *_further(further, cite),
            ]
        ),
        _programs(scores, maps, packages or {}, cite),
    ]
    return MethodsText(tuple(part for part in made if part), cite.full)


def _material(
    representations: Sequence[Representation],
    scores: Scores | None,
    table: pd.DataFrame | None,
    settings: Mapping[str, Mapping[str, Any]],
    source: str,
    speech: bool,
    label: str,
    speaker: str,
) -> str:
    n_tokens = max((len(item.ids) for item in representations), default=0)
    parts = []
    if table is not None:
        n_tokens = int(table["id"].nunique()) if "id" in table.columns else len(table)
    speakers = _column(table, speaker)
    whose = "" if speakers is None else f" by {count(speakers.nunique(), 'speaker')}"
    named = f" ({source})" if source else ""
    if speech:
        files = _column(table, "file_name")
        where = "" if files is None else f" in {count(files.nunique(), 'recording')}"
        parts.append(f"The material{named} consisted of {count(n_tokens, 'token')}{whose}{where}.")
        parts += _choice(settings.get("tokens", {}))
    else:
        parts.append(f"The material was a table{named} of {count(n_tokens, 'token')}{whose}.")
    compared = _first(scores, "label")
    if compared is not None:
        n, n_labels = int(compared["n_tokens"]), int(compared["n_labels"])
        who = count(int(compared["n_speakers"]), "speaker")
        if n == n_tokens:
            parts.append(f"All of them were compared; they had {count(n_labels, 'label')}.")
        else:
            rule = "had a label, a speaker and a value in every representation"
            parts.append(
                f"The {count(n, 'token')} by {who} that {rule}, and whose label was not too rare, were "
                f"compared; they had {count(n_labels, 'label')}."
            )
    elif (labels := _column(table, label)) is not None:
        parts.append(f"They had {count(labels.nunique(), 'label')}.")
    return " ".join(parts)


def _column(table: pd.DataFrame | None, column: str) -> pd.Series[Any] | None:
    return table[column] if table is not None and column in table.columns else None


def _choice(tokens: Mapping[str, Any]) -> list[str]:
    """Say which intervals became tokens."""
    if not tokens:
        return []
    tier = f'the tier "{tokens["tier"]}"' if tokens.get("tier") else "the phone tier"
    what = {"vowel": "vowels", "consonant": "consonants"}.get(
        tokens.get("label_class", ""), "labelled intervals"
    )
    parts = [f"Tokens were the {what} of {tier}"]
    mapping = tokens.get("label_map", "none")
    if mapping == "ipa":
        parts.append("with labels in IPA")
    elif mapping not in ("none", ""):
        parts.append(f"with labels converted to IPA ({mapping})")
    if tokens.get("labels"):
        parts.append(f"labels {', '.join(tokens['labels'])} only")
    if tokens.get("label_regex"):
        parts.append(f"labels that match {tokens['label_regex']}")
    for side, words in (("previous", "after"), ("following", "before")):
        if tokens.get(side):
            parts.append(f"{words} {', '.join(tokens[side])} only")
    limits = []
    if tokens.get("min_duration"):
        limits.append(f"shorter than {1000 * tokens['min_duration']:g} ms")
    if tokens.get("max_duration"):
        limits.append(f"longer than {1000 * tokens['max_duration']:g} ms")
    if tokens.get("stop_words"):
        limits.append(f"in the words {', '.join(tokens['stop_words'])}")
    if tokens.get("only_speakers"):
        limits.append(f"of speakers other than {', '.join(tokens['only_speakers'])}")
    sentence = ", ".join(parts)
    return [f"{sentence}; tokens {' or '.join(limits)} were left out." if limits else f"{sentence}."]


def _measurement(
    facts: Mapping[str, Any],
    formants: Mapping[str, Any],
    packages: Mapping[str, str],
    table: pd.DataFrame | None,
    cite: Bibliography,
) -> str:
    version = facts.get("praat_version")
    if not version:
        return ""
    year = PRAAT_YEARS.get(version)
    cite.add(
        f"Boersma, P. & Weenink, D.{f' {year}' if year else ''}. Praat: doing phonetics by computer. Version "
        f"{version} [computer program]. http://www.praat.org/"
    )
    through = packages.get("praat-parselmouth", "")
    text = (
        f"Formants were measured on whole recordings with Praat {version} (Boersma & Weenink"
        f"{f' {year}' if year else ''}), through Parselmouth{f' {through}' if through else ''} "
        f"({cite('jadoul2018')}): Burg's method"
    )
    if formants:
        by_hand = facts.get("ceilings_by_hand", {})
        text += (
            f", {formants['n_formants']:g} formants below {_ceiling(formants, table, cite, by_hand)}, window "
            f"length {1000 * formants['window']:g} ms, pre-emphasis from {formants['preemphasis']:g} Hz, "
            f"{_points(formants)}{_by_hand(by_hand)}"
        )
    return text + "."


def _by_hand(ceilings: Mapping[str, float]) -> str:
    """Say how many ceilings a person chose; ids of tokens have a #, names of speakers have none."""
    if not ceilings:
        return ""
    tokens = sum("#" in name for name in ceilings)
    counted = ((tokens, "token"), (len(ceilings) - tokens, "speaker"))
    who = listed([f"{count} {word}{'s' * (count > 1)}" for count, word in counted if count])
    low, high = min(ceilings.values()), max(ceilings.values())
    span = f"{low:g} Hz" if low == high else f"{low:g} to {high:g} Hz"
    return f"; the ceiling of {who} was set by hand ({span})"


def _ceiling(
    formants: Mapping[str, Any],
    table: pd.DataFrame | None,
    cite: Bibliography,
    by_hand: Mapping[str, float],
) -> str:
    ceilings = _column(table, "max_formant")
    used = [] if ceilings is None else sorted(ceilings.dropna().unique().tolist())
    ours = set(by_hand.values()) - {formants["ceiling"]}
    used = [hertz for hertz in used if hertz not in ours]
    mode = formants["ceiling_mode"]
    women, men = formants["ceiling_female"], formants["ceiling_male"]
    if mode in ("speaker", "token"):
        how = (
            "chosen for each speaker so that formants varied least within labels (after "
            f"{cite('escudero2009')})"
            if mode == "speaker"
            else f"chosen for each token by the smoothest tracks (after {cite('barreda2021')})"
        )
        among = f"{formants['n_candidates']} ceilings from {formants['candidate_low']:g} to "
        among += f"{formants['candidate_high']:g} Hz"
        lay = f"; they lay between {used[0]:g} and {used[-1]:g} Hz" if len(used) > 1 else ""
        return f"a ceiling {how} among {among}{lay}"
    if len(used) == 1:  # whatever was asked for: one ceiling was used
        return f"a ceiling of {used[0]:g} Hz"
    if mode == "sex" and women != men:
        unknown = [value for value in used if value not in (women, men)]
        rest = f" ({listed([f'{value:g}' for value in unknown])} Hz where sex was unknown)" if unknown else ""
        return f"a ceiling of {women:g} Hz for women and {men:g} Hz for men{rest}"
    return f"a ceiling of {formants['ceiling']:g} Hz"


def _points(formants: Mapping[str, Any]) -> str:
    points = [float(point) for point in formants["points"]]
    if points == [0.5]:
        return "at the midpoint of each token"
    where = f"at {listed([f'{100 * point:g}' for point in points])} % of each token's duration"
    return (
        where if formants["summary"] == "points" else f"{where}, of which the {formants['summary']} was taken"
    )


def _first(scores: Scores | None, goal: str) -> pd.Series[Any] | None:
    if scores is None:
        return None
    rows = scores.table[scores.table["goal"] == goal]
    return None if rows.empty else rows.iloc[0]


def _further(further: Sequence[Further], cite: Bibliography) -> list[str]:
    for sentence in further:
        for reference in sentence.references:
            if reference in references():
                cite(reference)
            else:
                cite.add(reference)
    return [sentence.text for sentence in further]


def _programs(
    scores: Scores | None, maps: Sequence[Projection], packages: Mapping[str, str], cite: Bibliography
) -> str:
    cite.add(
        f"The w2vpraat contributors. w2vpraat: wav2vec 2.0 embeddings beside normalized formants. Version "
        f"{__version__} [computer program]."
    )
    text = f"All was computed with w2vpraat {__version__}"
    used = [f"{name} {packages[name]}" for name in ("numpy", "scipy", "pandas") if name in packages]
    probes = set() if scores is None else set(scores.table["probe"])
    if probes & BY_SKLEARN or maps:
        version = packages.get("scikit-learn", "")
        used.append(f"scikit-learn{f' {version}' if version else ''} ({cite('pedregosa2011')})")
    return f"{text} ({', '.join(used)})." if used else f"{text}."
