"""The command ``w2vpraat``: lazy sub-commands and the one place where errors become exit codes."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from w2vpraat import __version__
from w2vpraat.errors import W2VPraatError

# command -> (module, function, help); the modules load when the command runs, so that --help is instant.
COMMANDS = {
    "run": ("run", "All steps: tokens, measurements, embeddings, normalization, comparison, figure."),
    "gui": ("gui", "Open the window: corpus, annotation editor, measurements, jobs."),
    "tokens": ("tokens", "List the intervals that become tokens, and why others do not."),
    "measure": ("measure", "Measure formants, f0, intensity and duration of each token."),
    "embed": ("embed", "Extract the embedding of each token."),
    "normalize": ("normalize", "Normalize a table of formants (also one that you already have)."),
    "export": ("export", "Write a table in the columns of new-fave, NORM, Visible Vowels or emuR."),
    "compare": ("compare", "Compare representations: labels kept, speakers removed."),
    "chart": ("chart", "Draw vowel charts: ellipses, means, hulls, trajectories, small multiples."),
    "pairs": ("pairs", "How far two labels lie apart: mergers, with covariates, speaker by speaker."),
    "sensitivity": ("sensitivity", "Move every boundary a little: how far values go, which labels change."),
    "review": ("review", "Tokens worth a second look: where formants and vectors disagree, outliers."),
    "agree": ("agree", "Two annotators: boundary differences in ms, kappa of labels, disagreements."),
    "neighbours": ("neighbours", "The nearest tokens of other speakers, in any representation."),
    "finetune": ("finetune", "Fine-tune a model frame by frame: phones, tones, sex, several at once."),
    "layers": ("layers", "Layer by layer: what each model keeps of label, speaker and sex."),
    "claims": ("claims", "The claims of Wang, Yang & Yuan 2025, tested on your data."),
    "models": ("models", "List, show, add and remove models."),
    "textgrid": ("textgrid", "Look at, check and convert TextGrids."),
    "bundle": ("bundle", "Put a session into one zip: choices, TextGrids, tables, vectors, hashes."),
    "unbundle": ("unbundle", "Make a folder of a session bundle again, and find its sound files."),
    "demo": ("demo", "The main job on the bundled sample corpus and model."),
    "worker": ("worker", "The background process that answers Praat: start, status, stop."),
    "plugin": ("plugin", "Put w2vpraat into Praat's menus: install, status, remove."),
    "cache": ("cache", "Size of the cache; clear it."),
}

OK, PARTIAL, FAILED, INTERRUPTED = 0, 1, 2, 130


class LazyGroup(click.Group):
    """A group that imports a sub-command only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"w2vpraat.cli.{COMMANDS[cmd_name][0]}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for a mistyped one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"commands: {', '.join(COMMANDS)}"
            raise click.UsageError(f'there is no command "{args[0]}" ({hint})', ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="w2vpraat")
def program() -> None:
    """wav2vec 2.0 embeddings beside normalized formants, per TextGrid interval.

    \b
    Start here:
      w2vpraat demo                       the whole job on the bundled corpus
      w2vpraat run MY_FOLDER -o RESULTS   the whole job on your audio + TextGrids
      w2vpraat gui MY_FOLDER              the window: listen, correct, measure
      w2vpraat run --help                 every option, with its default

    Exit codes: 0 all right, 1 some files were skipped (they are listed), 2 nothing was done.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; default: the process's own.

    Returns
    -------
    int
        Exit code: 0 done, 1 done with skipped files, 2 refused, 130 interrupted.
    """
    try:
        code = program.main(
            args=None if arguments is None else list(arguments), prog_name="w2vpraat", standalone_mode=False
        )
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        more = f" See: {context.command_path} --help" if context is not None else ""
        _say(f"{error.format_message().rstrip('.')}.{more}")
        return FAILED
    except W2VPraatError as error:
        _say(str(error))
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted; finished files are whole, and the same command goes on where it stopped")
        return INTERRUPTED
    except BrokenPipeError:
        return OK
    return code if isinstance(code, int) else OK


def _say(text: str) -> None:
    click.echo(f"w2vpraat: {' '.join(text.split())}", err=True)


def run_program() -> None:
    """Entry point of the installed script."""
    sys.exit(main())
