"""Vectors as files, keyed by the ids of the long table: NPZ for Python, Parquet for R and others.

Names, column names and whether a representation sees the speaker travel in the comment of the zip file
(NPZ) or in the schema's metadata (Parquet), where readers that don't know them don't stumble over them.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import ExportError, InputError
from w2vpraat.representation import Representation, vector_columns
from w2vpraat.writing import plain, write_whole

FORMATS = (".npz", ".parquet")
ABOUT = "w2vpraat"


def vector_key(name: str) -> str:
    """Key of a representation in a file: ``phone layer 4`` -> ``phone_layer4``.

    Letters, digits and ``_`` stay; everything else becomes ``_``.
    """
    key = re.sub(r"\blayer\s+(\d)", r"layer\1", name.strip())
    key = re.sub(r"\W+", "_", key).strip("_")
    return f"r_{key}" if not key or key[0].isdigit() or key == "id" else key


def write_vectors(
    representations: Sequence[Representation],
    path: str | PathLike[str],
    *,
    ids: Sequence[str] | None = None,
) -> Path:
    """Write representations as single-precision arrays with the same ids.

    Parameters
    ----------
    representations : sequence of Representation
        At least one; their keys (:func:`vector_key`) must differ.
    path : path
        ``.npz``: array ``id`` and one array of shape (n_tokens, dim) per representation.
        ``.parquet``: column ``id`` and one column of lists per representation.
    ids : sequence of str, optional
        Tokens and their order; default: those of the first representation. A representation without one of
        them gets a row of NaN there.

    Returns
    -------
    Path

    Raises
    ------
    ExportError
        No representation, two with one key, ids that are not among ``ids``, another ending, or a file that
        can't be written.
    """
    target = Path(path)
    if not representations:
        raise ExportError("there are no vectors to write", file=target)
    names = tuple(representations[0].ids if ids is None else ids)
    arrays: dict[str, NDArray[np.float32]] = {}
    about: dict[str, Any] = {}
    for item in representations:
        key = vector_key(item.name)
        if key in arrays:
            raise ExportError(
                f'"{item.name}" and "{about[key]["name"]}" would both be called {key}',
                "rename one of them",
                file=target,
            )
        arrays[key] = _rows(item, names, target)
        about[key] = {"name": item.name, "sees_speaker": item.sees_speaker}
        if item.columns != vector_columns(item.dim):
            about[key]["columns"] = list(item.columns)
        about[key]["provenance"] = _provenance(item)
    suffix = target.suffix.lower()
    if suffix == ".npz":
        return write_whole(_npz(names, arrays, about), target)
    if suffix == ".parquet":
        return write_whole(_parquet(names, arrays, about), target)
    raise ExportError(f'vectors can\'t be written as "{suffix}"', f"one of {', '.join(FORMATS)}", file=target)


# Known only if the model was loaded, frames not being in the cache; the same vectors make the same file.
_OF_LOADING = ("missing_weights", "unused_weights")


def _provenance(item: Representation) -> dict[str, Any]:
    """Return what made the vectors, without lists that grow with the corpus."""
    made = {key: value for key, value in plain(item.provenance).items() if key not in _OF_LOADING}
    records = [dict(record) for record in made.get("normalizations", ())]
    for record in records:
        record.pop("n_tokens_by_speaker", None)
    return {**made, "normalizations": records} if records else made


def _rows(item: Representation, ids: Sequence[str], file: Path) -> NDArray[np.float32]:
    row = {token: index for index, token in enumerate(ids)}
    strange = [token for token in item.ids if token not in row]
    if strange:
        raise ExportError(
            f'"{item.name}" has {len(strange)} tokens that the others lack, first: {strange[0]}',
            "give ids=, or take the same tokens of each",
            file=file,
        )
    values = np.full((len(ids), item.dim), np.nan, dtype=np.float32)
    values[[row[token] for token in item.ids]] = item.values
    return values


def _npz(ids: Sequence[str], arrays: dict[str, NDArray[np.float32]], about: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, id=np.asarray(ids, dtype=np.str_), **arrays)  # type: ignore[arg-type]
    comment = json.dumps({ABOUT: about}, ensure_ascii=True).encode("ascii")
    if len(comment) > 0xFFFF:  # the limit of the format: first without provenance
        short = {key: {k: v for k, v in one.items() if k != "provenance"} for key, one in about.items()}
        comment = json.dumps({ABOUT: short}, ensure_ascii=True).encode("ascii")
    if len(comment) <= 0xFFFF:  # without it, keys serve as names
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.comment = comment
    return buffer.getvalue()


def _parquet(ids: Sequence[str], arrays: dict[str, NDArray[np.float32]], about: dict[str, Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"id": pa.array(list(ids), type=pa.string())}
    for key, values in arrays.items():
        columns[key] = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
    table = pa.table(columns).replace_schema_metadata({ABOUT: json.dumps(about)})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def read_vectors(path: str | PathLike[str]) -> tuple[Representation, ...]:
    """Read ``vectors.npz`` or ``vectors.parquet``.

    Also files made by others: an array (or column) ``id`` and arrays with as many rows.

    Returns
    -------
    tuple of Representation
        Single precision, all with the same ids in the same order.

    Raises
    ------
    InputError
        If the file can't be read, has no ``id``, or an array has another number of rows.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    try:
        if suffix == ".npz":
            ids, arrays, about = _read_npz(file)
        elif suffix == ".parquet":
            ids, arrays, about = _read_parquet(file)
        else:
            raise InputError(
                f'vectors can\'t be read from "{suffix}"', f"one of {', '.join(FORMATS)}", file=file
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"can't read the vectors: {error}", "check the path", file=file) from error
    made = []
    for key, values in arrays.items():
        if values.ndim != 2 or len(values) != len(ids):
            raise InputError(
                f"array {key} has shape {values.shape}, but there are {len(ids)} ids",
                "one row per id is needed",
                file=file,
            )
        known = about.get(key, {})
        columns = tuple(known.get("columns", vector_columns(values.shape[1])))
        made.append(
            Representation(
                name=str(known.get("name", key)),
                ids=ids,
                values=values,
                columns=columns,
                provenance={"kind": "vectors from a file", **known.get("provenance", {}), "file": file.name},
                sees_speaker=bool(known.get("sees_speaker", False)),
            )
        )
    return tuple(made)


Contents = tuple[tuple[str, ...], dict[str, NDArray[Any]], dict[str, Any]]


def _read_npz(file: Path) -> Contents:
    with zipfile.ZipFile(file) as archive:
        about = _about(archive.comment)
    with np.load(file, allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in stored.files}
    if "id" not in arrays:
        raise InputError("there is no array id", f"arrays: {', '.join(arrays)}", file=file)
    ids = tuple(str(token) for token in arrays.pop("id"))
    return ids, arrays, about


def _read_parquet(file: Path) -> Contents:
    import pyarrow.parquet as pq

    table = pq.read_table(file)
    if "id" not in table.column_names:
        raise InputError("there is no column id", f"columns: {', '.join(table.column_names)}", file=file)
    arrays = {key: np.stack(table.column(key).to_numpy()) for key in table.column_names if key != "id"}
    return (
        tuple(map(str, table.column("id").to_pylist())),
        arrays,
        _about((table.schema.metadata or {}).get(ABOUT.encode(), b""), bare=True),
    )


def _about(text: bytes, *, bare: bool = False) -> dict[str, Any]:
    try:
        stored = json.loads(text)
    except ValueError:
        return {}
    about = stored if bare else stored.get(ABOUT, {}) if isinstance(stored, dict) else {}
    return about if isinstance(about, dict) else {}
