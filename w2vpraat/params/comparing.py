"""Normalization, the yardstick, layers and claims."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param


@dataclass(frozen=True)
class NormalizeParams(ParamGroup):
    """Which normalizations are applied, and on what statistics."""

    methods: tuple[str, ...] = param(("lobanov", "nearey2", "deltaf"), "Formant normalizations.")
    f0_methods: tuple[str, ...] = param(("f0_lz", "f0_t"), "f0 normalizations.")
    scale: str = param("hz", "Frequency scale applied before formant normalization.")
    formants: tuple[str, ...] = param(("F1", "F2", "F3"), "Formant set.")
    balance: str = param(
        "token",
        "Speaker statistics over tokens, or over the means of each label.",
        choices=("token", "vowel"),
    )
    few_tokens: str = param(
        "nan",
        "Speakers with too few tokens: leave empty cells and say so, or stop.",
        choices=("nan", "error"),
    )
    corners: tuple[str, ...] = param(
        (), "Labels of the corner vowels FLEECE and TRAP for Watt & Fabricius; empty: chosen automatically."
    )
    embedding_methods: tuple[str, ...] = param(
        ("z",), "Embedding normalizations: centre, z, whiten, pca, subspace (speaker subspace removed)."
    )


@dataclass(frozen=True)
class CompareParams(ParamGroup):
    """The yardstick: probes, folds and intervals."""

    folds: int = param(
        0, "Groups of speakers held out in turn; 0: leave one speaker out.", minimum=0, maximum=1000
    )
    bootstrap: int = param(1000, "Bootstrap samples over speakers for the intervals; 0: none.", minimum=0)
    level: float = param(0.95, "Level of the intervals.", minimum=0.5, maximum=0.999)
    seed: int = param(0, "Seed of everything random.", minimum=0)
    min_label_tokens: int = param(
        2, "Labels with fewer tokens, or spoken by one speaker only, are left out and listed.", minimum=1
    )
    probes: tuple[str, ...] = param(
        ("lda", "logistic", "knn", "rbf"),
        "Probes: linear (lda, logistic), nearest neighbours (knn), Gaussian support vector machine (rbf: sex "
        "and other columns, given the label).",
        choices=("lda", "logistic", "knn", "rbf"),
    )
    columns: tuple[str, ...] = param(
        (), "Further columns of metadata to ask for, given the label (dialect, age group, emotion ...)."
    )
    across: tuple[str, ...] = param(
        ("sex",), "Columns whose values the label is carried across: trained on one, tested on the others."
    )
    within: bool = param(
        True, "Beside it, the same within those values: trained on other speakers of the same value."
    )
    dimensions: int = param(
        0,
        "Score representations with more dimensions again, reduced to so many principal components; 0: to as "
        "many as the smallest representation has; -1: as they are only.",
        minimum=-1,
    )
    projection: str = param(
        "pca", "Map of the embedding in the figure.", choices=("pca", "lda", "mds", "tsne", "umap")
    )
    map_distance: str = param(
        "auto",
        "Distance between tokens that classical scaling (mds) lays flat; auto: cosine for more than 10 "
        "columns (embeddings), Euclidean for fewer (formants).",
        choices=("auto", "cosine", "euclidean"),
    )


@dataclass(frozen=True)
class LayersParams(ParamGroup):
    """Layer by layer: probes, similarity of models, maps, subspaces."""

    models: tuple[str, ...] = param(
        ("base", "phone", "sex", "phone+sex", "random"),
        "Models: names, folders or hub ids; random is the first one's architecture with random weights.",
    )
    reference: str = param(
        "", "The pre-trained model that the others are compared with; empty: the first one."
    )
    probes: tuple[str, ...] = param(
        ("lda", "knn", "rbf"),
        "Probes: linear (shrinkage LDA, logistic regression), k nearest neighbours, Gaussian support vector "
        "machine.",
        choices=("lda", "logistic", "knn", "rbf"),
    )
    variance: float = param(
        0.99, "Share of variance kept before the canonical correlations.", minimum=0.1, maximum=1.0
    )
    subspace_variance: float = param(
        0.95,
        "Share of variance that the subspace of speaker (or label) means holds.",
        minimum=0.1,
        maximum=1.0,
    )
    rivals: bool = param(
        True, "Score formants, raw and normalized (--methods), on the same tokens, if all are vowels."
    )
    collapse: bool = param(True, "Probe again with the speaker subspace removed.")
    maps: tuple[str, ...] = param(
        ("pca", "umap", "tsne"),
        "Kinds of map; none: leave the maps out.",
        choices=("pca", "umap", "tsne", "none"),
    )
    map_layers: tuple[int, ...] = param((), "Layers that are mapped; empty: the last one.")
    most_tokens: int = param(
        4000, "Most tokens; of more, so many are drawn, evenly over speakers (0: all).", minimum=0
    )


@dataclass(frozen=True)
class ClaimsParams(ParamGroup):
    """The claims of Wang, Yang & Yuan 2025 as tests."""

    margin: float = param(
        0.05,
        "Equivalence margin: a difference in accuracy that would not matter (0.05: five points).",
        minimum=0.001,
        maximum=0.5,
    )
    label_task: str = param(
        "phone", "The task that the labels of the tokens stand for (a model's task name)."
    )
    upper: int = param(0, "So many upper layers are averaged; 0: the upper third.", minimum=0)
