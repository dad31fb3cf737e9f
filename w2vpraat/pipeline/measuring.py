"""Second step: formants, f0 and intensity of every token, recording by recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from w2vpraat.events import Progress, Skipped
from w2vpraat.pipeline.opening import Opened

if TYPE_CHECKING:
    import pandas as pd
