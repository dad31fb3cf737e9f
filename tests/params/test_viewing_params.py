"""Settings of the editor: Praat's defaults, described and checked like all others."""

from __future__ import annotations

import pytest

from w2vpraat.errors import InputError
from w2vpraat.params import (
    EditorParams,
    FormantViewParams,
    IntensityViewParams,
    ParamGroup,
    PitchViewParams,
    PlaybackParams,
    SpectrogramParams,
    parameter_groups,
)

GROUPS = (
    EditorParams,
    FormantViewParams,
    IntensityViewParams,
    PitchViewParams,
    PlaybackParams,
    SpectrogramParams,
)


@pytest.mark.parametrize("group", GROUPS)
def test_every_parameter_is_described_and_survives_plain_values(group: type[ParamGroup]) -> None:
    assert [name for name, *_ in group.describe()] == list(group().as_dict())
    for name, _, _, meta in group.describe():
        assert meta["help"].endswith("."), name
    assert group.from_dict(group().as_dict()) == group()


def test_the_editor_has_praats_defaults() -> None:
    """As in Praat's TimeSoundAnalysisEditor_prefs.h and SoundAnalysisArea_prefs.h, 6.1 to 6.4."""
    assert SpectrogramParams().as_dict() == {
        "view_from": 0.0,
        "view_to": 5000.0,
        "window": 0.005,
        "dynamic_range": 70.0,
        "method": "fourier",
        "window_shape": "gaussian",
        "time_steps": 1000,
        "frequency_steps": 250,
        "autoscaling": True,
        "maximum": 100.0,
        "preemphasis": 6.0,
        "dynamic_compression": 0.0,
    }
    assert IntensityViewParams() == IntensityViewParams(50.0, 100.0, "energy")
    assert FormantViewParams() == FormantViewParams(30.0, 1.0)
    editor = EditorParams()
    assert (editor.longest_analysis, editor.drag_start, editor.snap_distance) == (10.0, 1.2, 1.5)
    assert (editor.show_spectrogram, editor.show_pitch) == (True, True)
    assert (editor.show_formants, editor.show_intensity) == (False, False)
    assert editor.hit_zone > 1.5


def test_a_run_does_not_depend_on_them() -> None:
    assert not set(parameter_groups().values()) & set(GROUPS)


def test_ranges_are_checked() -> None:
    with pytest.raises(InputError, match=r"dynamic_compression = 1\.5 is out of range"):
        SpectrogramParams(dynamic_compression=1.5)
    with pytest.raises(InputError, match="one of square, hamming"):
        SpectrogramParams(window_shape="kaiser")
    with pytest.raises(InputError, match="slow_factor"):
        PlaybackParams(slow_factor=4.0)
