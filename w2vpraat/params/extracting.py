"""What is read, chosen, measured and embedded."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param


@dataclass(frozen=True)
class ReadParams(ParamGroup):
    """How recordings and annotations are opened, and what becomes of broken ones."""

    channel: str = param("mean", 'Audio channel: "mean" of all, or a number counted from 1.')
    grid_start: str = param(
        "zero",
        "Time of the first audio sample: 0 as in a sound file, or where the TextGrid starts.",
        choices=("zero", "grid"),
    )
    fallback_encoding: str = param(
        "latin-1",
        "Encoding of TextGrids that have no BOM and are not UTF-8.",
        choices=("latin-1", "cp1252", "mac-roman", "error"),
    )
    overlap: str = param(
        "keep", "Intervals that overlap on one tier.", choices=("error", "keep", "drop", "repair")
    )
    gap: str = param("keep", "Gaps between intervals of one tier.", choices=("error", "keep", "repair"))
    reversed: str = param(
        "drop",
        "Intervals that end before (or where) they start.",
        choices=("error", "keep", "drop", "repair"),
    )
    beyond_audio: str = param(
        "drop", "Intervals that reach beyond the audio.", choices=("error", "keep", "drop", "repair")
    )
    unknown_symbol: str = param(
        "keep", "Labels that the label map does not know.", choices=("error", "keep", "drop")
    )


@dataclass(frozen=True)
class TokenParams(ParamGroup):
    """Which intervals become tokens."""

    tier: str = param(
        "",
        'Tier name or pattern ("phones", "* - phones", "/regex/"); empty: the phone tier, or the only one.',
    )
    labels: tuple[str, ...] = param((), "Only these labels (after the label map); empty: all non-empty.")
    label_regex: str = param("", "Only labels that this regular expression matches as a whole.")
    label_class: str = param("", "Only labels of this class.", choices=("", "vowel", "consonant"))
    label_map: str = param(
        "none", "Label set to convert to IPA: none, arpabet, xsampa, sampa_de, ipa, or the path of a CSV map."
    )
    min_duration: float = param(0.0, "Shortest token.", unit="s", minimum=0.0)
    max_duration: float = param(0.0, "Longest token; 0: no limit.", unit="s", minimum=0.0)
    previous: tuple[str, ...] = param((), "Only tokens after one of these labels.")
    following: tuple[str, ...] = param((), "Only tokens before one of these labels.")
    word_tier: str = param("", "Tier that holds the words; empty: found by name if there is one.")
    stop_words: tuple[str, ...] = param((), "Leave out tokens in these words (any case).")
    only_speakers: tuple[str, ...] = param((), "Only tokens of these speakers; empty: of all.")
    point_window: float = param(
        0.025, "Half the stretch around a point that stands for a point-tier token.", unit="s", minimum=0.0
    )


@dataclass(frozen=True)
class FormantParams(ParamGroup):
    """Formants by Burg's method, with Praat's own meanings."""

    n_formants: float = param(5.0, "Maximum number of formants (LPC poles / 2).", minimum=1.0, maximum=10.0)
    ceiling_mode: str = param(
        "sex",
        "Formant ceiling: fixed, by sex (needs a column sex), one per speaker chosen from the data, "
        "or one per token by candidate search (as FormantPath).",
        choices=("fixed", "sex", "speaker", "token"),
    )
    ceiling: float = param(
        5500.0, "Formant ceiling (fixed; also where sex is unknown).", unit="Hz", minimum=1000.0
    )
    ceiling_male: float = param(5000.0, "Formant ceiling for men.", unit="Hz", minimum=1000.0)
    ceiling_female: float = param(5500.0, "Formant ceiling for women.", unit="Hz", minimum=1000.0)
    candidate_low: float = param(4500.0, "Lowest candidate ceiling.", unit="Hz", minimum=1000.0)
    candidate_high: float = param(6500.0, "Highest candidate ceiling.", unit="Hz", minimum=1000.0)
    n_candidates: int = param(9, "Number of candidate ceilings.", minimum=2, maximum=50)
    window: float = param(
        0.025, "Window length (Praat: half the true Gaussian window).", unit="s", minimum=0.001
    )
    time_step: float = param(0.0, "Time step; 0: a quarter of the window.", unit="s", minimum=0.0)
    preemphasis: float = param(50.0, "Pre-emphasis from.", unit="Hz", minimum=0.0)
    padding: float = param(
        0.025,
        "Token search: judge frames whose windows lie within the token and this much on each side.",
        unit="s",
        minimum=0.0,
        maximum=1.0,
    )
    points: tuple[float, ...] = param(
        (0.5,), "Proportional times of measurement within the token.", minimum=0.0, maximum=1.0
    )
    summary: str = param(
        "points",
        "One row per point, or one row per token with the median or mean over the points.",
        choices=("points", "median", "mean"),
    )
    n_reported: int = param(4, "Formants written to the table (F1 ... Fn, B1 ... Bn).", minimum=1, maximum=7)


@dataclass(frozen=True)
class PitchParams(ParamGroup):
    """f0 by Praat's autocorrelation method (Boersma 1993)."""

    two_pass: bool = param(
        True, "Set floor and ceiling per recording and speaker from a first pass (De Looze & Hirst 2008)."
    )
    floor: float = param(60.0, "Pitch floor (first pass).", unit="Hz", minimum=10.0)
    ceiling: float = param(700.0, "Pitch ceiling (first pass).", unit="Hz", minimum=50.0)
    time_step: float = param(0.0, "Time step; 0: 0.75 / floor.", unit="s", minimum=0.0)


