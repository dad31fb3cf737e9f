"""The report on layers: what was done, probes, similarity, maps, subspaces, and how to read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from w2vpraat.compare.goals.titles import PROBES, goal_title
from w2vpraat.compare.maps.factor_maps import FactorMap
from w2vpraat.export.figures import METHOD_TITLES
from w2vpraat.export.layer_figures import (
    layer_curves,
    one_unit,
    ordered_targets,
    similarity_heatmap,
    subspace_figure,
)
from w2vpraat.export.map_grids import map_grid
from w2vpraat.export.pages.html_page import Picture, Section, Sheet, page
from w2vpraat.export.panels import MEASURES

if TYPE_CHECKING:
    import pandas as pd

# Beyond so many points in a figure, dots take less room than outlines.
MANY_POINTS = 1500
SHORT = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}
CITATIONS = (
    "Adank, P., Smits, R. & van Hout, R. 2004. A comparison of vowel normalization procedures for language "
    "variation research. JASA 116:3099-3107. (What to keep, what to remove.)",
    "Chen, Y., Wiesel, A., Eldar, Y. C. & Hero, A. O. 2010. Shrinkage algorithms for MMSE covariance "
    "estimation. IEEE Trans. Signal Process. 58:5016-5029. (OAS shrinkage of the linear probe.)",
    "McInnes, L., Healy, J. & Melville, J. 2018. UMAP: Uniform manifold approximation and projection for "
    "dimension reduction. arXiv:1802.03426.",
    "Morcos, A. S., Raghu, M. & Bengio, S. 2018. Insights on representational similarity in neural networks "
    "with canonical correlation. arXiv:1806.05759. (PWCCA.)",
    "Raghu, M., Gilmer, J., Yosinski, J. & Sohl-Dickstein, J. 2017. SVCCA: Singular vector canonical "
    "correlation analysis for deep learning dynamics and interpretability. arXiv:1706.05806.",
    "van der Maaten, L. & Hinton, G. 2008. Visualizing data using t-SNE. J. Mach. Learn. Res. 9:2579-2605.",
    "Wang, Y., Yang, Y. & Yuan, J. 2025. Normalization through fine-tuning: Understanding wav2vec 2.0 "
    "embeddings for phonetic analysis. arXiv:2503.04814. (The questions asked here.)",
)
READING = (
    "Chance (dashed) is what one gets without listening. The shuffled baseline "
    "(dotted) is the same probe trained on shuffled classes: what lies no higher tells nothing.",
    "Bands and brackets are intervals from resampling speakers, not tokens: they say how far the numbers "
    "would move with other speakers. The probes are not trained anew for that.",
    "Whether two models differ can't be read from whether their bands overlap; their difference has an "
    "interval of its own, and tests of the claims use it.",
    "The label is recognized in speakers that the probe has not met. High is good for a tool of phonetics.",
    "Speaker and sex, given the label, are asked token by token and within each label; high means that the "
    "voice is still there. Sex of whole speakers is asked once per speaker, who is held out: it has as "
    "many cases as there are speakers, and its intervals are wide.",
    "A linear probe can't find what centring per speaker hides; the non-linear ones may.",
    "A map is not evidence, the number under it is: the same vectors give other pictures with other seeds.",
    "Random weights show what the architecture alone gives. A trained model has to stand above it.",
    "Lobanov's normalization and its kin see the speaker's other tokens; the vector of a token does not.",
)


def layer_page(
    tables: Mapping[str, pd.DataFrame],
    maps: Sequence[FactorMap],
    facts: Mapping[str, str],
    notes: Sequence[str],
) -> str:
    """Write the report on layers as one HTML file.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        ``layers``, ``similarity``, ``subspaces``, ``maps`` (rows of ``quality_rows``); each may be missing
        or empty, which the page then says.
    maps : sequence of FactorMap
    facts : mapping of str to str
        Corpus, tokens, speakers, labels, models and what they were trained on, settings.
    notes : sequence of str
        What the reader should know, such as what was left out.

    Returns
    -------
    str
        HTML.
    """
    sections = [
        _probes(tables.get("layers")),
        _similarity(tables.get("similarity")),
        _maps(tables.get("maps"), maps),
        _subspaces(tables.get("subspaces"), tables.get("layers")),
        Section("How to read this", notes=READING),
        Section("Methods", ["The methods come from these works."], notes=CITATIONS),
        Section("Notes", () if notes else ["There is nothing to remark."], notes=notes),
    ]
    subtitle = "What each layer of each model keeps of the label and of the speaker"
    return page("Layer by layer", subtitle, sections, facts)


def _empty(table: pd.DataFrame | None) -> bool:
    return table is None or table.empty


def _probes(layers: pd.DataFrame | None) -> Section:
    title = "Probes by layer"
    if layers is None or layers.empty:
        return Section(title, ["Nothing was probed: there were no results for this section."])
    raw = layers[layers["space"] == "raw"]
    figures = [
        Picture(
            layer_curves(layers, probe=probe),
            _curves_alt(one_unit(layers, probe), words),
            f"{words[0].upper()}{words[1:]}. Solid: models; the band is the interval over speakers. Dashed: "
            "chance. Dotted: classes shuffled. Horizontal lines: rivals without layers.",
        )
        for probe, words in PROBES.items()
        if (raw["probe"] == probe).any()
    ]
    paragraphs = [
        "A probe is a small classifier that asks a layer for the label, the speaker or the speaker's sex. It "
        "is trained on some speakers (or tokens) and scored on others, the same for all layers and models."
    ]
    return Section(title, paragraphs, figures, [_last_layers(layers)])


def _curves_alt(rows: pd.DataFrame, words: str) -> str:
    text = f"Curves over layers, {words}. At the last layer: "
    last = _last(rows)
    parts = []
    for target in ordered_targets(last["target"]):
        own = last[last["target"] == target]
        values = [f"{row.model} {100 * float(str(row.value)):.0f} %" for row in own.itertuples()]
        parts.append(f"{goal_title(target)}: {', '.join(values)}")
    return text + "; ".join(parts) + "."


def _last(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep each model's last layer, and rivals without layers."""
    return rows[rows["layer"].isna() | (rows["layer"] == rows.groupby("model")["layer"].transform("max"))]


