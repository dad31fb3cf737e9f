"""wav2vec 2.0 embeddings beside normalized formants, per TextGrid interval.

The names of ``__all__`` are loaded when they are first used: ``import w2vpraat`` loads no heavy library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from w2vpraat.compare import explain
    from w2vpraat.compare.maps.projection import align, fit_map, project
    from w2vpraat.compare.ranking import rank
    from w2vpraat.corpus.textgrid import read_textgrid, write_textgrid
    from w2vpraat.errors import W2VPraatError
    from w2vpraat.export.charts.vowel_charts import vowel_chart
    from w2vpraat.export.figures import save_figure, side_by_side
    from w2vpraat.export.tables import write_table
    from w2vpraat.export.vectors import read_vectors, write_vectors
    from w2vpraat.models.catalogue import catalogue
    from w2vpraat.normalize import formant_representation
    from w2vpraat.normalize.embeddings import normalize_vectors
    from w2vpraat.pipeline.notebook import (
        compare_representations,
        embed,
        measure,
        normalize_formants,
        open_corpus,
    )
    from w2vpraat.representation import Representation
    from w2vpraat.resources import sample_corpus

# Names of sub-packages (compare, normalize) are not used for functions: importing one would hide the other.
_HOMES = {
    "Representation": "representation",
    "W2VPraatError": "errors",
    "align": "compare.maps.projection",
    "catalogue": "models.catalogue",
    "compare_representations": "pipeline.notebook",
    "embed": "pipeline.notebook",
    "explain": "compare",
    "fit_map": "compare.maps.projection",
    "formant_representation": "normalize",
    "measure": "pipeline.notebook",
    "normalize_formants": "pipeline.notebook",
    "normalize_vectors": "normalize.embeddings",
    "open_corpus": "pipeline.notebook",
    "project": "compare.maps.projection",
    "rank": "compare.ranking",
    "read_textgrid": "corpus.textgrid",
    "read_vectors": "export.vectors",
    "sample_corpus": "resources",
    "save_figure": "export.figures",
    "side_by_side": "export.figures",
    "vowel_chart": "export.charts.vowel_charts",
    "write_table": "export.tables",
    "write_textgrid": "corpus.textgrid",
    "write_vectors": "export.vectors",
}

__all__ = [
    "Representation",
    "W2VPraatError",
    "align",
    "catalogue",
    "compare_representations",
    "embed",
    "explain",
    "fit_map",
    "formant_representation",
    "measure",
    "normalize_formants",
    "normalize_vectors",
    "open_corpus",
    "project",
    "rank",
    "read_textgrid",
    "read_vectors",
    "sample_corpus",
    "save_figure",
    "side_by_side",
    "vowel_chart",
    "write_table",
    "write_textgrid",
    "write_vectors",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"w2vpraat.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
