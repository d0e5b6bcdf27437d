"""What every command shares when it speaks: JSON, messages, and the one way to show an error."""

from __future__ import annotations

import json
import math
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from calibrate.errors import ArgumentError, CalibrateError, ImportRefused, UsageError

#: Exit code for bad data or a failed check (0 is fine).
FINDINGS = 1

#: Exit code for a mistake in how the command was called.
USAGE = 2

#: How many problems of a refused file the terminal lists.
MOST_SHOWN = 40

_JSON = "calibrate.json"


def _remember_json(ctx: typer.Context, wanted: bool) -> bool:
    ctx.meta[_JSON] = wanted
    return wanted


#: The ``--json`` flag of every data command: declare ``as_json: JsonFlag = False``.
JsonFlag = Annotated[
    bool,
    typer.Option(
        "--json",
        callback=_remember_json,
        is_eager=True,
        help="Print the result as JSON, in full precision, for other programs.",
    ),
]


def wants_json(ctx: typer.Context) -> bool:
    """Whether the command that runs under this context was given ``--json``."""
    return bool(ctx.meta.get(_JSON, False))


def plain_numbers(value: Any) -> Any:
    """The same value with ``nan`` and infinities as ``None`` and NumPy scalars as Python ones, ready for JSON."""
    if isinstance(value, Mapping):
        return {str(key): plain_numbers(item) for key, item in value.items()}
    if isinstance(value, str | bytes | Path):
        return str(value)
    if hasattr(value, "tolist"):
        return plain_numbers(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [plain_numbers(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def print_json(value: Any) -> None:
    """Print a result on standard output: full precision, undefined numbers as ``null``."""
    typer.echo(
        json.dumps(plain_numbers(value), ensure_ascii=False, indent=2, allow_nan=False, default=str)
    )


def say(message: str) -> None:
    """Tell the person something beside the result: it goes to standard error."""
    typer.echo(message, err=True)


def print_error(error: CalibrateError, *, as_json: bool = False) -> None:
    """Show an error: what is wrong, where, and what to do; every problem of a refused import.

    With ``as_json`` the error object goes to standard output, where the result would have been; otherwise the message goes
    to standard error.
    """
    refused = error if isinstance(error, ImportRefused) else None
    problems = refused.problems if refused else ()
    if as_json:
        answer: dict[str, Any] = {"error": error.as_dict()}
        if problems:
            answer["problems"] = [problem.as_dict() for problem in problems]
        print_json(answer)
        return
    changed = refused.changed if refused else ""
    if len(problems) > 1:
        say(f"{len(problems)} problems found{f'; {changed}' if changed else ''}:")
        for problem in problems[:MOST_SHOWN]:
            say(f"  - {problem}")
        if len(problems) > MOST_SHOWN:
            say(f"  … and {len(problems) - MOST_SHOWN} more; --json lists them all.")
    elif problems:
        say(f"{problems[0]} {changed.capitalize()}." if changed else str(problems[0]))
    else:
        say(str(error))


def exit_code(error: CalibrateError) -> int:
    """2 where the command was called wrongly (or the error's column names an option), else 1."""
    of_an_option = isinstance(error, ArgumentError) and (error.column or "").startswith("--")
    return USAGE if of_an_option or isinstance(error, UsageError) else FINDINGS


def as_fault(error: Exception) -> CalibrateError:
    """An unforeseen exception as a message without its text, which might quote a file's content."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "calibrate" in Path(frame.filename).parts
    ]
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return CalibrateError(
        f"Calibrate met something that it did not foresee ({type(error).__name__}{where}).",
        fix="This is a fault of the program, not yours: please report it. "
        "With CALIBRATE_TRACEBACK=1 in the environment it shows where it happened.",
    )