def _last_layers(layers: pd.DataFrame) -> Sheet:
    import pandas as pd

    rows = _last(one_unit(layers))
    targets = ordered_targets(rows["target"])
    heads = {target: goal_title(target) for target in targets}
    made: dict[tuple[str, str], dict[str, str]] = {}
    names = ("model", "layer", "representation", "target", "value", "low", "high")
    for model, layer, name, target, value, low, high in zip(*(rows[key] for key in names), strict=True):
        who = (name, "–") if pd.isna(layer) else (model, str(int(layer)))
        made.setdefault(who, {})[heads[target]] = _spread(value, low, high)
    nan = float("nan")
    made["chance", "–"] = {
        head: _spread(rows.loc[rows["target"] == target, "chance"].median(), nan, nan)
        for target, head in heads.items()
    }
    frame = pd.DataFrame(
        [
            {"model": model, "layer": layer, **{head: cells.get(head, "–") for head in heads.values()}}
            for (model, layer), cells in made.items()
        ]
    )
    probes = ", ".join(dict.fromkeys(PROBES.get(probe, probe) for probe in rows["probe"]))
    balanced = [heads[key] for key in targets if _unit(rows, key) != "accuracy"]
    caption = f"Each model's last layer, {probes}: accuracy in per cent [interval over speakers]"
    caption += f"; balanced over classes: {' / '.join(balanced)}." if balanced else "."
    return Sheet(frame, caption, right=("layer", *heads.values()))


def _unit(rows: pd.DataFrame, target: str) -> str:
    return str(rows.loc[rows["target"] == target, "unit"].iloc[0])


def _spread(value: float, low: float, high: float) -> str:
    if value != value:
        return "–"
    return f"{100 * value:.1f}" + (f" [{100 * low:.0f}, {100 * high:.0f}]" if low == low else "")


