"""What was found about tokens, as further tiers of their TextGrids."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.textgrid import TextGrid, write_textgrid
from w2vpraat.corpus.textgrid.source import codec_name
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import ComparisonError, ExportError, W2VPraatError
from w2vpraat.events import Progress, Skipped, relayed
from w2vpraat.export.added_tiers import TokenTier, add_score_tiers, tokens_there
from w2vpraat.params.exporting import AddedTierParams
from w2vpraat.pipeline.reviewing import choose_two
from w2vpraat.pipeline.running import Results
from w2vpraat.pipeline.written import Written
from w2vpraat.writing import json_bytes, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.representation import Representation

STEP = "export"
SENSITIVITY = {"sens_f1": "F1 (Hz)", "sens_f2": "F2 (Hz)", "sens_vec": "vectors (cosine distance)"}
FLIPS = {"sens_moved_formants": "formants", "sens_moved_vec": "vectors"}
RECORD = "tiers.provenance.json"


@dataclass(frozen=True)
class FoundTiers:
    """What further tiers say.

    Attributes
    ----------
    tiers : tuple of TokenTier
        Of all recordings.
    notes : tuple of str
        What was asked for and is not there, and why.
    """

    tiers: tuple[TokenTier, ...]
    notes: tuple[str, ...]


def finding_tiers(
    results: Results,
    params: AddedTierParams | None = None,
    *,
    chosen: Sequence[Representation] | None = None,
    sensitivity: Sensitivity | None = None,
) -> Iterator[Progress | FoundTiers]:
    """Ask what can be said of each token.

    Parameters
    ----------
    results : Results
        From `running`.
    params : AddedTierParams, optional
    chosen : sequence of Representation, optional
        What labels and scores come from; default: the two of the review, which the settings name, or the
        first normalized formants and the first vectors.
    sensitivity : Sensitivity, optional
        Default: that of the results. Without any, its tiers are left out.

    Yields
    ------
    Progress, then FoundTiers

    Raises
    ------
    ExportError
        If nothing of what was asked for can be said.

    Notes
    -----
    ``nearest`` and ``posterior`` are those of `w2vpraat.compare.tokens.answers`: a shrinkage discriminant
    that was not trained on the token's speaker. With one speaker it was not trained on the token, nor, where
    the speaker has several recordings, on the token's recording; a token whose label occurs nowhere else is
    then left empty. ``outlier`` is the upper tail of `w2vpraat.compare.tokens.outliers`.
    """
    params = params or AddedTierParams()
    tiers: list[TokenTier] = []
    notes: list[str] = []
    table = results.table.drop_duplicates("id")
    judged = [kind for kind in ("nearest", "posterior", "outlier") if kind in params.tiers]
    asked: list[Representation] = list(chosen or ()) if judged else []
    if judged and chosen is None:
        try:
            asked, told = choose_two(results.spaces.representations, results.opened.settings.review)
            notes += told
        except ComparisonError as error:
            notes.append(f"no nearest labels and no scores: {error}")
    for done, representation in enumerate(asked):
        yield Progress(STEP, done, len(asked), representation.name)
        try:
            tiers += _judged(representation, table, results, judged, params, notes)
        except ComparisonError as error:
            notes.append(f"nothing by {representation.name}: {error}")
    if "sensitivity" in params.tiers:
        moved = results.sensitivity if sensitivity is None else sensitivity
        tiers += _sensitivity(results, moved, params, notes)
    if "frames" in params.tiers:
        if "n_frames" in table.columns:
            tiers.append(TokenTier("frames", _values(table, "n_frames")))
        else:
            notes.append("no numbers of frames: the tokens were not embedded")
    if not tiers:
        raise ExportError("there is nothing to write into further tiers", "; ".join(notes) or "choose some")
    yield Progress(STEP, max(len(asked), 1), max(len(asked), 1))
    yield FoundTiers(tuple(tiers), tuple(dict.fromkeys(notes)))


def _judged(
    representation: Representation,
    table: pd.DataFrame,
    results: Results,
    kinds: Sequence[str],
    params: AddedTierParams,
    notes: list[str],
) -> list[TokenTier]:
    from w2vpraat.compare.tokens.answers import label_answers
    from w2vpraat.compare.tokens.outliers import label_outliers

    compare = results.opened.settings.compare
    name, made = representation.name, []
    if "nearest" in kinds or "posterior" in kinds:
        answers = label_answers(representation, table, compare)
        ids = [token for token, heard in zip(answers.ids, answers.heard, strict=True) if heard]
        if not answers.heard.all():
            notes.append(
                f"{name}: {len(answers.ids) - len(ids)} tokens stay empty, since their label is only in the"
                " recording that was held out"
            )
        if table["speaker"].nunique() < 2:
            notes.append(f"one speaker, so labels were learnt from the same voice: {answers.description}")
        if "nearest" in kinds:
            texts = np.asarray(answers.label_names, dtype=object)[answers.best].tolist()
            nearest = dict(zip(answers.ids, texts, strict=True))
            spelling = _Spelling(results.opened.tokens.kept, params)
            made.append(
                TokenTier(f"nearest ({name})", {token: spelling.of(token, nearest[token]) for token in ids})
            )
        if "posterior" in kinds:
            given = dict(zip(answers.ids, answers.given.tolist(), strict=True))
            posteriors = {token: given[token] for token in ids}
            made.append(TokenTier(f"posterior ({name})", posteriors, params.decimals))
    if "outlier" in kinds:
        outliers = label_outliers(representation, table, compare)
        tails = dict(zip(outliers.ids, outliers.tails.tolist(), strict=True))
        made.append(TokenTier(f"outlier ({name})", tails, params.decimals))
    return made


class _Spelling:
    """How labels are written: in TextGrids several forms may mean the same (AA1 and AA0: ɑ)."""

    def __init__(self, tokens: Sequence[Token], params: AddedTierParams) -> None:
        self._as_it_is = params.notation == "label"
        self._tokens = {token.id: token for token in tokens}
        self._forms: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for token in tokens:
            for place in (("", "", token.label), (token.recording, token.tier, token.label)):
                self._forms[place][token.raw_label] += 1

    def of(self, token: str, label: str) -> str:
        """Write a label beside a token: in its own form, else the most frequent of its tier, else of all."""
        if self._as_it_is:
            return label
        own = self._tokens[token]
        if own.label == label:
            return own.raw_label
        forms = self._forms.get((own.recording, own.tier, label)) or self._forms.get(("", "", label))
        return forms.most_common(1)[0][0] if forms else label


def _sensitivity(
    results: Results, sensitivity: Sensitivity | None, params: AddedTierParams, notes: list[str]
) -> list[TokenTier]:
    if sensitivity is None:
        notes.append("no sensitivity: the boundaries were not moved (Compare > Sensitivity to boundaries)")
        return []
    table = sensitivity.tokens
    made = [
        TokenTier(
            f"sensitivity {title}",
            _values(table, column),
            # A thousandth of a Hz is noise.
            max(params.decimals - 2, 0) if "Hz" in title else params.decimals,
        )
        for column, title in SENSITIVITY.items()
        if column in table.columns
    ]
    worlds = {column: world for column, world in FLIPS.items() if column in table.columns}
    if worlds:
        made.append(
            TokenTier(
                "sensitivity flip", _flips(table, worlds, _Spelling(results.opened.tokens.kept, params))
            )
        )
    return made


def _flips(table: pd.DataFrame, worlds: Mapping[str, str], spelling: _Spelling) -> dict[str, str]:
    """Say which other labels become nearest: ``formants: ɛ; vectors: ɪ ɛ``; empty where none does."""
    told: dict[str, list[str]] = defaultdict(list)
    for column, world in worlds.items():
        for token, labels in zip(table["id"], table[column], strict=True):
            if labels:
                written = (spelling.of(token, label) for label in labels.split(" "))
                told[token].append(f"{world}: {' '.join(dict.fromkeys(written))}")
    return {token: "; ".join(parts) for token, parts in told.items()}


def _values(table: pd.DataFrame, column: str) -> dict[str, Any]:
    known = table[table[column].notna()]
    return dict(zip(known["id"], known[column].tolist(), strict=True))


def writing_tiers(
    results: Results,
    folder: str | os.PathLike[str],
    params: AddedTierParams | None = None,
    *,
    corpus: Corpus | None = None,
) -> Iterator[Progress | Skipped | Written]:
    """Write copies of the TextGrids with further tiers into a folder.

    Parameters
    ----------
    results : Results
    folder : path
        Made if need be. Each copy lies there under the name of its recording; copies of an earlier call are
        replaced.
    params : AddedTierParams, optional
    corpus : Corpus, optional
        The annotations as they are on the screen; default: as they were measured.

    Yields
    ------
    Progress, Skipped, then Written
        The bytes of the other tiers are those of the files. Tokens that were edited since they were measured
        stay empty.

    Raises
    ------
    ExportError
        If the folder is one of the corpus, so that a copy would replace the user's own file; if nothing can
        be written.
    """
    params = params or AddedTierParams()
    target = Path(folder)
    corpus = corpus or results.opened.corpus
    by_name = results.opened.tokens.by_recording()
    recordings = [one for one in corpus.recordings if one.name in by_name]
    refuse_originals(corpus, target)
    found: FoundTiers = yield from relayed(finding_tiers(results, params), FoundTiers)
    written: list[Path] = []
    notes = list(found.notes)
    skipped: list[Skipped] = []
    lost = 0
    for done, recording in enumerate(recordings, start=1):
        try:
            grid = corpus.grid(recording, fallback_encoding=results.opened.settings.read.fallback_encoding)
            lost += len(tokens_there(grid, by_name[recording.name])[1])
            path, note = _write(recording, grid, by_name[recording.name], found, _place(recording, target))
            written.append(path)
            notes += [note] if note else []
        except W2VPraatError as error:
            skipped.append(Skipped(STEP, recording.name, error))
            yield skipped[-1]
        yield Progress(STEP, done, len(recordings), recording.name)
    if not written:
        raise ExportError("no TextGrid was written", str(skipped[0].error) if skipped else "measure first")
    if lost:
        notes.append(f"{lost} tokens were edited since they were measured; their intervals are empty")
    written.append(_record(results, written, target, params, notes))
    yield Written(tuple(written), tuple(notes), tuple(skipped))


def _place(recording: Recording, folder: Path) -> Path:
    return folder / f"{recording.name}.TextGrid"


def refuse_originals(corpus: Corpus, folder: str | os.PathLike[str]) -> None:
    """Make sure that no copy in this folder would replace a TextGrid of the corpus.

    Raises
    ------
    ExportError
        If one would.
    """
    own = {os.path.realpath(one.grid_path) for one in corpus.recordings}
    for recording in corpus.recordings:
        path = _place(recording, Path(folder))
        if os.path.realpath(path) in own:
            raise ExportError("this is one of your own TextGrids", "choose another folder", file=path)


def _write(
    recording: Recording, grid: TextGrid, tokens: tuple[Token, ...], found: FoundTiers, path: Path
) -> tuple[Path, str]:
    made = add_score_tiers(grid, tokens, found.tiers)
    new = made.tiers[len(grid) :] + tuple(
        tier for tier, old in zip(made.tiers, grid.tiers, strict=False) if tier is not old
    )
    texts = "".join(item.label for tier in new for item in tier.items) + "".join(tier.name for tier in new)
    encoding, note = None, ""
    if grid.source is not None and grid.form != "binary" and not _fits(texts, grid.encoding or "utf-8"):
        encoding = "utf-8"
        note = f"{recording.name} was written in UTF-8: {grid.encoding} lacks signs of the new labels"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_textgrid(made, path, encoding=encoding)
    return path, note


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(codec_name(encoding))
    except UnicodeEncodeError:
        return False
    return True


def _record(
    results: Results, written: list[Path], folder: Path, params: AddedTierParams, notes: list[str]
) -> Path:
    from w2vpraat.pipeline.results import run_provenance

    record = run_provenance(results, written, folder).as_dict()
    record["notes"] = [*record["notes"], *notes]
    record["added_tiers"] = params.as_dict()
    return write_whole(json_bytes(record), folder / RECORD)
