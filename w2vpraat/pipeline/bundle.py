"""A session in one file: choices, annotations as on the screen, tables, vectors, figures, hashes of sound.

`bundling` writes it, `opening_bundle` makes a folder of it again (see `w2vpraat.pipeline.bundle_opening`).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from w2vpraat import __version__
from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.corpus.audio import file_hash
from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.textgrid import write_textgrid
from w2vpraat.errors import ExportError, W2VPraatError
from w2vpraat.events import Progress, Skipped
from w2vpraat.params.exporting import BoardParams, BundleParams
from w2vpraat.pipeline.bundle_files import (
    CORPUS,
    FORMAT,
    MANIFEST,
    PART_LINES,
    README,
    README_TEXT,
    RULE,
    RULE_INSIDE,
    SESSION,
    pack,
)
from w2vpraat.pipeline.running import Results
from w2vpraat.pipeline.written import Written
from w2vpraat.session.provenance import FILE_NAME, build_provenance, file_records
from w2vpraat.session.session import Session
from w2vpraat.session.session_file import PATH_OPTIONS, session_bytes
from w2vpraat.writing import json_bytes, write_whole

STEP = "export"
FIGURES = ("board.pdf", "board.svg", "board.png")


@dataclass
class _Packing:
    """What is gathered for one bundle."""

    folder: Path
    files: dict[str, Path] = field(default_factory=dict)
    recordings: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def place(self, name: str) -> Path:
        """Return where a file of the bundle is to be written, and count on it."""
        self.files[name] = self.folder / name
        self.files[name].parent.mkdir(parents=True, exist_ok=True)
        return self.files[name]

    def take(self, folder: str, file: str | os.PathLike[str]) -> Path:
        """Put a file of the user's into a folder of the bundle, and return where it lies there."""
        source = Path(file)
        name, number = f"{folder}/{source.name}", 1
        while name in self.files and self.files[name] != source:
            number += 1
            name = f"{folder}/{number}/{source.name}"
        self.files[name] = source
        return self.folder / name


def bundling(
    session: Session,
    corpus: Corpus,
    path: str | os.PathLike[str],
    params: BundleParams | None = None,
    *,
    results: Results | None = None,
    pictures: Sequence[MapPicture] = (),
    board: BoardParams | None = None,
) -> Iterator[Progress | Skipped | Written]:
    """Put a session and all that belongs to it into one zip.

    Parameters
    ----------
    session : Session
    corpus : Corpus
        With the annotations as they are on the screen: those are packed, saved or not.
    path : path
        Ends in ``.zip``; an old file is replaced when the new one is whole.
    params : BundleParams, optional
        Whether sound files, vectors and figures go in.
    results : Results, optional
        What was measured; without it there are no tables.
    pictures : sequence of MapPicture
        The maps on the screen.
    board : BoardParams, optional
        How their figure looks.

    Yields
    ------
    Progress, Skipped, then Written
        The same session, annotations and results give the same bytes. Paths in the bundle are relative, and
        no name of a folder of this computer is in it.

    Raises
    ------
    ExportError
        Another ending, or a file that can't be read or written.
    """
    params = params or BundleParams()
    target = Path(path)
    if target.suffix.lower() != ".zip":
        raise ExportError("a bundle ends in .zip", f"call it {target.stem}.zip", file=target)
    with tempfile.TemporaryDirectory(prefix="w2vpraat-bundle-") as place:
        packing = _Packing(Path(place))
        yield from _corpus(packing, session, corpus, params)
        moved = _session(packing, session)
        raw = session_bytes(moved, packing.folder)
        write_whole(raw, packing.place(SESSION))
        _marks(packing, session, results)
        if results is not None:
            _results(packing, results, params)
        if pictures and params.figures:
            _figures(packing, pictures, board, results)
        if results is not None:
            _provenance(packing, results, json.loads(raw))
        yield from _packed(packing, session, target, params)
    notes = (*packing.notes, *([] if params.audio else ["sound files are not in it, only their hashes"]))
    yield Written((target,), notes, tuple(packing.skipped))


