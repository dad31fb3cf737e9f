"""The sentences say the numbers of the table, and nothing that is undefined."""

from __future__ import annotations

from w2vpraat.compare.agreement.agreement import agreement
from w2vpraat.compare.agreement.values import AnnotationPair
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid
from w2vpraat.export.methods.agreement_text import agreement_text
from w2vpraat.params.agreeing import AgreementParams


def grid(shift: float, label: str) -> TextGrid:
    items = (Interval(0, 0.2 + shift, "a"), Interval(0.2 + shift, 0.4, label), Interval(0.4, 0.5, ""))
    return TextGrid(0, 0.5, (IntervalTier("t", 0, 0.5, items),))


def test_one_recording() -> None:
    text = agreement_text(agreement([AnnotationPair("r", grid(0, "b"), grid(-0.03, "c"), "t")]))
    assert len(text.paragraphs) == 1
    assert text.text.startswith(
        "Two annotations of 1 recording were compared: 2 intervals of the first annotator and 2 of the "
        "second. They were paired in order, by label and shared time (Needleman & Wunsch 1970); 2 had a "
        "partner, 0 had been set by the first annotator only and 0 by the second only. Boundaries that both "
        "had set (3) differed by a median of 0.0 ms (90th percentile 24.0 ms), 66.7 % by no more than 10 ms, "
        "66.7 % by no more than 20 ms and 100.0 % by no more than 50 ms; the second annotator's lay 10.0 ms "
        "earlier on average. Paired intervals had the same label in 50.0 %; Cohen's kappa was 0.333 (Cohen "
        "1960). The "
    )
    assert "bootstrap" not in text.text
    assert [one.split(",")[0] for one in text.references] == ["Cohen", "Needleman"]


def test_several_recordings_have_intervals() -> None:
    pairs = [AnnotationPair(f"r{n}", grid(0, "b"), grid(0.01 * n, "b"), "t") for n in range(3)]
    compared = agreement(pairs, AgreementParams(bootstrap=50, tolerances=(0.015,)))
    text = agreement_text(compared)
    row = compared.summary().iloc[0]
    assert f"{row['p90_ms']:.1f} ms [{row['p90_ms_low']:.1f}, {row['p90_ms_high']:.1f}]" in text.text
    assert "88.9 % by no more than 15 ms; the" in text.text
    assert "Brackets are 95 % intervals of 50 bootstrap samples of recordings" in text.text
    assert any(one.startswith("Efron") for one in text.references)


def test_undefined_numbers_leave_no_sentence() -> None:
    first = TextGrid(0, 1, (PointTier("t", 0, 1, (Point(0.1, "H"),)),))
    second = TextGrid(0, 1, (PointTier("t", 0, 1, (Point(0.9, "H"),)),))
    text = agreement_text(agreement([AnnotationPair("r", first, second, "t")])).text
    assert "nan" not in text
    assert "median" not in text
    assert "1 point of the first annotator" in text
    assert "same label" not in text
    same = agreement_text(agreement([AnnotationPair("r", first, first, "t")])).text
    assert "nan" not in same
    assert "kappa" not in same
    assert "Points that both had set (1) differed" in same
