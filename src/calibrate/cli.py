"""The command line: a thin application that finds one small module per command.

Each module in ``calibrate/commands/`` is one command or one group of commands. The file's name is the command's name
(``import_.py`` is ``calibrate import``; a ``_`` inside is a ``-``), and the module holds a ``typer.Typer`` called ``app``.
A module is imported only when its command is run or its help is shown; what is heavy (pandas, SciPy, the store) is imported
inside the functions, so that ``calibrate --help`` answers at once.

Errors of the family :class:`calibrate.errors.CalibrateError` may be raised anywhere below: here they become a plain message
(or, with ``--json``, the JSON error object) and exit code 1. Exit codes: 0 fine, 1 findings, 2 usage.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from calibrate import __version__, commands, console
from calibrate.errors import CalibrateError, UsageError

#: The order of the help page: the order in which a school meets the commands. Others follow by name.
ORDER = (
    "demo",
    "init",
    "import",
    "session",
    "serve",
    "lab",
    "agreement",
    "severity",
    "dependability",
    "compare",
    "plan",
    "report",
    "export",
    "doctor",
)


def command_names() -> list[str]:
    """Every command there is, in the order of the help page."""
    found = {
        module.name.rstrip("_").replace("_", "-"): module.name
        for module in pkgutil.iter_modules(commands.__path__)
        if not module.name.startswith("_")
    }
    return sorted(
        found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)
    )


def _module_name(command: str) -> str:
    plain = command.replace("-", "_")
    modules = {module.name for module in pkgutil.iter_modules(commands.__path__)}
    return plain if plain in modules else f"{plain}_"


_TYPED = "calibrate.typed"


def _wrong_call(error: typer.TyperException) -> UsageError:
    """A mistake in how a command was called, as an error of our family."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "calibrate"
    return UsageError(error.format_message(), fix=f"{command} --help shows how it is called.")


class CommandGroup(TyperGroup):
    """Finds commands when they are asked for, and turns errors into messages."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, in the order of the help page."""
        return command_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, imported now; None if there is none."""
        if cmd_name not in command_names():
            return None
        module = importlib.import_module(f"{commands.__name__}.{_module_name(cmd_name)}")
        module.app._add_completion = False  # shells complete the whole line, not one command of it
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Remember what was typed: a call that cannot be understood fails before its ``--json`` is read."""
        ctx.meta[_TYPED] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error becomes a message and exit code 1, a wrong call code 2."""
        try:
            return super().invoke(ctx)
        except CalibrateError as error:
            console.print_error(error, as_json=console.wants_json(ctx))
            raise typer.Exit(console.exit_code(error)) from error
        except typer.TyperException as error:
            if error.exit_code != console.USAGE or "--json" not in ctx.meta[_TYPED]:
                raise
            console.print_error(_wrong_call(error), as_json=True)
            raise typer.Exit(console.USAGE) from error
        except (typer.Exit, typer.Abort, EOFError, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("CALIBRATE_TRACEBACK"):
                raise
            console.print_error(console.as_fault(error), as_json=console.wants_json(ctx))
            raise typer.Exit(console.FINDINGS) from error


app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"calibrate {__version__}")
        raise typer.Exit()


@app.callback()
def calibrate(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Say which version this is."
        ),
    ] = False,
) -> None:
    """Calibrate scores and norm rubrics in K-12 schools: score blind, reveal together, agree what a 3 is."""


def main() -> None:
    """Run the command line: what the ``calibrate`` script and ``python -m calibrate`` call."""
    app(prog_name="calibrate")
