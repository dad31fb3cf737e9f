"""Command-line options made from the parameter groups of ``w2vpraat.params``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import click

from w2vpraat.params import parameter_groups
from w2vpraat.session.settings import Settings, read_settings

Command = TypeVar("Command", bound=Callable[..., Any])

# Pitch and formants both have a ceiling and a time step; these sections put their name before the option.
PREFIXES = {"formants": "formant", "pitch": "pitch", "intensity": "intensity"}
TITLES = {
    "read": "Opening files",
    "tokens": "Choosing tokens",
    "formants": "Formants",
    "pitch": "f0",
    "intensity": "Intensity",
    "embed": "Embeddings",
    "normalize": "Normalization",
    "compare": "Comparison",
    "pairs": "Pairs of categories",
    "sensitivity": "Boundary sensitivity",
    "review": "Tokens worth a second look",
    "queue": "Review queue",
    "chart": "Vowel chart",
    "finetune": "Fine-tuning",
    "layers": "Layers",
    "claims": "Claims",
}
# An option that is given once per value is named in the singular.
SINGULAR = {("finetune", "tasks"): "--task"}


class ListType(click.ParamType[Any]):
    """A list given as ``a,b,c``; the option may also be repeated."""

    def __init__(self, kind: type, name: str) -> None:
        self.kind = kind
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Split at commas and convert each part."""
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",") if part.strip()]
        try:
            return tuple(self.kind(part) for part in parts)
        except ValueError:
            self.fail(f"{value!r} is not a list of {self.name}", param, ctx)


class SectionedOption(click.Option):
    """An option that knows its section, for ``--help``."""

    section = ""


class SectionedCommand(click.Command):
    """A command whose ``--help`` lists options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one definition list per section."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for item in self.get_params(ctx):
            record = item.get_help_record(ctx) if isinstance(item, click.Option) else None
            if record is not None:
                sections.setdefault(getattr(item, "section", "") or "Options", []).append(record)
        for title in ["Options", *TITLES.values()]:
            if title in sections:
                with formatter.section(title):
                    formatter.write_dl(sections[title])


def option_name(section: str, name: str) -> str:
    """Return the option of a parameter: ``("formants", "ceiling")`` -> ``--formant-ceiling``."""
    if (section, name) in SINGULAR:
        return SINGULAR[(section, name)]
    prefix = PREFIXES.get(section, "")
    plain = name.replace("_", "-")
    return f"--{plain}" if not prefix or prefix in name else f"--{prefix}-{plain}"


def _make_option(
    section: str, name: str, default: Any, kind: Any, meta: Mapping[str, Any]
) -> SectionedOption:
    flag = option_name(section, name)
    shown = ",".join(map(str, default)) if isinstance(default, tuple) else default
    unit = f" [{meta['unit']}]" if meta["unit"] else ""
    help_text = f"{meta['help']}{unit}"
    if shown != "" and kind is not bool:
        help_text += f"  (default: {shown})"
    # Two underscores keep section and option apart in the command's keyword arguments.
    variable = f"{section}__{name}"
    common: dict[str, Any] = {"default": None, "help": help_text}
    if kind is bool:
        option = SectionedOption([f"{flag}/--no-{flag[2:]}", variable], **common)
    elif str(kind).startswith("tuple["):
        inner = str if "str" in str(kind) else int if "int" in str(kind) else float
        words = {str: "TEXT,...", int: "N,...", float: "X,..."}[inner]
        option = SectionedOption(
            [flag, variable], type=ListType(inner, words), multiple=True, metavar=words, **common
        )
    elif meta["choices"]:
        choices = [choice for choice in meta["choices"] if choice]
        option = SectionedOption([flag, variable], type=click.Choice(choices), **common)
    else:
        option = SectionedOption([flag, variable], type=kind, **common)
    option.section = TITLES[section]
    return option


def parameter_options(*sections: str, without: Collection[str] = ()) -> Callable[[Command], Command]:
    """Decorate a command with the options of these sections, and ``--config``.

    Parameters
    ----------
    *sections : str
        Names of parameter groups.
    without : collection of str
        Parameters that the command has no use for, as ``section.name``.
    """

    def decorate(command: Command) -> Command:
        groups = parameter_groups()
        made = [
            _make_option(section, name, default, kind, meta)
            for section in sections
            for name, default, kind, meta in groups[section].describe()
            if f"{section}.{name}" not in without
        ]
        config = click.Option(
            ["--config"],
            type=click.Path(dir_okay=False),
            help="Settings file (w2vpraat.toml); options given here win over it.",
        )
        existing = list(getattr(command, "__click_params__", []))
        command.__click_params__ = existing + list(reversed([config, *made]))  # type: ignore[attr-defined]
        return command

    return decorate


def settings_from(
    values: Mapping[str, Any], *, config: str | None = None, base: Settings | None = None
) -> Settings:
    """Build the settings: defaults, then the settings file, then the options that were given.

    Parameters
    ----------
    values : mapping
        The command's keyword arguments; those named ``section__option`` are used.
    config : str, optional
        Path of a settings file.
    base : Settings, optional
        What to start from instead of the defaults.
    """
    settings = read_settings(config, base) if config else base or Settings()
    changes: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        section, mark, name = key.partition("__")
        if not mark or value is None or value == ():
            continue
        if isinstance(value, tuple):
            value = [item for part in value for item in part]
        changes.setdefault(section, {})[name] = value
    return settings.updated(changes, source="command line")
