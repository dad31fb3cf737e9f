"""The zero crossing nearest to a time in the sound of a document."""

from __future__ import annotations

from w2vpraat.acoustics.whole_sound import WholeSound
from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.zero_crossings import nearest_zero_crossing
from w2vpraat.errors import AudioError
from w2vpraat.session.session import Session

from ..document import Document

_FIRST, _LONGEST = 0.05, 10.0  # seconds at each side that are looked through


def zero_near(
    document: Document, time: float, session: Session | None = None, whole: WholeSound | None = None
) -> float:
    """Return the time of the nearest zero crossing, as Praat finds it.

    A key must work before the next one is pressed, so this reads a tenth of a second at once and more only
    if the sound does not cross zero there.

    Parameters
    ----------
    document : Document
        Whose sound it is.
    time : float
        In seconds.
    session : Session, optional
        Says which channel.
    whole : WholeSound, optional
        The sound, if it has been read already.

    Raises
    ------
    AudioError
        If the file can't be read, or does not cross zero within 10 s.
    """
    if whole is not None:
        found = nearest_zero_crossing(whole.samples, float(whole.rate), time, whole.start_time)
        if found is not None:
            return found
    channel = "mean" if session is None else session.settings.read.channel
    reach = _FIRST
    path, start_time = document.recording.audio_path, document.start_time
    end_time = start_time + document.info.n_samples / document.info.rate
    while reach <= _LONGEST:
        low, high = max(time - reach, start_time), min(time + reach, end_time)
        if low < high:
            part = read_audio(path, channel=channel, start=low, end=high, start_time=start_time)
            found = nearest_zero_crossing(part.samples, float(part.rate), time, part.start_time)
            if found is not None and (abs(found - time) < reach or reach * 8 > _LONGEST):
                return found
        reach *= 8
    raise AudioError(
        "the sound does not cross zero near here", "is the channel silent?", file=path, time=time
    )
