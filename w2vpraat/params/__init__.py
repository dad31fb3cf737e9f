"""Parameter groups: the only home of defaults, units, ranges and help texts.

The command line, the configuration file, the forms of the window and the docs are all made from these.
"""

from __future__ import annotations

from w2vpraat.params.base import (
    ParamGroup,
    param,
)
from w2vpraat.params.comparing import (
    ClaimsParams,
    CompareParams,
    LayersParams,
    NormalizeParams,
)
from w2vpraat.params.extracting import (
    EmbedParams,
    FormantParams,
    IntensityParams,
    PitchParams,
    ReadParams,
    TokenParams,
)
from w2vpraat.params.finetuning import (
    FinetuneParams,
)
from w2vpraat.params.mapping import (
    MapParams,
)
from w2vpraat.params.queueing import (
    QueueParams,
)
from w2vpraat.params.viewing import (
    EditorParams,
    FormantViewParams,
    IntensityViewParams,
    PitchViewParams,
    PlaybackParams,
    SpectrogramParams,
)
from w2vpraat.params.yardsticks import (
    ChartParams,
    PairsParams,
    ReviewParams,
    SensitivityParams,
)

__all__ = [
    "ChartParams",
    "ClaimsParams",
    "CompareParams",
    "EditorParams",
    "EmbedParams",
    "FinetuneParams",
    "FormantParams",
    "FormantViewParams",
    "IntensityParams",
    "IntensityViewParams",
    "LayersParams",
    "MapParams",
    "NormalizeParams",
    "PairsParams",
    "ParamGroup",
    "PitchParams",
    "PitchViewParams",
    "PlaybackParams",
    "QueueParams",
    "ReadParams",
    "ReviewParams",
    "SensitivityParams",
    "SpectrogramParams",
    "TokenParams",
    "param",
    "parameter_groups",
]


def parameter_groups() -> dict[str, type[ParamGroup]]:
    """Section name in ``w2vpraat.toml`` -> group."""
    return {
        "read": ReadParams,
        "tokens": TokenParams,
        "formants": FormantParams,
        "pitch": PitchParams,
        "intensity": IntensityParams,
        "embed": EmbedParams,
        "normalize": NormalizeParams,
        "compare": CompareParams,
        "pairs": PairsParams,
        "sensitivity": SensitivityParams,
        "review": ReviewParams,
        "queue": QueueParams,
        "chart": ChartParams,
        "finetune": FinetuneParams,
        "layers": LayersParams,
        "claims": ClaimsParams,
    }
