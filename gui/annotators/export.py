"""Tables and methods paragraph on two annotators, of one recording or all that have a second TextGrid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from w2vpraat.compare.agreement.agreement import agreement
from w2vpraat.compare.agreement.disagreements import disagreement_table, disagreements
from w2vpraat.compare.agreement.values import AnnotationPair
from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import TextGrid, read_textgrid
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.events import Progress, Skipped
from w2vpraat.params.agreeing import AgreementParams

from ..tier_pairs import namesakes
from ..work.comparing import check_second, sample_numbers
from ..work.second_notes import Mark, Sample, mark_of

STEP = "agree"
FOLDER = "agreement"


@dataclass(frozen=True)
class Source:
    """A recording that two have annotated.

    Parameters
    ----------
    recording : Recording
        With the first's file.
    second_path : Path
        The second's file.
    first, second : TextGrid, optional
        Those that are open: what is on the screen is compared.
    partners : mapping
        Tiers that belong together though their names differ.
    sample : Sample, optional
        Of a blind copy, if only that is compared.
    kept : frozenset of Mark
        Disagreements that were decided for the first.
    """

    recording: Recording
    second_path: Path
    first: TextGrid | None = field(default=None, repr=False)
    second: TextGrid | None = field(default=None, repr=False)
    partners: Mapping[str, str] = field(default_factory=dict)
    sample: Sample | None = None
    kept: frozenset[Mark] = frozenset()

    def pair(self, tier: str, encoding: str) -> AnnotationPair:
        """Read what is not open and find the tiers.

        Raises
        ------
        W2VPraatError
            If a file or the tier is missing.
        """
        own = self.recording.grid_path
        first = self.first or read_textgrid(own, fallback_encoding=encoding)
        second = self.second or read_textgrid(self.second_path, fallback_encoding=encoding)
        check_second(first, second, self.second_path, own)
        pairs = namesakes(first, second, self.partners)
        number = next((one for one in pairs if first.tiers[one - 1].name == tier), 0)
        if not number:
            raise InputError(
                f'no tier "{tier}" that both have',
                "choose which tiers belong together",
                file=self.second_path,
            )
        only = None
        if self.sample is not None and self.sample.tier == tier:
            only = sample_numbers(first.tiers[number - 1], self.sample.times)
        return AnnotationPair(self.recording.name, first, second, number, pairs[number], only or None)


@dataclass(frozen=True)
class Exported:
    """What was made.

    Parameters
    ----------
    text : str
        The methods paragraph with its references.
    n_recordings : int
        Compared.
    folder : Path or None
        Where the tables are.
    skipped : tuple of Skipped
        Recordings that could not be compared.
    """

    text: str
    n_recordings: int
    folder: Path | None
    skipped: tuple[Skipped, ...]


def exporting(
    sources: Sequence[Source], tier: str, *, smallest: float, encoding: str, folder: Path | None
) -> Iterator[Progress | Skipped | Exported]:
    """Compare recordings, and write the tables if a folder is given.

    Parameters
    ----------
    sources : sequence of Source
        One at least.
    tier : str
        Name of the tier.
    smallest : float
        Boundaries that differ by less are not in the table of disagreements; in milliseconds.
    encoding : str
        Fallback encoding.
    folder : Path or None
        A folder "agreement" is made in it; one that is there is not touched.

    Yields
    ------
    Progress, Skipped
        Per recording.
    Exported
        At the end.

    Raises
    ------
    W2VPraatError
        If no recording can be compared, or the tables can't be written.
    """
    from w2vpraat.export.agreement_folder import write_agreement
    from w2vpraat.export.methods.agreement_text import agreement_text

    pairs, skipped = [], []
    for done, source in enumerate(sources, 1):
        try:
            pairs.append(source.pair(tier, encoding))
        except W2VPraatError as error:
            event = Skipped(STEP, source.recording.name, error)
            skipped.append(event)
            yield event
        yield Progress(STEP, done, len(sources), source.recording.name)
    if not pairs:
        raise skipped[0].error
    compared = agreement(pairs, AgreementParams(listed_from=smallest / 1000.0))
    text = agreement_text(compared)
    told = f"{text.text}\n\n{text.reference_list}\n"
    made = None
    if folder is not None:
        kept = {source.recording.name: source.kept for source in sources}
        differing = disagreements(compared)
        table = disagreement_table(differing)
        table["kept"] = [mark_of(one, tier) in kept[one.recording] for one in differing]
        made = _free(folder)
        write_agreement(compared, table, told, made)
    yield Exported(told, len(pairs), made, tuple(skipped))


def _free(folder: Path) -> Path:
    made, number = folder / FOLDER, 1
    while made.exists():
        number += 1
        made = folder / f"{FOLDER}{number}"
    return made
