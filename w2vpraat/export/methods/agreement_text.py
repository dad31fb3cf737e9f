"""The sentences on the agreement of two annotators, ready for a methods section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from w2vpraat import __version__
from w2vpraat.compare.agreement.agreement import Agreement, within
from w2vpraat.corpus.textgrid.values import PointTier
from w2vpraat.export.methods.references import Bibliography
from w2vpraat.export.methods.sources import count, listed
from w2vpraat.export.methods.text import MethodsText

COHEN = (
    "Cohen, J. 1960. A coefficient of agreement for nominal scales. Educational and Psychological "
    "Measurement 20:37-46."
)
NEEDLEMAN = (
    "Needleman, S. B. & Wunsch, C. D. 1970. A general method applicable to the search for similarities in "
    "the amino acid sequence of two proteins. Journal of Molecular Biology 48:443-453."
)


def agreement_text(compared: Agreement) -> MethodsText:
    """Write what a paper says of two annotators.

    Parameters
    ----------
    compared : Agreement
        From `w2vpraat.compare.agreement.agreement.agreement`.

    Returns
    -------
    MethodsText
        One paragraph and its references. Numbers that are undefined leave no sentence.
    """
    cite = Bibliography()
    row: dict[str, Any] = {str(name): value for name, value in compared.summary().iloc[0].items()}
    points = any(isinstance(pair.first.tier(pair.tier), PointTier) for pair in compared.pairs)
    item, edges, by = ("point", "Points", "time") if points else ("interval", "Boundaries", "shared time")
    cite.add(NEEDLEMAN)
    sentences = [
        f"Two annotations of {count(len(compared.recordings), 'recording')} were compared: "
        f"{count(row['n_first'], item)} of the first annotator and {row['n_second']:,} of the second.",
        f"They were paired in order, by label and {by} (Needleman & Wunsch 1970); {row['n_matched']:,} had a "
        f"partner, {row['only_first']:,} had been set by the first annotator only and {row['only_second']:,} "
        "by the second only.",
    ]
    if row["n_boundaries"]:
        sentences.append(_of_boundaries(compared, row, edges))
    if row["label_agreement"] == row["label_agreement"]:
        sentences.append(_of_labels(row, item, cite))
    if "median_ms_low" in row:
        sentences.append(
            f"Brackets are {100.0 * compared.params.level:g} % intervals of {compared.params.bootstrap:,} "
            f"bootstrap samples of recordings ({cite('efron1993')}; seed {compared.params.seed})."
        )
    sentences.append(f"The comparison was made with w2vpraat {__version__}.")
    return MethodsText((" ".join(sentences),), cite.full)


def _of_boundaries(compared: Agreement, row: Mapping[str, Any], edges: str) -> str:
    shares = [
        f"{100.0 * row[within(tolerance)]:.1f} % by no more than {1000.0 * tolerance:g} ms"
        for tolerance in compared.params.tolerances
    ]
    later = "later" if row["mean_ms"] >= 0.0 else "earlier"
    return (
        f"{edges} that both had set ({row['n_boundaries']:,}) differed by a median of "
        f"{row['median_ms']:.1f} ms{_limits(row, 'median_ms')} (90th percentile {row['p90_ms']:.1f} ms"
        f"{_limits(row, 'p90_ms')}), {listed(shares)}; the second annotator's lay "
        f"{abs(row['mean_ms']):.1f} ms {later} on average."
    )


def _of_labels(row: Mapping[str, Any], item: str, cite: Bibliography) -> str:
    text = (
        f"Paired {item}s had the same label in {100.0 * row['label_agreement']:.1f} %"
        f"{_limits(row, 'label_agreement', 100.0)}"
    )
    if row["kappa"] == row["kappa"]:
        cite.add(COHEN)
        text += f"; Cohen's kappa was {row['kappa']:.3f}{_limits(row, 'kappa', decimals=3)} (Cohen 1960)"
    return text + "."


def _limits(row: Mapping[str, Any], name: str, factor: float = 1.0, decimals: int = 1) -> str:
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    if low is None or high is None or low != low or high != high:
        return ""
    return f" [{factor * low:.{decimals}f}, {factor * high:.{decimals}f}]"
