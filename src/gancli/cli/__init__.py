"""The command line: parse, call, print. Nothing heavy is imported before a command needs it."""

import sys
from typing import Any

import click

from gancli import __version__
from gancli.cli import commands
from gancli.cli.output import say
from gancli.cli.streams import forget, lasting_streams


class _Group(click.Group):
    """Commands in the order they are used, and errors as one message."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        lasting_streams()
        try:
            return super().main(*args, **kwargs)
        except OSError as error:  # of help that is printed to a full disk; commands have said theirs
            say(f"gancli: {error.strerror}", err=True)
            forget(sys.stdout)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gancli")
def main() -> None:
    """Train perceptrons, GANs and WGANs from YAML files, on a CPU.

    \b
    gancli init
    gancli train wgan_mnist7
    gancli plot latest
    """


for command in commands.ALL:
    main.add_command(command)
