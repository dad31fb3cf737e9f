"""Everything that decides a run, as one frozen value, and its file ``w2vpraat.toml``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from w2vpraat.corpus.speaker_edits import MetadataEdit
from w2vpraat.errors import InputError
from w2vpraat.params import (
    ChartParams,
    ClaimsParams,
    CompareParams,
    EmbedParams,
    FinetuneParams,
    FormantParams,
    IntensityParams,
    LayersParams,
    NormalizeParams,
    PairsParams,
    ParamGroup,
    PitchParams,
    QueueParams,
    ReadParams,
    ReviewParams,
    SensitivityParams,
    TokenParams,
    parameter_groups,
)
from w2vpraat.session.choice_values import (
    plain_ceilings,
    plain_metadata,
    read_ceilings,
    read_metadata,
)
from w2vpraat.session.choices import CeilingChoice, sorted_ceilings

RUN_PATHS = ("corpus", "speakers")
CHOICES = ("ceilings", "metadata")
"""Sections whose keys are tokens and speakers, not options."""


@dataclass(frozen=True)
class Settings:
    """All options of a run.

    Parameters
    ----------
    corpus : str
        Folder (or file) with audio and TextGrids.
    speakers : str
        Speaker metadata file; empty if none.
    read, tokens, formants, pitch, ...
        One parameter group per section of ``w2vpraat.toml``.
    files : tuple of str
        Further folders or files of the corpus; names of recordings go by `corpus`.
    ceilings : tuple of CeilingChoice
        Formant ceilings set by hand, whatever the mode: one for each token or speaker, sorted.
    metadata : tuple of MetadataEdit
        Changes of the speaker table that are not in its file.
    """

    corpus: str = ""
    speakers: str = ""
    read: ReadParams = field(default_factory=ReadParams)
    tokens: TokenParams = field(default_factory=TokenParams)
    formants: FormantParams = field(default_factory=FormantParams)
    pitch: PitchParams = field(default_factory=PitchParams)
    intensity: IntensityParams = field(default_factory=IntensityParams)
    embed: EmbedParams = field(default_factory=EmbedParams)
    normalize: NormalizeParams = field(default_factory=NormalizeParams)
    compare: CompareParams = field(default_factory=CompareParams)
    pairs: PairsParams = field(default_factory=PairsParams)
    sensitivity: SensitivityParams = field(default_factory=SensitivityParams)
    review: ReviewParams = field(default_factory=ReviewParams)
    queue: QueueParams = field(default_factory=QueueParams)
    chart: ChartParams = field(default_factory=ChartParams)
    finetune: FinetuneParams = field(default_factory=FinetuneParams)
    layers: LayersParams = field(default_factory=LayersParams)
    claims: ClaimsParams = field(default_factory=ClaimsParams)
    files: tuple[str, ...] = ()
    ceilings: tuple[CeilingChoice, ...] = ()
    metadata: tuple[MetadataEdit, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", tuple(map(str, self.files)))
        object.__setattr__(self, "ceilings", sorted_ceilings(self.ceilings))
        # Of two changes of one cell the later counts.
        last = {(edit.who, edit.column): edit for edit in self.metadata}
        object.__setattr__(self, "metadata", tuple(last[cell] for cell in sorted(last)))

    @property
    def sources(self) -> tuple[str, ...]:
        """All folders and files of the corpus, the one that names recordings first."""
        return (*((self.corpus,) if self.corpus else ()), *self.files)

    def group(self, section: str) -> ParamGroup:
        """Return the parameter group of a section."""
        group = getattr(self, section)
        assert isinstance(group, ParamGroup)
        return group

    def as_dict(self) -> dict[str, Any]:
        """Return plain values by section."""
        sections: dict[str, Any] = {"run": {name: getattr(self, name) for name in RUN_PATHS}}
        if self.files:
            sections["run"]["files"] = list(self.files)
        sections.update({name: self.group(name).as_dict() for name in parameter_groups()})
        return {**sections, **self.choices_as_dict()}

    def choices_as_dict(self) -> dict[str, Any]:
        """Return what was set by hand as plain values by section; a section without any is left out."""
        made = {"ceilings": plain_ceilings(self.ceilings), "metadata": plain_metadata(self.metadata)}
        return {name: values for name, values in made.items() if values}

    def updated(self, changes: Mapping[str, Mapping[str, Any]], *, source: str = "") -> Settings:
        """Return these settings with some values replaced.

        Parameters
        ----------
        changes : mapping
            Section -> option -> value; sections as in ``w2vpraat.toml``. Ceilings and metadata are added to
            those that there are.
        source : str
            The file the values come from, for error messages.

        Raises
        ------
        InputError
            For an unknown section or option, or a value of the wrong type or range.
        """
        groups = parameter_groups()
        unknown = set(changes) - set(groups) - {"run", *CHOICES}
        if unknown:
            raise InputError(
                f"unknown section [{sorted(unknown)[0]}]",
                f"sections: run, {', '.join([*groups, *CHOICES])}",
                file=source or None,
            )
        run = dict(changes.get("run", {}))
        made: dict[str, Any] = {}
        for name in RUN_PATHS:
            if name in run:
                made[name] = str(run.pop(name))
        if "files" in run:
            made["files"] = tuple(map(str, run.pop("files")))
        if run:
            raise InputError(
                f'unknown setting "{sorted(run)[0]}" in [run]',
                "known: corpus, files, speakers",
                file=source or None,
            )
        if changes.get("ceilings"):
            made["ceilings"] = (*self.ceilings, *read_ceilings(changes["ceilings"], source=source))
        if changes.get("metadata"):
            made["metadata"] = (*self.metadata, *read_metadata(changes["metadata"], source=source))
        for section, kind in groups.items():
            if changes.get(section):
                merged = {**self.group(section).as_dict(), **changes[section]}
                made[section] = kind.from_dict(merged, source=source)
        return replace(self, **made)


def read_settings(path: str | Path, base: Settings | None = None) -> Settings:
    """Read ``w2vpraat.toml``; what it leaves out keeps the value of `base` or the default.

    Relative paths in ``[run]`` are meant from the folder of the file.

    Raises
    ------
    InputError
        If the file is missing, is not TOML, or holds an unknown option.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    path = Path(path)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("there is no such settings file", "check the path", file=path) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"can't read the settings: {error}", "see docs/settings.md", file=path) from error
    run = values.get("run")
    if isinstance(run, dict):
        for name in RUN_PATHS:
            if run.get(name):
                run[name] = str(path.parent / run[name])
        run.update({"files": [str(path.parent / one) for one in run["files"]]} if run.get("files") else {})
    return (base or Settings()).updated(values, source=str(path))


