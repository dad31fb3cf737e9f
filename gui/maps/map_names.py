"""What can be chosen for a map, as entries of lists, in the language of the window."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from w2vpraat.errors import W2VPraatError
from w2vpraat.normalize.methods import describe_methods
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import LiveResults, VectorKey
from w2vpraat.pipeline.maps.choices import Choice, MapChoices, ModelChoice
from w2vpraat.pipeline.maps.values import describe_map, vector_key

from .choice_box import Option

PROJECTIONS = {
    "auto": ("auto", ""),
    "chart": ("chart", "A vowel chart: F1 and F2 with reversed axes"),
    "pca": ("PCA", "Principal components: the directions in which the tokens differ most"),
    "lda": ("LDA", "Discriminants: the directions that keep the labels apart. Labels help to make this map."),
    "mds": ("MDS", "Classical scaling: distances between tokens, as well as two dimensions can keep them"),
    "umap": ("UMAP", "Neighbours stay neighbours; distances between groups mean little"),
    "tsne": ("t-SNE", "Neighbours stay neighbours; distances and sizes of groups mean little"),
}
"""Short names for narrow lists, and what they do."""
AUTO = {
    "formants": "A vowel chart where F1 and F2 are shown, else principal components",
    "f0": "Each value beside its label",
    "duration": "Each value beside its label",
    "embedding": "Principal components",
}
COLUMNS = {
    "label": "label",
    "speaker": "speaker",
    "sex": "sex",
    "word": "word",
    "pre_seg": "segment before",
    "fol_seg": "segment after",
    "file_name": "recording",
    "tier": "tier",
}


def said(text: str) -> str:
    """Return a text of this module, or of the library, in the language of the window."""
    return QCoreApplication.translate("MapNames", text) if text else ""


@dataclass(frozen=True)
class Offer:
    """A map and what could be chosen instead.

    Parameters
    ----------
    params : MapParams
    title : str
        What it shows.
    choices : MapChoices or None
        None: not known yet.
    key, measured : VectorKey or None
        The vectors that it shows, and those that were measured; None if there are none.
    """

    params: MapParams
    title: str = ""
    choices: MapChoices | None = None
    key: VectorKey | None = None
    measured: VectorKey | None = None

    @property
    def model(self) -> ModelChoice | None:
        """What is known of the model of the map."""
        found = () if self.choices is None or self.key is None else self.choices.models
        return next((one for one in found if self.key is not None and one.key == self.key.model), None)

    @property
    def last_layer(self) -> int:
        """Highest layer of the model of the map."""
        known = 0 if self.model is None else self.model.layers
        return max(known, 0 if self.key is None else self.key.layer)


def make_offer(params: MapParams, live: LiveResults | None, choices: MapChoices | None) -> Offer:
    """Find out what a map shows and what could be chosen."""
    if live is None:
        return Offer(params, choices=choices)
    key, title = None, ""
    with suppress(W2VPraatError):  # a model that is not known is said by the job that needs it
        key = vector_key(live, params)
        title = describe_map(params, live)
    return Offer(params, title or params.model, choices, key, next(iter(live.vector_keys), None))


def _options(choices: Iterable[Choice]) -> tuple[Option, ...]:
    return tuple(Option(one.key, said(one.title), said(one.told), said(one.why_not)) for one in choices)


def source_options(offer: Offer) -> tuple[Option, ...]:
    """Worlds."""
    return () if offer.choices is None else _options(offer.choices.sources)


def normalization_options(offer: Offer) -> tuple[Option, ...]:
    """Return the normalizations of the world that is shown, each with its author and formula."""
    if offer.choices is None:
        return ()
    known = {info.key: info for info in describe_methods()}
    made = []
    for one in offer.choices.normalizations[offer.params.source]:
        info = known.get(one.key)
        text = said("raw") if info is None else info.title
        tip = said("Not normalized") if info is None else f"{info.source}\n{info.formula}"
        made.append(Option(one.key, text, tip, said(one.why_not)))
    return tuple(made)


def projection_options(offer: Offer) -> tuple[Option, ...]:
    """Ways to lay the values flat."""
    if offer.choices is None:
        return ()
    source = offer.params.source
    made = []
    for one in offer.choices.projections[source]:
        text, tip = PROJECTIONS[one.key]
        tip = AUTO[source] if one.key == "auto" else tip
        made.append(Option(one.key, said(text), said(tip), said(one.why_not)))
    return tuple(made)


def scale_options(offer: Offer) -> tuple[Option, ...]:
    """Frequency scales, each with its author."""
    if offer.choices is None:
        return ()
    # Names of scales are the same in every language.
    return tuple(Option(one.key, one.title, one.told, said(one.why_not)) for one in offer.choices.scales)


def pooling_options(offer: Offer) -> tuple[Option, ...]:
    """Ways from frames to one vector; that of the measured vectors has no name of its own."""
    if offer.choices is None:
        return ()
    made: list[Option] = []
    for one in _options(offer.choices.poolings):
        if offer.measured is not None and one.value == offer.measured.pooling:
            made.insert(0, Option("", said("{what} (as measured)").format(what=one.text), one.tip))
        else:
            made.append(one)
    return tuple(made)


def model_options(offer: Offer) -> tuple[Option, ...]:
    """Models of the catalogue; the one that was measured with has no name of its own."""
    if offer.choices is None:
        return ()
    made: list[Option] = []
    for one in offer.choices.models:
        if offer.measured is not None and one.key == offer.measured.model:
            made.insert(0, Option("", said("{what} (as measured)").format(what=one.key), one.title))
        else:
            made.append(Option(one.key, one.key, one.title, one.why_not))
    return tuple(made)


def layer_options(offer: Offer) -> tuple[Option, ...]:
    """Layers of the model of the map."""
    made = []
    for layer in range(offer.last_layer + 1):
        tip = said("Layer {layer}").format(layer=layer)
        if layer == 0:
            tip = said("Layer 0: input of the first Transformer layer")
        if offer.model is not None and layer == offer.model.recommended_layer:
            tip = said("{layer} (recommended)").format(layer=tip)
        made.append(Option(layer, str(layer), tip))
    return tuple(made)


def column_options(offer: Offer, nothing: str = "") -> tuple[Option, ...]:
    """Columns that decide colours, shapes or numbers; the first entry is none of them, if it has a name."""
    first = (Option("", nothing),) if nothing else ()
    if offer.choices is None:
        return first
    return (
        *first,
        *(Option(one.key, column_name(one.key), "", said(one.why_not)) for one in offer.choices.columns),
    )


def column_name(column: str) -> str:
    """Return a column as people call it; columns of metadata keep their names."""
    return said(COLUMNS[column]) if column in COLUMNS else column


def with_model(offer: Offer, model: str) -> MapParams:
    """Return the same map of another model: same layer, if it has that, and all else as it is."""
    params = replace(offer.params, model=model)
    known = () if offer.choices is None else offer.choices.models
    name = model or ("" if offer.measured is None else offer.measured.model)
    record = next((one for one in known if one.key == name), None)
    if offer.key is None or record is None:
        return replace(params, layer=-1)
    return replace(params, layer=min(offer.key.layer, record.layers))
