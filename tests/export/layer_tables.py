"""Made-up results of layers and claims, in the shape that the figures and pages get."""

from __future__ import annotations

import warnings
from types import MappingProxyType

import numpy as np
import pandas as pd

from w2vpraat.compare.maps.factor_maps import FactorMap
from w2vpraat.compare.maps.map_quality import FactorQuality

MODELS = ("base", "phone", "sex", "phone+sex", "random")
LONG = (
    "facebook/wav2vec2-large-xlsr-53",
    "/home/someone/models/wav2vec2-base-finetuned-on-the-vowels-of-timit-v2",
    "a model with $x^2$ & <script>alert(1)</script>",
    "charsiu/en_w2v2_fc_10ms",
    "phone",
    "phone+sex",
    "sex",
    "random",
)
TARGETS = {
    "label": (("lda", "knn"), 0.1),
    "label_across_sex": (("lda",), 0.1),
    "speaker_given_label": (("lda", "knn"), 0.04),
    "sex_given_label": (("lda", "rbf"), 0.5),
    "sex_of_speaker": (("lda",), 0.5),
    "dialect_given_label": (("lda",), 0.25),
}


def layer_table(models=MODELS, n_layers: int = 5, *, collapsed: bool = True) -> pd.DataFrame:
    rows = []
    where = [(model, layer, f"{model} layer {layer}") for model in models for layer in range(n_layers)]
    where += [("formants", np.nan, name) for name in ("F1-F3 Lobanov", "F1-F3 Hz")]
    for number, (model, layer, name) in enumerate(where):
        for target, (probes, chance) in TARGETS.items():
            units = ("balanced accuracy",) if target.startswith("sex") else ("accuracy", "balanced accuracy")
            spaces = ("raw", "collapsed") if collapsed and layer == layer else ("raw",)
            for probe in probes:
                for unit in units:
                    for space in spaces:
                        value = chance + (1 - chance) * (0.3 + 0.01 * number)
                        value -= 0.1 * (space == "collapsed") + 0.02 * (unit != "accuracy")
                        rows.append(
                            {
                                "model": model,
                                "layer": layer,
                                "representation": name,
                                "target": target,
                                "probe": probe,
                                "unit": unit,
                                "value": value,
                                "low": value - 0.05,
                                "high": value + 0.05,
                                "chance": chance,
                                "shuffled": chance + 0.01,
                                "n": 3200,
                                "n_speakers": 24,
                                "n_classes": 12,
                                "dim": 768,
                                "space": space,
                                "note": "",
                            }
                        )
    return pd.DataFrame(rows)


def similarity_table(models=MODELS, n_layers: int = 5) -> pd.DataFrame:
    rows = []
    for number, model in enumerate(models):
        pairs = [("models", measure, models[0]) for measure in ("svcca", "pwcca")] if number else []
        pairs += [("labels", "pwcca", factor) for factor in ("label", "speaker", "sex")]
        for kind, measure, other in pairs:
            for layer in range(n_layers):
                value = -0.02 if model == "random" else 0.95 - 0.15 * layer
                rows.append(
                    {
                        "kind": kind,
                        "model": model,
                        "other": other,
                        "layer": layer,
                        "measure": measure,
                        "value": value,
                        "low": value - 0.03,
                        "high": value + 0.03,
                        "in_sample": min(value + 0.1, 1.0),
                        "kept_variance": 0.99,
                        "kept_variance_other": 0.992,
                        "dims": 180 + layer,
                        "dims_other": 175,
                        "n": 3200,
                        "n_speakers": 24,
                    }
                )
    return pd.DataFrame(rows)


