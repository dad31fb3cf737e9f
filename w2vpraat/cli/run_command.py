import click
from w2vpraat.cli.options import *


@click.command(cls=SectionedCommand)
@click.argument("corpus", required=False)
@parameter_options("read", "tokens", "formants", "pitch", "intensity", "embed", "normalize", "compare")
def command(corpus, config, **values):
    """x"""
    print(settings_from(values, config=config))
