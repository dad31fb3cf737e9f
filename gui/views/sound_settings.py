"""What the panes of sound obey: a session's analyses and the view settings that the window keeps in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from w2vpraat.params import (
    EditorParams,
    EmbedParams,
    FormantParams,
    FormantViewParams,
    IntensityParams,
    IntensityViewParams,
    PitchParams,
    PitchViewParams,
    SpectrogramParams,
    TokenParams,
)
from w2vpraat.session.session import Session
from w2vpraat.session.settings import Settings

from ..view_settings import setting


@dataclass(frozen=True)
class Ceiling:
    """A formant ceiling and how it was chosen.

    Parameters
    ----------
    hertz : float
        Hz.
    how : {"fixed", "sex", "no sex", "speaker", "token", "hand, token", "hand, speaker", "not measured"}
        ``no sex``: fixed, since nobody knows the sex. ``not measured``: by sex or fixed, until the choice
        among candidates has been made.
    """

    hertz: float
    how: str = "fixed"


@dataclass(frozen=True)
class SoundSettings:
    """Everything that decides what the panes of sound show.

    Parameters
    ----------
    channel : str
        Channel that is analysed, as in `ReadParams`.
    spectrogram, formants, pitch, ...
        Parameter groups.
    """

    channel: str = "mean"
    formants: FormantParams = field(default_factory=FormantParams)
    pitch: PitchParams = field(default_factory=PitchParams)
    intensity: IntensityParams = field(default_factory=IntensityParams)
    embed: EmbedParams = field(default_factory=EmbedParams)
    tokens: TokenParams = field(default_factory=TokenParams)
    editor: EditorParams = field(default_factory=EditorParams)
    spectrogram: SpectrogramParams = field(default_factory=SpectrogramParams)
    formant_view: FormantViewParams = field(default_factory=FormantViewParams)
    pitch_view: PitchViewParams = field(default_factory=PitchViewParams)
    intensity_view: IntensityViewParams = field(default_factory=IntensityViewParams)


def sound_settings(session: Session | None) -> SoundSettings:
    """Return the settings of a session; without one, the defaults."""
    run = Settings() if session is None else session.settings
    return SoundSettings(
        run.read.channel,
        run.formants,
        run.pitch,
        run.intensity,
        run.embed,
        run.tokens,
        setting(session, EditorParams),
        setting(session, SpectrogramParams),
        setting(session, FormantViewParams),
        setting(session, PitchViewParams),
        setting(session, IntensityViewParams),
    )


def fixed_ceiling(params: FormantParams) -> Ceiling:
    """Return the ceiling for as long as nobody knows whose voice it is."""
    return Ceiling(params.ceiling, "fixed" if params.ceiling_mode == "fixed" else "no sex")


def computed_part(params: SpectrogramParams) -> SpectrogramParams:
    """Return the settings without those that only decide on grey levels: what tiles depend on."""
    plain = SpectrogramParams()
    return replace(
        params,
        dynamic_range=plain.dynamic_range,
        autoscaling=plain.autoscaling,
        maximum=plain.maximum,
        preemphasis=plain.preemphasis,
        dynamic_compression=plain.dynamic_compression,
    )