def subspace_table(models=MODELS, n_layers: int = 5) -> pd.DataFrame:
    rows = [
        {
            "model": model,
            "layer": layer,
            "measure": measure,
            "unit": unit,
            "value": value * (1 + 0.1 * layer),
            "chance": 0.02,
            "shuffled": 0.1,
            "dims_speaker": 14,
            "dims_label": 9,
            "dim": 768,
        }
        for model in models
        for layer in range(n_layers)
        for measure, unit, value in (("overlap", "share", 0.05), ("mean angle", "degrees", 60.0))
    ]
    return pd.DataFrame(rows)


def some_maps(
    models=MODELS[:2],
    methods=("pca", "umap", "tsne"),
    *,
    labels=("i", "ɛ̃", "t͡ʃ"),
    speakers: int = 4,
    n: int = 60,
) -> list[FactorMap]:
    made = []
    for number, (model, method) in enumerate((model, method) for model in models for method in methods):
        random = np.random.default_rng(number)
        factors = {
            "label": tuple(labels[row % len(labels)] for row in range(n)),
            "speaker": tuple(f"s{row % speakers:02d}" for row in range(n)),
            "sex": tuple(("female", "male", "")[row % 3] for row in range(n)),
        }
        quality = {
            name: FactorQuality(
                agreement=0.613,
                chance=0.091,
                silhouette=-0.04,
                trustworthiness=0.931,
                full_agreement=0.7,
                n_tokens=n,
                n_classes=len(set(texts) - {""}),
                apart="speaker",
            )
            for name, texts in factors.items()
        }
        made.append(
            FactorMap(
                name=f"{model} layer 4",
                model=model,
                layer=4,
                method=method,
                ids=tuple(f"t{row}" for row in range(n)),
                coordinates=random.normal(size=(n, 2)),
                axes=("x", "y"),
                factors=MappingProxyType(factors),
                quality=MappingProxyType(quality),
                dim=768,
                variance=float("nan"),
            )
        )
    return made


def claim_table() -> pd.DataFrame:
    tests = (
        ("A", "phone", "base", "sex_given_label", -0.123, "supported"),
        ("A", LONG[1], LONG[0], "label", 0.02, "not supported"),
        ("B", "phone+sex", "phone", "label", -0.01, "not enough data"),
    )
    return pd.DataFrame(
        [
            {
                "claim": claim,
                "model": model,
                "against": against,
                "target": target,
                "probe": "lda",
                "layers": "3-4",
                "effect": effect,
                "low": effect - 0.04,
                "high": effect + 0.04,
                "margin": 0.05,
                "n": 3200,
                "n_speakers": 24,
                "verdict": verdict,
                "sentence": f"{model} differs by {effect}.",
            }
            for claim, model, against, target, effect, verdict in tests
        ]
    )


def drawn_texts(figure):
    """Return the texts of a figure that are seen, with their boxes in pixels."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # letters of no font are boxes
        figure.draw_without_rendering()
        texts = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
        for axes in figure.axes:
            texts += [*axes.texts, axes.title]
            if axes.axison:
                texts += [axes.xaxis.label, axes.yaxis.label]
                texts += _tick_labels(axes.xaxis, axes.get_xlim()) + _tick_labels(axes.yaxis, axes.get_ylim())
        return [(text, text.get_window_extent()) for text in texts if text.get_text().strip()]


def _tick_labels(axis, limits):
    low, high = sorted(limits)  # labels beyond them exist but are not drawn
    return [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]


def strays(figure) -> list[str]:
    """Return the texts that leave the figure."""
    page = figure.bbox
    return [
        text.get_text()
        for text, box in drawn_texts(figure)
        if box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y0 < page.y0 - 1 or box.y1 > page.y1 + 1
    ]


def overlaps(pairs) -> list[tuple[str, str]]:
    """Return the texts that cover each other by more than a pixel."""
    return [
        (one.get_text(), two.get_text())
        for number, (one, here) in enumerate(pairs)
        for two, there in pairs[number + 1 :]
        if min(here.x1, there.x1) - max(here.x0, there.x0) > 1
        and min(here.y1, there.y1) - max(here.y0, there.y0) > 1
    ]
