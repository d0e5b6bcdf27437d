"""What ``calibrate agreement --all`` shows beside the coefficients: pieces, levels, and two raters' points."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from calibrate.analysis.agreement_details import AgreementDetails, LevelConfusion

#: So many pieces are shown in the terminal, those with the least agreement first; the JSON has all.
_PIECES = 10


def show_details(screen: Console, details: AgreementDetails) -> None:
    """Print the pieces with the least agreement, which level is confused with which, and the limits."""
    from rich.text import Text

    _pieces(screen, details)
    if details.levels is not None and details.pieces:
        _levels(screen, details.levels)
    for said in (details.levels.sentence if details.levels else "", details.limits_sentence):
        if said:
            screen.print(Text(said))
    screen.print()


def _pieces(screen: Console, details: AgreementDetails) -> None:
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.wording import count, percent

    if not details.pieces:
        return
    table = Table(title="Pieces, the least agreement first", title_justify="left")
    table.add_column("Piece", overflow="fold")
    for heading in ("Scores", "Same level", "Adjacent"):
        table.add_column(heading, justify="right")
    for one in details.pieces[:_PIECES]:
        table.add_row(
            Text(one.piece), str(one.n_ratings), percent(one.exact), percent(one.adjacent)
        )
    screen.print(table)
    if (more := len(details.pieces) - _PIECES) > 0:
        screen.print(Text(f"{count(more, 'piece')} with more agreement: --json lists all."))


def _levels(screen: Console, found: LevelConfusion) -> None:
    from rich.table import Table

    from calibrate.analysis.wording import percent

    table = Table(title="Where one rater gave …, another gave …", title_justify="left")
    table.add_column("Level", justify="right")
    for value in found.values:
        table.add_column(f"{value:g}", justify="right")
    for value, row in zip(found.values, found.shares, strict=True):
        used = float(row.sum())
        cells = [percent(float(cell) / used) if used > 0 else "–" for cell in row]
        table.add_row(f"{value:g}", *cells)
    screen.print(table)