def _corpus(
    packing: _Packing, session: Session, corpus: Corpus, params: BundleParams
) -> Generator[Progress | Skipped, None, None]:
    encoding = session.settings.read.fallback_encoding
    unsaved = set(corpus.unsaved)
    for done, recording in enumerate(corpus.recordings, start=1):
        grid = f"{CORPUS}/{recording.name}.TextGrid"
        try:
            write_textgrid(corpus.grid(recording, fallback_encoding=encoding), packing.place(grid))
        except W2VPraatError as error:
            packing.skipped.append(Skipped(STEP, recording.name, error))
            yield packing.skipped[-1]
            packing.files[grid] = recording.grid_path  # as it lies there
            if not recording.grid_path.is_file():
                del packing.files[grid]
        record = _audio(packing, recording, params)
        packing.recordings.append({**record, "textgrid": grid, "unsaved": recording.name in unsaved})
        yield Progress(STEP, done, len(corpus.recordings), recording.name)
    if unsaved:
        packing.notes.append(f"{len(unsaved)} TextGrids are packed with edits that are not saved")


def _audio(packing: _Packing, recording: Recording, params: BundleParams) -> dict[str, Any]:
    name = f"{CORPUS}/{recording.file_name}"
    record: dict[str, Any] = {
        "name": recording.name,
        "audio": name,
        "sha256": "",
        "size": 0,
        "included": False,
    }
    try:
        record |= {
            "sha256": file_hash(recording.audio_path),
            "size": recording.audio_path.stat().st_size,
            "included": params.audio,
        }
    except (OSError, W2VPraatError):
        packing.notes.append(f"the sound of {recording.name} can't be read")
        return record
    if params.audio:
        packing.files[name] = recording.audio_path
    return record


def _session(packing: _Packing, session: Session) -> Session:
    """Return the session with all paths leading into the bundle, and put what they lead to there."""
    settings = session.settings
    changes: dict[str, dict[str, Any]] = {}
    for section, option in PATH_OPTIONS:
        value = getattr(settings.group(section), option)
        several = isinstance(value, tuple)
        moved = [_option(packing, section, one) for one in (value if several else (value,))]
        if moved != list(value if several else (value,)):
            changes.setdefault(section, {})[option] = moved if several else moved[0]
    settings = settings.updated(changes) if changes else settings
    speakers = ""
    if settings.speakers and Path(settings.speakers).is_file():
        speakers = str(packing.take("speakers", settings.speakers))
    elif settings.speakers:
        packing.notes.append(f"the speaker table {Path(settings.speakers).name} is not there")
    settings = replace(settings, corpus=str(packing.folder / CORPUS), files=(), speakers=speakers)
    second = {}
    for name, grid in session.second_grids.items():
        if grid.is_file():
            packing.files[f"second/{name}.TextGrid"] = grid
            second[name] = packing.folder / "second" / f"{name}.TextGrid"
    return replace(session, settings=settings, second_grids=second)


def _option(packing: _Packing, section: str, value: str) -> str:
    if not os.path.isabs(value):
        return value  # the name of a map or model
    if Path(value).is_file():
        return str(packing.take("settings", value))
    packing.notes.append(
        f"the model {Path(value).name} is not in the bundle; put its folder into models/ where it is opened"
    )
    return str(packing.folder / "models" / Path(value).name)


def _marks(packing: _Packing, session: Session, results: Results | None) -> None:
    """Write what was said of tokens as a table."""
    import pandas as pd

    from w2vpraat.export.tables import write_table

    if not session.review:
        return
    known = {} if results is None else {token.id: token for token in results.opened.tokens.kept}
    rows = []
    for name, mark in sorted(session.review.items()):
        token = known.get(name)
        place = (
            ("", "", None, None) if token is None else (token.speaker, token.label, token.start, token.end)
        )
        rows.append((name, *place, mark.done, mark.star, " ".join(mark.tags), mark.note))
    columns = ["id", "speaker", "label", "start", "end", "done", "star", "tags", "note"]
    write_table(
        pd.DataFrame(rows, columns=columns), packing.place("tables/review_marks.csv"), keep_order=True
    )


def _results(packing: _Packing, results: Results, params: BundleParams) -> None:
    from w2vpraat.pipeline.results import write_run_report, write_tables, write_vector_files

    made = list(write_tables(results, packing.folder / "tables"))
    if params.vectors:
        vectors = tuple(
            replace(one, provenance={**one.provenance, "source": _bare(one.provenance.get("source", ""))})
            for one in results.spaces.vectors
        )
        here = replace(results, spaces=replace(results.spaces, vectors=vectors))
        made += write_vector_files(here, packing.folder / "vectors")
    if results.yardsticks is not None:
        settings = results.opened.settings
        settings = replace(settings, corpus=_title(settings.corpus), files=(), speakers="")
        here = replace(results, opened=replace(results.opened, settings=settings))
        made.append(write_run_report(here, packing.folder))
    root = results.opened.corpus.root
    folders = {f"{one}{os.sep}".encode() for one in (str(root), os.path.abspath(root))} - {b"./", b"//"}
    for file in made:
        packing.files[file.relative_to(packing.folder).as_posix()] = file
        if file.suffix in (".csv", ".html"):
            _forget(file, folders)


