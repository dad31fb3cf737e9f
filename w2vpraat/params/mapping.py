"""What one map of the window shows: which world, how normalized, how laid flat, what is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param


@dataclass(frozen=True)
class MapParams(ParamGroup):
    """One map: the values of tokens, the way they are laid flat, and what is drawn."""

    source: str = param(
        "formants",
        "What the map is made of: formants, f0, duration, or the vectors of a model.",
        choices=("formants", "f0", "duration", "embedding"),
    )
    formants: tuple[str, ...] = param(("F1", "F2"), "Formants that count; a chart shows F2 and F1.")
    scale: str = param(
        "hz",
        "Frequency scale of formants or f0 that are not normalized: hz, bark, mel, erb, st, ln ...",
    )
    model: str = param("", "Model of the vectors; empty: the one that was measured with.")
    layer: int = param(-1, "Layer of the vectors, 0 = input of the first Transformer layer; -1: as measured.")
    pooling: str = param(
        "",
        "Frames to vector; empty: as measured.",
        choices=("", "mean", "middle", "centre", "overlap", "thirds"),
    )
    normalization: str = param(
        "none", "Normalization, by its key (lobanov, nearey2, deltaf; f0_lz; centre, z, whiten ...), or none."
    )
    projection: str = param(
        "auto",
        "How values are laid flat; auto: a vowel chart for F1 and F2, principal components for vectors.",
        choices=("auto", "chart", "pca", "lda", "mds", "umap", "tsne"),
    )
    align: bool = param(True, "Lay the map like the first one (Procrustes), where it can be turned.")
    colour: str = param("label", "Column that decides the colour; empty: one colour.")
    shape: str = param("", "Column that decides the shape of the marks; empty: all round.")
    marks: str = param(
        "dots",
        "Tokens as dots, as their labels in small letters, or not at all.",
        choices=("dots", "labels", "none"),
    )
    means: bool = param(True, "Write each label where its mean is.")
    ellipses: bool = param(True, "Draw an ellipse around the tokens of each colour.")
    ellipse_level: float = param(
        0.68, "Share of the tokens that an ellipse holds if normally distributed.", minimum=0.05, maximum=0.99
    )
    trajectories: bool = param(
        False, "Draw each label's mean course over time, if tokens were measured at several points."
    )
    judged: str = param("label", "Column whose agreement among neighbours stands under the map.")