@dataclass(frozen=True)
class IntensityParams(ParamGroup):
    """Intensity in dB, with Praat's own meanings."""

    minimum_pitch: float = param(
        100.0, "Minimum pitch (window length 3.2 / minimum pitch).", unit="Hz", minimum=10.0
    )
    subtract_mean: bool = param(True, "Subtract the mean pressure first.")


@dataclass(frozen=True)
class EmbedParams(ParamGroup):
    """Which model, layers and frames make a token's vector."""

    model: str = param("phone", "Model: a bundled or added name, a local folder, or a hub id.")
    layers: tuple[int, ...] = param(
        (),
        "Layers, 0 = input of the first Transformer layer; empty: the recommended or the middle layer.",
    )
    pooling: str = param(
        "middle",
        "Frames to vector: mean, middle (third), centre (frame), overlap (weighted mean), thirds "
        "(start, middle, end concatenated), frames (all, unpooled).",
        choices=("mean", "middle", "centre", "overlap", "thirds", "frames"),
    )
    frame_rule: str = param(
        "centre",
        "Which frames belong to a token: frame centre inside, or any overlap.",
        choices=("centre", "overlap"),
    )
    no_frame: str = param(
        "nearest",
        "Tokens that own no frame: take the nearest frame (flagged), or no vector.",
        choices=("nearest", "missing"),
    )
    context: str = param(
        "utterance",
        "What the model hears: the whole recording, windows around tokens (faster, other vectors), "
        "or only the token (not comparable with the others).",
        choices=("utterance", "windows", "token"),
    )
    context_seconds: float = param(
        1.0, "Context on each side of a token with windows.", unit="s", minimum=0.0
    )
    max_seconds: float = param(
        60.0,
        "Longest stretch encoded at once; longer recordings are cut into overlapping windows.",
        unit="s",
        minimum=2.0,
    )
    overlap_seconds: float = param(
        4.0,
        "Overlap of those windows; frames nearer to a cut than half of it are dropped.",
        unit="s",
        minimum=0.0,
    )
    device: str = param("auto", "Where the model runs.", choices=("auto", "cpu", "cuda", "mps"))
    precision: str = param(
        "auto", "Arithmetic; auto is float32.", choices=("auto", "float32", "bfloat16", "float16")
    )
    allow_pickle: bool = param(
        False, "Allow weights in pickle form (they can run any code: only if you trust them)."
    )
    cache: bool = param(True, "Keep frames on disk, so that a second run needs no model.")
