"""Which formant ceiling the voice of a tier has: set by hand, measured, by sex, or fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from w2vpraat.acoustics.ceilings import FEMALE, MALE
from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.speakers import infer_speaker_rule
from w2vpraat.errors import W2VPraatError
from w2vpraat.pipeline.opening import speaker_table
from w2vpraat.session.settings import Settings

from ..views.sound_settings import Ceiling, fixed_ceiling

if TYPE_CHECKING:
    import pandas


def ceiling_of(
    settings: Settings,
    corpus: Corpus | None,
    recording: Recording,
    tier: str,
    token: str,
    table: pandas.DataFrame | None = None,
) -> Ceiling:
    """Return the ceiling that measuring would use, and how it is chosen.

    Reads the speaker table: call it on another thread.

    Parameters
    ----------
    settings : Settings
        Mode, ceilings, speaker table.
    corpus : Corpus, optional
        The recordings, to know whose voice it is.
    recording : Recording
        The recording in the editor.
    tier : str
        Name of the selected tier.
    token : str
        Id of the selected token; empty if none.
    table : DataFrame, optional
        Of the last run: what was chosen per speaker or token.
    """
    by_hand = {one.who: one.ceiling for one in settings.ceilings}
    if token in by_hand:
        return Ceiling(by_hand[token], "hand, token")
    speaker, sex = voice_of(settings, corpus, recording, tier)
    if speaker in by_hand:
        return Ceiling(by_hand[speaker], "hand, speaker")
    params = settings.formants
    if params.ceiling_mode == "fixed":
        return fixed_ceiling(params)
    sexed = None
    if sex.lower() in FEMALE:
        sexed = params.ceiling_female
    elif sex.lower() in MALE:
        sexed = params.ceiling_male
    if params.ceiling_mode == "sex":
        return fixed_ceiling(params) if sexed is None else Ceiling(sexed, "sex")
    column = {"speaker": "speaker", "token": "id"}[params.ceiling_mode]
    wanted = speaker if column == "speaker" else token
    if table is not None and {"max_formant", column} <= set(table.columns):
        found = table.loc[table[column] == wanted, "max_formant"].dropna()
        if column == "speaker" and token:
            # A ceiling set by hand for another token of the speaker is not the speaker's.
            found = found[~table.loc[found.index, "id"].isin(by_hand)]
        if len(found):
            return Ceiling(float(found.iloc[0]), params.ceiling_mode)
    return Ceiling(params.ceiling if sexed is None else sexed, "not measured")


def voice_of(settings: Settings, corpus: Corpus | None, recording: Recording, tier: str) -> tuple[str, str]:
    """Return speaker and sex of a tier; empty where nobody knows. Reads the speaker table."""
    if corpus is None:
        return "", ""
    try:
        rule = infer_speaker_rule(corpus.recordings)
        speakers = speaker_table(settings, corpus)
        info = rule.lookup(recording, tier) if speakers is None else speakers.lookup(recording, tier, rule)
    except W2VPraatError:
        return "", ""  # the corpus panel says what is wrong with the table
    return info.speaker, info.sex
