"""``calibrate severity``: who scores how severely, on one scale, from any table of scores."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibrate.commands._score_options import (
    CriterionColumn,
    LevelList,
    PieceColumn,
    RaterColumn,
    ScoreColumn,
    Scores,
    WideColumns,
    blind_readings,
    read_scores,
)
from calibrate.console import JsonFlag, print_json
from calibrate.errors import ArgumentError

if TYPE_CHECKING:
    from rich.table import Table

    from calibrate.analysis.severity_model import SeverityModel
    from calibrate.stats.facets.tables import ElementTable

app = typer.Typer()


class Estimator(StrEnum):
    """How measures are estimated."""

    MML = "mml"
    JML = "jml"


class Model(StrEnum):
    """Whether criteria share their steps."""

    RATING_SCALE = "rating_scale"
    PARTIAL_CREDIT = "partial_credit"


class Errors(StrEnum):
    """What standard errors allow for."""

    ROBUST = "robust"
    INFORMATION = "information"


@app.command()
def severity(
    scores: Scores,
    piece: PieceColumn = None,
    rater: RaterColumn = None,
    criterion: CriterionColumn = None,
    score: ScoreColumn = None,
    criteria: WideColumns = None,
    levels: LevelList = None,
    estimator: Annotated[
        Estimator, typer.Option(help="mml: pieces are draws from groups; jml: as FACETS does it.")
    ] = Estimator.MML,
    model: Annotated[
        Model,
        typer.Option(help="Whether criteria with equally many levels share their steps."),
    ] = Model.RATING_SCALE,
    errors: Annotated[
        Errors,
        typer.Option(help="robust: a piece with all its scores is one draw; information: plain."),
    ] = Errors.ROBUST,
    facet: Annotated[
        list[str] | None,
        typer.Option(metavar="HEADING", help="A column that is a further facet; may be repeated."),
    ] = None,
    bias_by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HEADING",
            help="A column by which raters are checked for bias; may be repeated.",
        ),
    ] = None,
    anchors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Measures to hold: a table of facet, id and measure."),
    ] = None,
    correct_bias: Annotated[
        bool, typer.Option("--correct-bias", help="For jml: shrink measures by (L − 1)/L.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Put raters, criteria and pieces on one scale, with intervals and plain sentences.

    The many-facet Rasch model of the independent readings of a blind round. Raters whom no chain of shared
    pieces joins are never compared. Columns called school, grade or window tell which pieces may differ.
    """
    from calibrate.analysis.severity_json import severity_as_dict
    from calibrate.analysis.severity_model import severity_model
    from calibrate.exchange.anchors import read_anchors
    from calibrate.exchange.cells import plain_heading

    if correct_bias and estimator is not Estimator.JML:
        raise ArgumentError(
            "--correct-bias is for --estimator jml; mml has no such bias.",
            column="--correct-bias",
            fix="Leave it out, or add --estimator jml.",
        )
    table = read_scores(
        scores,
        piece=piece,
        rater=rater,
        criterion=criterion,
        score=score,
        criteria=criteria,
        levels=levels,
    )
    further = [plain_heading(name) for name in facet or []]
    groups = [plain_heading(name) for name in bias_by or []]
    for option, names in (("--facet", further), ("--bias-by", groups)):
        for name in names:
            if name not in table.frame.columns or name in _TAKEN:
                raise ArgumentError(
                    f"There is no column called {name} to use here.",
                    column=option,
                    fix="Name a column of the table other than piece, rater, criterion and score.",
                )
    blind_readings(table.frame, table.levels, "show severity", file=table.file)
    found = severity_model(
        table.frame,
        table.levels,
        estimator=estimator.value,
        model=model.value,
        errors=errors.value,
        facets=further,
        bias_by=groups,
        anchors=read_anchors(anchors) if anchors else None,
        correct_bias=correct_bias,
    )
    if as_json:
        print_json(severity_as_dict(found))
    else:
        _show(found)


_TAKEN = ("piece", "rater", "criterion", "score", "code", "row")

#: A terminal shows no more raters than this; the JSON has them all.
_MOST_SHOWN = 40

#: Narrower screens get fewer columns, so that no number is cut off.
_WIDE = 80


def _show(found: SeverityModel) -> None:
    """Raters from the harshest to the most lenient, the criteria, then the sentences."""
    from rich.console import Console
    from rich.text import Text

    from calibrate.analysis.severity_words import zero_of

    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    if found.fit.bounded:
        screen.print(_raters(found, screen.width < _WIDE))
        left = len(found.verdicts) - _MOST_SHOWN
        if left > 0:
            screen.print(Text(f"… and {left} more; --json lists them all."))
        screen.print()
        screen.print(_criteria(found))
        screen.print()
        for name in list(found.fit.tables)[2:-1]:
            if name not in found.fit.hidden:
                screen.print(_further(found, name))
                screen.print()
    for sentence in _sentences(found):
        screen.print(Text(sentence))
    if not found.fit.bounded:
        return
    screen.print(
        Text(
            f"\nSeverity is in logits, 0 is {zero_of(found.fit)}, more is harsher. The fair score is what a rater would give a "
            "typical piece, averaged over the criteria. Fit is 1 where scores vary as the model expects, above 1 where they "
            "are harder to foresee, below 1 where they are tamer."
        )
    )


