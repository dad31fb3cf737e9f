"""Models as records: the bundled ones, the user's own, local folders and hub ids.

Reading a record needs neither torch nor (except for hub ids) transformers.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from w2vpraat.errors import ModelError
from w2vpraat.models import checkpoint, hub
from w2vpraat.models.frames import FrameClock
from w2vpraat.models.user_models import read_user_models, write_user_models
from w2vpraat.resources import bundled_models

Kind = Literal["bundled", "local", "hub"]


@dataclass(frozen=True)
class ModelRecord:
    """Everything that is known about a model without loading it.

    Parameters
    ----------
    name : str
        What the user calls it.
    kind : {"bundled", "local", "hub"}
        Where it comes from.
    source : str
        Folder, or hub id.
    revision : str
        Exact commit of a hub model; empty otherwise.
    title, task, licence, citation, training_data : str
        From the model's ``w2vpraat.json``; empty if it has none.
    tasks : tuple of str
        Names of the tasks it was fine-tuned for frame by frame; empty for a pre-trained one, or if unknown.
    languages : tuple of str
        Languages it was trained on; empty if unknown.
    family : str
        transformers' model type, for example ``"wav2vec2"``.
    layers : int
        Transformer layers L; hidden states are numbered 0 (input of the first) to L (the last, normed).
    recommended_layer : int
        The layer that the model's maker recommends, else the middle one.
    dim : int
        Values per frame.
    rate : int
        Sampling rate of its input, Hz.
    kernels, strides : tuple of int
        Of the convolutions; `clock` makes times of them.
    norm_kind : {"group", "layer"}
        Normalization in the convolutions. With ``group`` every frame depends on the whole recording.
    pre_norm : bool
        Inner hidden states are not normalized and grow with depth.
    do_normalize : bool
        Its input is brought to zero mean and unit variance over the recording.
    labels : tuple of str
        Of the fine-tuned head, if any.
    n_parameters, size : int
        Parameters, and bytes on disk; 0 if unknown.
    problem : str
        Why it can't be used now; empty if it can.
    """

    name: str
    kind: Kind
    source: str
    family: str
    layers: int
    recommended_layer: int
    dim: int
    rate: int
    kernels: tuple[int, ...]
    strides: tuple[int, ...]
    norm_kind: str
    pre_norm: bool
    do_normalize: bool
    revision: str = ""
    title: str = ""
    task: str = ""
    tasks: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    licence: str = ""
    citation: str = ""
    languages: tuple[str, ...] = ()
    training_data: str = ""
    n_parameters: int = 0
    size: int = 0
    problem: str = ""

    @property
    def clock(self) -> FrameClock:
        """Times of its frames."""
        return FrameClock(self.rate, self.kernels, self.strides)

    @property
    def stride(self) -> int:
        """Samples from frame to frame."""
        return self.clock.hop

    @property
    def receptive_field(self) -> int:
        """Samples that one frame covers."""
        return self.clock.receptive_field

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON, with the stride and receptive field that follow from them."""
        return {**asdict(self), "stride": self.stride, "receptive_field": self.receptive_field}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ModelRecord:
        """Make a record from plain values; unknown names are left out."""
        known = {item.name for item in fields(cls)}
        kept: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in values.items()
            if key in known
        }
        return cls(**kept)


