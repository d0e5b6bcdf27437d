"""How ``calibrate agreement`` looks in a terminal: a table for each criterion, then the sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.commands._agreement_details import show_details

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from calibrate.analysis.agreement import AgreementResult, CriterionAgreement
    from calibrate.analysis.pair_matrix import PairMatrix

#: Narrower screens get no column of pieces and fold the names, so that no number is cut off.
_WIDE = 80


def show(
    result: AgreementResult, labels: Mapping[str, str], pairs: Mapping[str, PairMatrix]
) -> None:
    """Print the tables, then the sentences that a coach can pass on."""
    from rich.console import Console
    from rich.text import Text

    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    parts = result.criteria if len(result.criteria) == 1 else (*result.criteria, result.total)
    for part in parts:
        name = (
            "All criteria together"
            if part is result.total
            else labels.get(part.criterion, part.criterion)
        )
        _coefficients(screen, part, name)
        if part.details is not None:
            show_details(screen, part.details)
        if part.criterion in pairs:
            _pairs(screen, pairs[part.criterion])
    for part in parts:
        screen.print(Text(" ".join([part.sentence, *part.remarks])))
    whom = (
        "raters like these, or for these raters where that is said"
        if _speaks_for_others(result.total)
        else "these raters on other pieces like these (ICC: for raters like these)"
    )
    screen.print(
        Text(
            f"\nIntervals are 95% and speak for {whom}. "
            "Pieces are those that two or more raters scored. "
            "Kappa is Cohen's where two raters scored, Fleiss' where more did."
        )
    )


def _speaks_for_others(part: CriterionAgreement) -> bool:
    """Whether intervals for raters like these were asked for (some coefficients have none)."""
    return any("jackknife" in one.method for one in part.coefficients)


def _coefficients(screen: Console, part: CriterionAgreement, name: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.agreement_words import (
        coefficient_name,
        for_two_only,
        interval_shown,
        is_for_two,
        to_know,
        value_shown,
    )
    from calibrate.analysis.wording import count

    table = Table(
        title=Text(
            f"{name} · {count(part.n_pieces, 'piece')}, {count(part.n_raters, 'rater')}, "
            f"{count(part.n_ratings, 'score')}"
        ),
        title_justify="left",
        title_style="bold",
    )
    narrow = screen.width < _WIDE
    table.add_column("Coefficient", no_wrap=not narrow, min_width=12)
    table.add_column("Value", justify="right", no_wrap=True, min_width=5)
    table.add_column("95% interval", justify="right", no_wrap=True, min_width=13)
    if not narrow:
        table.add_column("Pieces", justify="right", no_wrap=True)
    table.add_column("To know", overflow="fold", min_width=8)
    others = _speaks_for_others(part)
    for one in part.coefficients:
        if is_for_two(one):
            continue
        known = [to_know(one)]
        if others and one.has_interval and "raters like these" not in one.method:
            known.append("for these raters")
        table.add_row(
            coefficient_name(one),
            value_shown(one, one.value),
            interval_shown(one),
            *([] if narrow else [str(one.n_pieces)]),
            Text("; ".join(filter(None, known))),
        )
    screen.print(table)
    if said := for_two_only(part.coefficients):
        screen.print(Text(said))
    screen.print()


def _pairs(screen: Console, found: PairMatrix) -> None:
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.wording import percent

    table = Table(title="Each pair of raters", title_justify="left", title_style="bold")
    table.add_column("Raters")
    for heading in ("Scores shared", "Same level", "Kappa (quadratic)"):
        table.add_column(heading, justify="right")
    for row in found.as_rows():
        kappa, exact = row["cohen_kappa"], row["exact_agreement"]
        assert isinstance(kappa, float) and isinstance(exact, float)
        table.add_row(
            Text(f"{row['a']} and {row['b']}"),
            str(row["n"]),
            percent(exact),
            "–" if kappa != kappa else f"{kappa:.2f}".replace("-", "−"),
        )
    screen.print(table)
    screen.print(Text(found.sentence))
    screen.print()