def _raters(found: SeverityModel, narrow: bool) -> Table:
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.wording import count, signed

    table = found.fit.tables["rater"]
    order = sorted(
        range(len(table.ids)),
        key=lambda i: _place(table, i),
    )
    title = f"Raters · {count(len(table.ids), 'rater')}, {count(found.fit.data.n, 'score')}"
    shown = Table(title=Text(title), title_justify="left", title_style="bold")
    several = not found.fit.connected
    if several:
        shown.add_column("Group", justify="right", no_wrap=True)
    shown.add_column("Rater", overflow="fold", min_width=8)
    shown.add_column("Severity", justify="right", no_wrap=True)
    shown.add_column("±", justify="right", no_wrap=True)
    shown.add_column("Fair score", justify="right", no_wrap=True)
    if not narrow:
        shown.add_column("Infit", justify="right", no_wrap=True)
        shown.add_column("Outfit", justify="right", no_wrap=True)
        shown.add_column("Scores", justify="right", no_wrap=True)
    shown.add_column("Verdict", no_wrap=True)
    for i in order[:_MOST_SHOWN]:
        measure, fair = float(table.measure[i]), float(table.fair[i])
        shown.add_row(
            *([str(table.subset[i])] if several else []),
            Text(table.ids[i]),
            signed(measure) if measure == measure else "–",
            _plain(found.verdicts[i].half_logits),
            f"{fair:.2f}" if fair == fair else "–",
            *(
                []
                if narrow
                else [
                    _plain(float(table.infit[i])),
                    _plain(float(table.outfit[i])),
                    str(int(table.n[i])),
                ]
            ),
            found.verdicts[i].verdict,
        )
    return shown


def _criteria(found: SeverityModel) -> Table:
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.wording import signed

    table = found.fit.tables["criterion"]
    shown = Table(title=Text("Criteria"), title_justify="left", title_style="bold")
    if not found.fit.connected:
        shown.add_column("Group", justify="right", no_wrap=True)
    shown.add_column("Criterion", overflow="fold", min_width=8)
    shown.add_column("Difficulty", justify="right", no_wrap=True)
    shown.add_column("Fair score", justify="right", no_wrap=True)
    shown.add_column("Steps", overflow="fold")
    for i, name in enumerate(table.ids):
        steps = [
            f"{step.level:g}: {signed(step.threshold) if step.threshold == step.threshold else '–'}"
            for step in found.fit.steps
            if step.criterion == name and step.subset == int(table.subset[i])
        ]
        measure = float(table.measure[i])
        shown.add_row(
            *([] if found.fit.connected else [str(table.subset[i])]),
            Text(name),
            signed(measure) if measure == measure else "–",
            _plain(float(table.fair[i])),
            "  ".join(steps) or "–",
        )
    return shown


def _further(found: SeverityModel, name: str) -> Table:
    """The elements of a further facet, the harshest first."""
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.severity_verdicts import half_widths
    from calibrate.analysis.wording import signed, upper_first

    table = found.fit.tables[name]
    heading = upper_first(name.replace("_", " "))
    reach = half_widths(found.fit, name)
    shown = Table(title=Text(heading), title_justify="left", title_style="bold")
    if not found.fit.connected:
        shown.add_column("Group", justify="right", no_wrap=True)
    shown.add_column(heading, overflow="fold", min_width=8)
    for column in ("Severity", "±", "Fair score", "Scores"):
        shown.add_column(column, justify="right", no_wrap=True)
    order = sorted(
        range(len(table.ids)),
        key=lambda i: _place(table, i),
    )
    for i in order[:_MOST_SHOWN]:
        measure = float(table.measure[i])
        shown.add_row(
            *([] if found.fit.connected else [str(table.subset[i])]),
            Text(table.ids[i]),
            signed(measure) if measure == measure else "–",
            _plain(float(reach[i])),
            _plain(float(table.fair[i])),
            str(int(table.n[i])),
        )
    return shown


def _place(table: ElementTable, i: int) -> tuple[int, float, str]:
    """Where a row stands: by group, the harshest first, those without a measure last."""
    measure = float(table.measure[i])
    return int(table.subset[i]), -measure if measure == measure else 99.0, table.ids[i]


def _plain(value: float) -> str:
    return f"{value:.2f}" if value == value else "–"


def _sentences(found: SeverityModel) -> list[str]:
    from calibrate.analysis.severity_steps import advice_sentences
    from calibrate.analysis.severity_words import agreement_sentence, unexpected_sentence

    flagged = [one.sentence for one in found.effects if one.flagged]
    drift = [
        one.sentence for one in found.drift or () if one.verdict in ("harsher", "more lenient")
    ]
    if found.drift is not None and not any(one.change == one.change for one in found.drift):
        drift = [
            "Change over the windows: cannot tell, because no piece of an earlier window was read again in a later one."
        ]
    return [
        found.sentence,
        *(one.sentence for one in found.verdicts if one.verdict in ("harsher", "more lenient")),
        *flagged,
        *(one.sentence for one in found.bias),
        *drift,
        *(
            [
                agreement_sentence(found.fit),
                unexpected_sentence(found.unexpected, found.fit.data.n),
            ]
            if found.fit.bounded
            else []
        ),
        *advice_sentences(found.advice),
        *found.notes,
    ]
