"""Sentences of a methods paragraph on where representations come from: formants, embeddings, columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from w2vpraat.export.methods.references import OF_FAMILY, OF_METHOD, Bibliography
from w2vpraat.representation import Representation

FAMILIES = {"wav2vec2": "wav2vec 2.0", "hubert": "HuBERT", "wavlm": "WavLM", "data2vec-audio": "data2vec"}
UNITS = {
    "token": "over each speaker's tokens",
    "vowel mean": "over the means of each speaker's labels",
    "cell mean": "over the means of speakers, labels and formants",
}
POOLINGS = {
    "mean": "the mean of a token's frames was taken",
    "middle": "the mean of the middle third of a token's frames was taken",
    "centre": "the frame nearest to the middle of a token was taken",
    "overlap": "the mean of a token's frames, weighted by their overlap with it, was taken",
    "thirds": "the means of the first, middle and last third of a token's frames were joined",
}
RULES = {
    "centre": "A frame belonged to a token if its centre lay in it",
    "overlap": "A frame belonged to a token if it overlapped with it",
}


def formant_sentences(representations: Sequence[Representation], cite: Bibliography) -> list[str]:
    """Say how formants were compared: as they are, and normalized by which methods."""
    records = [item.provenance for item in representations if item.provenance.get("kind") == "formants"]
    if not records:
        return []
    sentences = []
    raw = [record for record in records if record["method"] == "raw"]
    if raw:
        sets = listed([f"{_formants(one)} in {_scale(one, cite)}" for one in raw])
        sentences.append(f"Formants were compared as they are ({sets}).")
    by_unit: dict[str, list[str]] = {}
    for record in records:
        if record["method"] != "raw":
            by_unit.setdefault(str(record["statistic_unit"]), []).append(_normalization(record, cite))
    for unit, names in by_unit.items():
        where = f", with statistics {UNITS[unit]}" if unit in UNITS else ", each token by itself"
        sentences.append(f"Formants were normalized by {listed(list(dict.fromkeys(names)))}{where}.")
    return sentences


def _normalization(record: Mapping[str, Any], cite: Bibliography) -> str:
    details = [_source(record, cite), _formants(record)]
    if record.get("scale", "hz") != "hz":
        details.append(f"on {_scale(record, cite)}")
    if record.get("sd"):
        details.append(f"standard deviation with {record['sd']}")
    return f"{record['title']} ({'; '.join(part for part in details if part)})"


def _source(record: Mapping[str, Any], cite: Bibliography) -> str:
    """Cite the work that a method comes from; a method without a single source cites none."""
    key = OF_METHOD.get(str(record["method"]))
    if key is not None:
        after = "after " if str(record.get("author", "")).startswith("after ") else ""
        return after + cite(key)
    if record.get("year"):
        cite.add(f"{record['reference']}.")
        return f"{record['author']} {record['year']}"
    return ""


def _formants(record: Mapping[str, Any]) -> str:
    from w2vpraat.normalize.tables import formant_set_name

    return formant_set_name(record["formants"])


def _scale(record: Mapping[str, Any], cite: Bibliography) -> str:
    from w2vpraat.normalize.scales import find_scale

    key = str(record.get("scale", "hz"))
    if key == "hz":
        return "Hz"
    scale = find_scale(key)
    cite.add(f"{scale.reference}.")
    return f"{scale.title} ({scale.author} {scale.year})" if scale.year else scale.title


def embedding_sentences(
    representations: Sequence[Representation], packages: Mapping[str, str], cite: Bibliography
) -> list[str]:
    """Say which models and layers made vectors, from which frames, and how vectors were normalized."""
    items = [item for item in representations if item.provenance.get("kind") == "embedding"]
    sentences = []
    models: dict[str, list[Representation]] = {}
    for item in items:
        models.setdefault(str(item.provenance["weights_sha256"]), []).append(item)
    for own in models.values():
        sentences.append(_model(own, packages, cite))
    rules = dict.fromkeys(_frames(item.provenance, cite) for item in items)
    sentences += rules
    steps: dict[str, None] = {}
    for item in items:
        for record in item.provenance.get("normalizations", ()):
            source = _source(record, cite)
            steps[f"{record['title']}{f' ({source})' if source else ''}"] = None
    if steps:
        plain = any(not item.provenance.get("normalizations") for item in items)
        sentences.append(
            f"Vectors were compared {'as they are and ' if plain else ''}after {listed(list(steps))}."
        )
    if items:
        sentences.append(
            f"That normalization may come about by fine-tuning is the question of {_named(cite('wang2025'))}."
        )
    return sentences


def _model(own: Sequence[Representation], packages: Mapping[str, str], cite: Bibliography) -> str:
    facts = own[0].provenance
    family = str(facts["family"])
    source = f", {cite(OF_FAMILY[family])}" if family in OF_FAMILY else ""
    layers = sorted({int(item.provenance["layer"]) for item in own})
    version = str(dict(facts.get("versions", {})).get("transformers", packages.get("transformers", "")))
    which = f"revision {facts['revision']}, " if facts.get("revision") else ""
    return (
        f"Vectors came from layer{'s' if len(layers) > 1 else ''} {listed([str(one) for one in layers])} of "
        f"{facts['model_layers']} of the model {facts['model']} ({FAMILIES.get(family, family)}{source}; "
        f"{which}SHA-256 of the weights {str(facts['weights_sha256'])[:12]}), run in {facts['precision']} "
        f"with transformers{f' {version}' if version else ''} ({cite('wolf2020')}) on speech at "
        f"{int(facts['rate']) / 1000:g} kHz; it heard: {facts['context']}."
    )


def _frames(facts: Mapping[str, Any], cite: Bibliography) -> str:
    rate = float(facts["rate"])
    pooling = str(facts["pooling"])
    taken = POOLINGS.get(pooling, pooling)
    if pooling == "middle":
        taken += f" ({cite('pasad2021')})"
    none = "the nearest frame" if facts["no_frame"] == "nearest" else "no vector"
    return (
        f"{RULES[str(facts['frame_rule'])]} (one frame every {1000 * facts['hop'] / rate:g} ms, each "
        f"{1000 * facts['receptive_field'] / rate:g} ms long); {taken}; a token without a frame got {none}."
    )


def other_sentences(representations: Sequence[Representation]) -> list[str]:
    """Name representations that were taken over from files and tables."""
    sentences = []
    columns = [
        f"{item.name} ({', '.join(item.columns[:6])}{' ...' if item.dim > 6 else ''})"
        for item in representations
        if item.provenance.get("kind") == "columns of the table"
    ]
    if columns:
        sentences.append(f"Columns of the table were compared as they are: {'; '.join(columns)}.")
    files: dict[str, list[str]] = {}
    for item in representations:
        if item.provenance.get("kind") == "vectors from a file":
            files.setdefault(str(item.provenance["file"]), []).append(item.name)
    sentences += [
        f"Vectors were read from the file {name}: {listed(items)}." for name, items in files.items()
    ]
    return sentences


def _named(cited: str) -> str:
    """Put the year of a work in parentheses: ``Lobanov 1971`` -> ``Lobanov (1971)``."""
    authors, _, year = cited.rpartition(" ")
    return f"{authors} ({year})"


def count(n: int, one: str) -> str:
    """Say how many: ``1 token``, ``2,219 tokens``."""
    return f"{n:,} {one if n == 1 else one + 's'}"


def listed(names: Sequence[str]) -> str:
    """Join names as a sentence does: ``a, b and c``; with semicolons if one of them holds a comma."""
    if len(names) < 2:
        return "".join(names)
    mark = "; " if any(", " in name for name in names) else ", "
    return f"{mark.join(names[:-1])} and {names[-1]}"