def _bare(source: object) -> str:
    """Name a model by its folder alone; the id of a hub stays."""
    return Path(str(source)).name if os.path.isabs(str(source)) else str(source)


def _forget(file: Path, folders: set[bytes]) -> None:
    """Tell paths relative to the corpus: nobody else has the folders of this computer."""
    raw = file.read_bytes()
    for folder in sorted(folders, key=len, reverse=True):
        raw = raw.replace(folder, b"")
    file.write_bytes(raw)


def _figures(
    packing: _Packing,
    pictures: Sequence[MapPicture],
    board: BoardParams | None,
    results: Results | None,
) -> None:
    from w2vpraat.export.board_figures import draw_board
    from w2vpraat.export.figures import save_figure
    from w2vpraat.pipeline.exporting import board_caption

    params = board or BoardParams()
    try:
        figure = draw_board(
            pictures, params, caption="" if results is None else board_caption(pictures, results)
        )
    except ExportError as error:
        packing.notes.append(f"no figure of the maps: {error}")
        return
    for name in FIGURES:
        save_figure(figure, packing.place(f"figures/{name}"), dpi=params.resolution)


def _provenance(packing: _Packing, results: Results, session: dict[str, Any]) -> None:
    """Write how the numbers were made, without folders of this computer."""
    made = [
        packing.files[name] for name in packing.files if name.startswith(("tables/", "vectors/", "figures/"))
    ]
    embeddings = dict(results.facts.get("embeddings") or {})
    if "source" in embeddings:
        embeddings["source"] = _bare(embeddings["source"])
    run = {"corpus": CORPUS, "speakers": session.get("speakers", "")}
    by_hand: dict[str, Any] = {name: session[name] for name in ("ceilings", "metadata") if name in session}
    record = build_provenance(
        settings={"run": run, **session["settings"], **by_hand},
        outputs=made,
        output_root=packing.folder,
        measurements=results.facts.get("measurements"),
        embeddings=embeddings,
        normalizations=results.spaces.records,
        notes=results.notes,
        skipped=[one.as_dict() for one in results.skipped],
        started=results.started,
        finished=results.started,
    ).as_dict()
    record["inputs"] = {
        "audio": [
            {"path": one["audio"], "sha256": one["sha256"], "size": one["size"]} for one in packing.recordings
        ]
    }
    write_whole(json_bytes(record), packing.place(FILE_NAME))


def _packed(
    packing: _Packing, session: Session, target: Path, params: BundleParams
) -> Generator[Progress, None, None]:
    title = _title(session.settings.corpus)
    n = len(packing.recordings)
    kinds = {name.split("/", 1)[0] for name in packing.files}
    text = README_TEXT.format(
        title=title,
        counts=f"{n} recording{'' if n == 1 else 's'}, made with w2vpraat {__version__}",
        audio=", and the sound files" if params.audio else "",
        parts="\n".join(line for part, line in PART_LINES.items() if part in kinds) + "\n",
        rule=RULE_INSIDE if params.audio else RULE,
    )
    if packing.notes:
        text += "\nTo know:\n" + "".join(f"- {note}\n" for note in packing.notes)
    write_whole(text.encode("utf-8"), packing.place(README))
    hashes = []
    for name in sorted(packing.files):
        (record,) = file_records([packing.files[name]])
        hashes.append({"path": name, "sha256": record.sha256, "size": record.size})
    manifest = {
        "w2vpraat_bundle": FORMAT,
        "tool": {"name": "w2vpraat", "version": __version__},
        "session": SESSION,
        "corpus": title,
        "recordings": packing.recordings,
        "files": hashes,
        "notes": packing.notes,
    }
    write_whole(json_bytes(manifest), packing.place(MANIFEST))
    for done, name in enumerate(pack(packing.files, target), start=1):
        yield Progress("pack", done, len(packing.files), name)


def _title(corpus: str) -> str:
    return Path(os.path.abspath(corpus)).name if corpus else "corpus"