def read_record(
    folder: str | os.PathLike[str],
    *,
    name: str = "",
    kind: Kind = "local",
    source: str = "",
    revision: str = "",
) -> ModelRecord:
    """Read the record of a checkpoint folder.

    Parameters
    ----------
    folder : path
        Holds ``config.json``, ``preprocessor_config.json`` and, for what those don't say, ``w2vpraat.json``.

    Raises
    ------
    ModelError
        If the folder is no checkpoint, or of a kind that w2vpraat refuses (with the reason).
    """
    folder = Path(folder)
    config = checkpoint.read_config(folder)
    do_normalize, rate = checkpoint.read_front_end(folder)
    own = checkpoint.read_json(folder / "w2vpraat.json") if (folder / "w2vpraat.json").is_file() else {}
    texts = {key: str(own.get(key, "")) for key in ("title", "task", "licence", "citation", "training_data")}
    n_parameters, size = _weight_facts(folder)
    layers = int(config["num_hidden_layers"])
    recommended = int(own.get("recommended_layer", (layers + 1) // 2))
    if not 0 <= recommended <= layers:
        raise ModelError(f"recommended layer {recommended} of {layers}", file=folder / "w2vpraat.json")
    return ModelRecord(
        name=name or str(own.get("id", "")) or folder.name,
        kind=kind,
        source=source or str(folder.absolute()),
        revision=revision,
        family=str(config["model_type"]),
        layers=layers,
        recommended_layer=recommended,
        dim=int(config["hidden_size"]),
        rate=rate,
        kernels=tuple(config["conv_kernel"]),
        strides=tuple(config["conv_stride"]),
        norm_kind=str(config["feat_extract_norm"]),
        pre_norm=bool(config["do_stable_layer_norm"]),
        do_normalize=do_normalize,
        labels=checkpoint.labels_of(config),
        tasks=_task_names(own.get("tasks", ())),
        languages=_strings(own.get("languages", ())),
        n_parameters=n_parameters,
        size=size,
        **texts,
    )


def _task_names(found: Any) -> tuple[str, ...]:
    return tuple(str(one["name"] if isinstance(one, Mapping) else one) for one in found)


def _weight_facts(folder: Path) -> tuple[int, int]:
    # A record says how big a model is in any form of weights; loading decides whether the form is allowed.
    try:
        files = checkpoint.weight_files(folder, allow_pickle=True)
        size = sum(path.stat().st_size for path in files)
    except (ModelError, OSError):
        return 0, 0
    return checkpoint.count_parameters(files), size


def _strings(found: Any) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(str(item) for item in found)


def catalogue() -> tuple[ModelRecord, ...]:
    """List the bundled models, then the user's own; one that can't be read now says so in `problem`."""
    return (*_bundled(), *(_refresh(ModelRecord.from_dict(item)) for item in read_user_models()))


def _bundled() -> tuple[ModelRecord, ...]:
    return tuple(
        read_record(folder, name=folder.name.removeprefix("w2vpraat-"), kind="bundled")
        for folder in bundled_models()
    )


def _refresh(record: ModelRecord) -> ModelRecord:
    if record.kind == "hub":
        return record
    try:
        return read_record(record.source, name=record.name, kind=record.kind)
    except ModelError as error:
        return replace(record, problem=str(error))


def find_model(name: str) -> ModelRecord:
    """Find a model by the name of a bundled or added one, a local folder, or a hub id ``owner/model``.

    Raises
    ------
    ModelError
        If there is none (with the names that look alike), it can't be read, or the hub can't be reached.
    """
    known = {record.name: record for record in catalogue()}
    short = name.removeprefix("w2vpraat-")
    if (record := known.get(name) or known.get(short)) is not None:
        if record.problem:
            raise ModelError(
                f'the model "{name}" can\'t be used: {record.problem}',
                "put its folder back, or remove it from the list and add it again",
            )
        return record
    folder = Path(name).expanduser()
    if folder.is_dir():
        return read_record(folder)
    if hub.is_hub_id(name):
        return _hub_record(name)
    alike = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(alike)}?" if alike else f"known: {', '.join(known) or 'none'}"
    raise ModelError(f'no model "{name}"', f"{hint}; a folder or a hub id (owner/model) works too")


def _hub_record(hub_id: str, revision: str | None = None, name: str = "") -> ModelRecord:
    folder, commit = hub.fetch_settings(hub_id, revision)
    return read_record(folder, name=name or hub_id, kind="hub", source=hub_id, revision=commit)


def check_name(name: str, folder: str | os.PathLike[str]) -> None:
    """Check that a model in a folder may be listed under a name.

    Raises
    ------
    ModelError
        If a bundled model or another folder has it.
    """
    for record in catalogue():
        if record.name == name and (record.kind != "local" or Path(record.source) != Path(folder).absolute()):
            raise ModelError(f'there is a model "{name}" already', "give another --name, or remove that one")


def add_model(source: str, name: str | None = None, *, revision: str | None = None) -> ModelRecord:
    """Add a local folder or a hub id to the user's list.

    Parameters
    ----------
    source : str
        Folder, or ``owner/model``.
    name : str, optional
        What to call it; default: the folder's or model's own name.
    revision : str, optional
        Branch, tag or commit of a hub model; the exact commit is kept.

    Raises
    ------
    ModelError
        If the name is taken, or the model can't be read.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        record = read_record(folder, name=name or "")
    elif hub.is_hub_id(source):
        record = _hub_record(source, revision, name or source.rpartition("/")[2])
    else:
        raise ModelError(f'"{source}" is neither a folder nor a hub id (owner/model)')
    if record.name in {other.name for other in catalogue()}:
        raise ModelError(
            f'there is a model "{record.name}" already', "give it another name, or remove that one"
        )
    write_user_models([*read_user_models(), record.as_dict()])
    return record


def remove_model(name: str) -> ModelRecord:
    """Take a model off the user's list (its files stay) and return its record.

    Raises
    ------
    ModelError
        If it is not on the list, or bundled.
    """
    items = read_user_models()
    for item in items:
        if item["name"] == name:
            write_user_models([other for other in items if other is not item])
            return ModelRecord.from_dict(item)
    if name in {record.name for record in _bundled()}:
        raise ModelError(f'"{name}" is bundled and can\'t be removed')
    raise ModelError(
        f'no model "{name}" on your list', f"on it: {', '.join(item['name'] for item in items) or 'none'}"
    )
