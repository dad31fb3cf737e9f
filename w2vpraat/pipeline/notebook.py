"""The steps as plain calls, for notebooks and scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeVar

from w2vpraat.events import Skipped
from w2vpraat.pipeline.embedding import Embeddings, embedding
from w2vpraat.pipeline.measuring import Measurements, measuring
from w2vpraat.pipeline.opening import Opened, opening
from w2vpraat.representation import Representation
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare import Scores

Result = TypeVar("Result")


def open_corpus(corpus: str | PathLike[str], speakers: str | PathLike[str] = "", **options: Any) -> Opened:
    """Find recordings and choose tokens.

    Parameters
    ----------
    corpus : path
        Folder with sound files and TextGrids.
    speakers : path
        Speaker metadata; empty if none.
    **options
        Options of `ReadParams` and `TokenParams`, such as ``tier="phones", label_class="vowel"``.

    Returns
    -------
    Opened
        ``.tokens.kept``, ``.tokens.rejected`` with reasons, ``.tokens.failures``.

    Raises
    ------
    W2VPraatError
        If nothing can be opened, or an option is wrong. A single bad file is in ``.tokens.failures``.
    """
    base = Settings(corpus=str(corpus), speakers=str(speakers))
    return _result(opening(_with_options(base, ("read", "tokens"), options)), Opened)


def measure(opened: Opened, **options: Any) -> pd.DataFrame:
    """Measure formants, f0 and intensity of every token.

    Parameters
    ----------
    opened : Opened
        From `open_corpus`.
    **options
        Options of `FormantParams`, such as ``ceiling_mode="speaker", points=(0.2, 0.5, 0.8)``.

    Returns
    -------
    pandas.DataFrame
        The long table: identity, times, F1 ..., B1 ..., f0, intensity, metadata. Seconds, Hz and dB.
    """
    settings = _with_options(opened.settings, ("formants",), options)
    return _result(measuring(replace(opened, settings=settings)), Measurements).table


def embed(opened: Opened, **options: Any) -> tuple[Representation, ...]:
    """Extract the embedding of every token, one Representation per layer.

    Parameters
    ----------
    opened : Opened
        From `open_corpus`.
    **options
        Options of `EmbedParams`, such as ``model="phone", layers=(3,), pooling="middle"``.
    """
    settings = _with_options(opened.settings, ("embed",), options)
    return _result(embedding(replace(opened, settings=settings)), Embeddings).representations


def _with_options(settings: Settings, sections: Sequence[str], options: dict[str, Any]) -> Settings:
    changes: dict[str, dict[str, Any]] = {section: {} for section in sections}
    # An unknown name goes to the last section, whose error names the options that there are.
    for name, value in options.items():
        home = next((s for s in sections if name in settings.group(s).as_dict()), sections[-1])
        changes[home][name] = value
    return settings.updated(changes)


def _result(events: Iterable[Any], kind: type[Result]) -> Result:
    import warnings

    found: Result | None = None
    for event in events:
        if isinstance(event, Skipped):
            warnings.warn(f"skipped: {event.error}", UserWarning, stacklevel=3)
        elif isinstance(event, kind):
            found = event
    if found is None:
        raise RuntimeError("the step ended without a result")
    return found


def normalize_formants(table: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Add normalized columns to a long table.

    Parameters
    ----------
    table : pandas.DataFrame
        From `measure`, or your own with the same column names.
    **options
        Options of `NormalizeParams`, such as ``methods=("lobanov", "nearey2")``.
    """
    from w2vpraat.normalize import normalize_table

    params = _with_options(Settings(), ("normalize",), options).normalize
    return normalize_table(table, params, f0="f0" if "f0" in table.columns else None).table


def compare_representations(
    representations: Sequence[Representation], table: pd.DataFrame, **options: Any
) -> Scores:
    """Compare representations on the same tokens, probes and folds.

    Parameters
    ----------
    representations : sequence of Representation
        Formants, normalized formants, embeddings.
    table : pandas.DataFrame
        The tokens: columns id, label, speaker, and sex and file_name if known.
    **options
        Options of `CompareParams`, such as ``folds=10``.

    Returns
    -------
    Scores
        ``.table``; read it aloud with `explain`.
    """
    from w2vpraat.compare import compare

    params = _with_options(Settings(), ("compare",), options).compare
    return compare(representations, table.drop_duplicates("id"), params)
