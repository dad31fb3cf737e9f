"""How sound is drawn, read out and played in the annotation editor, with Praat's own editor defaults.

Names, meanings and defaults are those of Praat's sound editors; they did not change from Praat 6.1 to 6.4
except where a help text says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param


@dataclass(frozen=True)
class SpectrogramParams(ParamGroup):
    """The spectrogram of the editor, with the meanings of Praat's spectrogram settings."""

    view_from: float = param(0.0, "Lowest frequency shown.", unit="Hz", minimum=0.0)
    view_to: float = param(5000.0, "Highest frequency shown.", unit="Hz", minimum=1.0)
    window: float = param(
        0.005,
        "Window length (for Gaussian half the true window, as in Praat).",
        unit="s",
        minimum=0.0005,
        maximum=1.0,
    )
    dynamic_range: float = param(
        70.0, "Everything this far below the maximum is white.", unit="dB", minimum=1.0, maximum=200.0
    )
    method: str = param("fourier", "Method; Praat knows no other.", choices=("fourier",))
    window_shape: str = param(
        "gaussian",
        "Shape of the window; all but Gaussian have side lobes that show as bands.",
        choices=("square", "hamming", "bartlett", "welch", "hanning", "gaussian"),
    )
    time_steps: int = param(
        1000, "Most time steps in the visible part; fewer where steps would be needlessly short.", minimum=10
    )
    frequency_steps: int = param(
        250,
        "Most frequency steps up to the highest; fewer where bands would be needlessly narrow.",
        minimum=10,
    )
    autoscaling: bool = param(True, "Black is the maximum of the visible part; else it is the set maximum.")
    maximum: float = param(100.0, "What is black without autoscaling.", unit="dB/Hz")
    preemphasis: float = param(
        6.0, "Rise of the picture, zero at about 1000 Hz; readings are without it.", unit="dB/octave"
    )
    dynamic_compression: float = param(
        0.0,
        "How much weak frames are drawn darker: 0 not at all, 1 as dark as the strongest.",
        minimum=0.0,
        maximum=1.0,
    )


@dataclass(frozen=True)
class PitchViewParams(ParamGroup):
    """How the f0 curve is drawn; what is analysed stands in the pitch settings."""

    view_from: float = param(
        0.0, "Lowest f0 shown; 0 with a highest of 0: the pitch floor.", unit="Hz", minimum=0.0
    )
    view_to: float = param(0.0, "Highest f0 shown; 0: the pitch ceiling.", unit="Hz", minimum=0.0)
    drawing: str = param("curve", "Curve, or one dot per frame.", choices=("curve", "speckles"))


@dataclass(frozen=True)
class IntensityViewParams(ParamGroup):
    """How intensity is drawn and averaged; what is analysed stands in the intensity settings."""

    view_from: float = param(50.0, "Lowest intensity shown.", unit="dB")
    view_to: float = param(100.0, "Highest intensity shown.", unit="dB")
    averaging: str = param(
        "energy",
        "How a selection is averaged: median, mean energy, mean sones, or mean dB.",
        choices=("median", "energy", "sones", "dB"),
    )


@dataclass(frozen=True)
class FormantViewParams(ParamGroup):
    """How formants are drawn; what is analysed stands in the formant settings."""

    dynamic_range: float = param(
        30.0,
        "Dots of frames this far below the loudest visible frame are left out; 0: all are drawn.",
        unit="dB",
        minimum=0.0,
    )
    dot_size: float = param(1.0, "Diameter of the dots.", unit="mm", minimum=0.1, maximum=10.0)


@dataclass(frozen=True)
class PlaybackParams(ParamGroup):
    """Slow playback without a change of pitch, by Praat's overlap-add."""

    slow_factor: float = param(2.0, "How much longer slow playback lasts.", minimum=1.0, maximum=3.0)
    floor: float = param(75.0, "Pitch floor of the overlap-add.", unit="Hz", minimum=40.0, maximum=300.0)
    ceiling: float = param(600.0, "Pitch ceiling of the overlap-add.", unit="Hz", minimum=100.0)


@dataclass(frozen=True)
class EditorParams(ParamGroup):
    """What the editor shows, and how mouse and keys move boundaries."""

    longest_analysis: float = param(
        10.0, "No analysis is shown while more than this is visible.", unit="s", minimum=0.1
    )
    show_spectrogram: bool = param(True, "Show the spectrogram.")
    show_formants: bool = param(False, "Show formants.")
    show_pitch: bool = param(True, "Show f0.")
    show_intensity: bool = param(False, "Show intensity.")
    show_frames: bool = param(True, "Show the ruler of the model's frames.")
    hit_zone: float = param(
        2.5,
        "A click this near to a boundary or point takes it (Praat: 1.5).",
        unit="mm",
        minimum=0.5,
        maximum=10.0,
    )
    snap_distance: float = param(
        1.5,
        "Dropped this near to a boundary or point of another tier, or to the cursor, it snaps to that.",
        unit="mm",
        minimum=0.0,
        maximum=10.0,
    )
    drag_start: float = param(
        1.2, "The mouse must move this far before a drag begins.", unit="mm", minimum=0.0, maximum=10.0
    )
    nudge_steps: tuple[float, ...] = param(
        (0.001, 0.005, 0.010),
        "Steps by which keys move a boundary or an edge of the selection, beside one sample.",
        unit="s",
        minimum=0.0,
    )
    keep_equal_once: bool = param(
        False, "Removing a boundary between equal labels keeps the label once (Praat writes it twice)."
    )
    label_size: float = param(12.0, "Size of labels.", unit="pt", minimum=6.0, maximum=72.0)
