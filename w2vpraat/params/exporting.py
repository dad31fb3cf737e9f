"""What leaves the window: figures of maps, further tiers, session bundles."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param

TIERS = ("nearest", "posterior", "outlier", "sensitivity", "frames")


@dataclass(frozen=True)
class BoardParams(ParamGroup):
    """A figure of maps side by side, for print."""

    width: float = param(
        17.5,
        "Width on paper; journals print at 8.5 (one column), 12 or 17.5 cm (two columns).",
        unit="cm",
        minimum=6.0,
        maximum=60.0,
    )
    columns: int = param(0, "Maps beside each other; 0: as many as stay readable.", minimum=0, maximum=8)
    colours: str = param(
        "colour",
        "In colours that colour-blind readers tell apart, or in greys for print in black and white.",
        choices=("colour", "grey"),
    )
    letters: bool = param(True, "Begin the title of each of several maps with (a), (b) ...")
    legend: bool = param(True, "Tell under the maps what colours and shapes mean.")
    numbers: bool = param(True, "Write the numbers of each map under it.")
    notes: bool = param(True, "Say under the figure what is drawn, and how the values were made.")
    resolution: int = param(
        600,
        "Dots per inch of PNG, and of clouds of dots inside PDF and SVG.",
        unit="dpi",
        minimum=72,
        maximum=1200,
    )


@dataclass(frozen=True)
class AddedTierParams(ParamGroup):
    """Further tiers that say of each token what was found."""

    tiers: tuple[str, ...] = param(
        ("nearest", "posterior", "frames"),
        "nearest: label whose mean is nearest, by the tokens of other speakers; posterior: probability of the"
        " token's own label; outlier: share of normal tokens that lie farther from their label; sensitivity:"
        " largest change when boundaries move, and the other labels that become nearest; frames: frames of"
        " the model.",
        choices=TIERS,
    )
    decimals: int = param(3, "Decimals of scores; values in Hz get two fewer.", minimum=0, maximum=9)
    notation: str = param(
        "label",
        "How labels are written. label: as they are compared (IPA, if a label map is in use); file: as the"
        " TextGrid has them (ARPABET, trigraphs ...), in the form that is most frequent there.",
        choices=("label", "file"),
    )


@dataclass(frozen=True)
class BundleParams(ParamGroup):
    """A session in one file, to be kept or handed on."""

    audio: bool = param(False, "Put the sound files in too; without them only their hashes are there.")
    vectors: bool = param(True, "Put the vectors of the tokens in.")
    figures: bool = param(True, "Put a figure of the maps in, as PDF, SVG and PNG.")