def _similarity(similarity: pd.DataFrame | None) -> Section:
    title = "Similarity of layers"
    if similarity is None or similarity.empty:
        return Section(title, ["No similarity was computed: there were no two models or layers to compare."])
    kept = similarity[["kept_variance", "kept_variance_other"]].to_numpy(float)
    dims = similarity[["dims", "dims_other"]].to_numpy(float)
    speakers = int(similarity["n_speakers"].max())
    paragraphs = [
        "Canonical correlations ask how well the vectors of one layer can be turned into those of another by "
        "a linear map. SVCCA keeps the principal components up to a share of the variance and takes the "
        "plain mean of the correlations; PWCCA weighs each by how much of the reference it accounts for. 1: "
        "the same up to a linear map; about 0, and at times a little below: nothing shared.",
        f"The variance kept was {_range(100 * kept, '.1f')} %, in {_range(dims, '.0f')} dimensions.",
        "Directions are fitted on some speakers, and the numbers are those of the tokens of held-out "
        f"speakers ({int(similarity['n'].max())} tokens, {speakers} speakers). In the speakers of the fit "
        "they are higher by construction: the column “in sample” shows by how much.",
    ]
    rows = similarity[similarity["layer"] == similarity.groupby("model")["layer"].transform("max")]
    frame = rows.assign(
        measure=rows["measure"].map(lambda name: MEASURES.get(name, name)),
        interval=[_pair(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
        layer=rows["layer"].astype(int),
    )[["model", "layer", "measure", "other", "value", "interval", "in_sample", "kept_variance", "dims"]]
    heads = {
        "other": "with",
        "in_sample": "in sample",
        "kept_variance": "variance kept",
        "dims": "dimensions",
    }
    sheet = Sheet(
        frame.rename(columns=heads),
        "Each model's last layer, with the reference model and with one-hot classes.",
        percent=("variance kept",),
        right=("interval",),
    )
    alt = f"Similarity per layer for {', '.join(dict.fromkeys(similarity['model']))}; numbers in the cells."
    return Section(title, paragraphs, [Picture(similarity_heatmap(similarity), alt)], [sheet])


def _range(values: object, form: str) -> str:
    import numpy as np

    numbers = np.asarray(values, dtype=float)
    texts = dict.fromkeys((format(np.nanmin(numbers), form), format(np.nanmax(numbers), form)))
    return " to ".join(texts)


def _pair(low: float, high: float) -> str:
    return f"[{low:.2f}, {high:.2f}]".replace("-", "−") if low == low else "–"


def _maps(table: pd.DataFrame | None, maps: Sequence[FactorMap]) -> Section:
    title = "Maps"
    if not maps and _empty(table):
        return Section(title, ["No maps were drawn: they were not asked for."])
    figures = []
    for factor in dict.fromkeys(factor for item in maps for factor in item.factors):
        own = [item for item in maps if factor in item.factors]
        kinds = dict.fromkeys(METHOD_TITLES.get(item.method, item.method) for item in own)
        models = dict.fromkeys(item.model for item in own)
        figures.append(
            Picture(
                map_grid(own, factor),
                f"Maps ({', '.join(kinds)}) of {', '.join(models)}, coloured by {factor}; "
                "the table has the numbers.",
                f"Coloured by {factor}. Each map stands above the numbers that it can be judged by.",
                dots=sum(len(item.ids) for item in own) > MANY_POINTS,
            )
        )
    paragraphs = [
        "Each model is laid flat once per method and coloured by several factors. Maps of one method are "
        "turned to lie like the first one, without stretching. Principal components are linear; t-SNE and "
        "UMAP keep neighbours and bend the rest, so distances between groups on them say little."
    ]
    tables = []
    if table is not None and not table.empty:
        heads = {
            "knn_agreement": "10 nearest, same class",
            "full_agreement": "the same in all dimensions",
            "n_tokens": "tokens",
            "n_classes": "classes",
        }
        percent = ("10 nearest, same class", "chance", "the same in all dimensions")
        shown = table.assign(
            method=table["method"].map(lambda name: SHORT.get(name, name)),
            layer=table["layer"].astype("Int64"),
        )
        tables = [Sheet(shown.rename(columns=heads), "The numbers behind the maps.", percent=percent)]
    return Section(title, paragraphs, figures, tables)


def _subspaces(subspaces: pd.DataFrame | None, layers: pd.DataFrame | None) -> Section:
    title = "Speaker and label subspaces"
    if subspaces is None or subspaces.empty or layers is None:
        return Section(
            title, ["No subspaces were measured: that needs several speakers with several labels."]
        )
    paragraphs = [
        "The speaker subspace is spanned by the principal directions of the speakers' mean vectors, the "
        "label subspace by those of the labels' means. The overlap is the mean squared cosine of the "
        "principal angles between the two: 0 where they are orthogonal, 1 where one holds the other. Dotted: "
        "the same with speakers shuffled.",
        "If removing the speaker subspace takes the speaker away and leaves the label, the two were kept "
        "apart. What a non-linear probe still finds is not shown by a linear one.",
    ]
    rows = subspaces[subspaces["layer"] == subspaces.groupby("model")["layer"].transform("max")]
    names = ["model", "layer", "measure", "unit", "value", "chance", "shuffled", "dims_speaker", "dims_label"]
    heads = {"dims_speaker": "speaker dimensions", "dims_label": "label dimensions"}
    frame = rows.assign(layer=rows["layer"].astype(int))[names].rename(columns=heads)
    sheet = Sheet(frame, "Each model's last layer. Chance: random subspaces of these dimensions.", digits=3)
    alt = (
        "Left: overlap of speaker and label subspaces per layer. Middle and right: linear probes of label "
        "and speaker before and after the speaker subspace was removed."
    )
    return Section(title, paragraphs, [Picture(subspace_figure(subspaces, layers), alt)], [sheet])
