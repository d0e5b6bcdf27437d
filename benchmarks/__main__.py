"""``python -m benchmarks``: run every benchmark and print a table."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from rich.table import Table

from benchmarks import agreement, dependability, peers_apart, plan, room, severity, start_up
from benchmarks.timing import Comparison


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--judgements", type=int, default=200_000, help="size of the score table")
    parser.add_argument("--no-room", action="store_true", help="leave the room under load out")
    arguments = parser.parse_args()
    console = Console(width=110)
    table = Table("what", "Calibrate", "peer", "peer takes", "times as long", "same answer")
    apart = list(peers_apart.outside(peers_apart.peer_python(), min(arguments.judgements, 20_000)))
    for comparison in (
        *start_up.compare(),
        *agreement.compare(arguments.judgements),
        *(one for one in apart if not isinstance(one, str)),
        *severity.compare(arguments.judgements),
        *dependability.compare(),
        *plan.compare(),
    ):
        table.add_row(*row(comparison))
    console.print(table)
    for note in apart:
        if isinstance(note, str):
            console.print(note)
    console.print(
        f"{arguments.judgements:,} judgements, Python {sys.version.split()[0]}. Best of several runs."
    )
    return 0 if arguments.no_room else room.main([])


def row(comparison: Comparison) -> tuple[str, ...]:
    same = {True: "yes", False: "NO", None: ""}[comparison.same]
    return (
        comparison.what,
        f"{comparison.ours * 1000:,.1f} ms",
        comparison.peer,
        f"{comparison.theirs * 1000:,.1f} ms",
        f"{comparison.ratio:,.1f}",
        same,
    )


if __name__ == "__main__":
    raise SystemExit(main())