def settings_text(settings: Settings, *, absolute: bool = True) -> str:
    """Write the settings as TOML, each option under its help text.

    Parameters
    ----------
    settings : Settings
    absolute : bool
        Write the paths of corpus and speakers in full, so that the file works from any folder; else as they
        were given, for readers elsewhere.

    Returns
    -------
    str
        The text of a ``w2vpraat.toml`` that repeats the run.
    """
    import tomli_w

    lines = [
        "# Settings of w2vpraat. The same run again: w2vpraat run --config w2vpraat.toml -o DIR",
        "",
        "[run]",
    ]

    def told(path: str) -> str:
        return str(Path(path).resolve()) if path and absolute else path

    for name in RUN_PATHS:
        lines.append(tomli_w.dumps({name: told(getattr(settings, name))}).rstrip("\n"))
    if settings.files:
        lines.append(tomli_w.dumps({"files": [told(one) for one in settings.files]}).rstrip("\n"))
    for section, kind in parameter_groups().items():
        lines += ["", f"# {(kind.__doc__ or '').splitlines()[0]}", f"[{section}]"]
        values = settings.group(section).as_dict()
        for name, _, _, meta in kind.describe():
            unit = f" [{meta['unit']}]" if meta["unit"] else ""
            choices = f" ({', '.join(repr(one) for one in meta['choices'])})" if meta["choices"] else ""
            lines.append(f"# {meta['help']}{unit}{choices}")
            lines.append(tomli_w.dumps({name: values[name]}).rstrip("\n"))
    if by_hand := settings.choices_as_dict():
        lines += ["", "# Set by hand: formant ceilings, metadata.", tomli_w.dumps(by_hand).rstrip("\n")]
    return "\n".join(lines) + "\n"
