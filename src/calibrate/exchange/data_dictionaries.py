"""The page that lies beside every file that is handed out: what it holds, for whom it is, and what its columns mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calibrate.exchange.written_tables import Column
from calibrate.model.rubric import Rubric


@dataclass(frozen=True)
class FilePage:
    """What is said beside a file.

    Parameters
    ----------
    title
        What the file is, as a heading.
    facts
        (What, answer) pairs: where it comes from, what was chosen, for whom it is.
    columns
        Its columns, where it is a table.
    rubrics
        The rubrics whose scores are in it.
    notes
        What else whoever opens it should know, one sentence or two each.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column] = ()
    rubrics: Sequence[Rubric] = ()
    notes: Sequence[str] = ()


def page_text(page: FilePage) -> str:
    """The page as Markdown, which reads well as plain text too."""
    lines = [f"# {page.title}", ""]
    lines += [f"- **{what}**: {answer}" for what, answer in page.facts]
    if page.notes:
        lines += ["", "## Before you use it", ""]
        lines += [f"- {note}" for note in page.notes]
    if page.columns:
        lines += ["", "## Columns", "", "| column | what stands in it |", "|---|---|"]
        lines += [f"| `{_cell(one.name)}` | {_cell(one.meaning)} |" for one in page.columns]
    for rubric in page.rubrics:
        lines += ["", *_scores_of(rubric)]
    return "\n".join(lines) + "\n"


def _scores_of(rubric: Rubric) -> list[str]:
    lines = [
        f"## Scores of {rubric.title} (`{rubric.id}`, version {rubric.version})",
        "",
        "| criterion | name | scores, lowest first |",
        "|---|---|---|",
    ]
    for one in rubric.criteria:
        levels = "; ".join(
            f"{level.value:g} {level.label}"
            + (" (the first that meets the standard)" if level.id == one.scale.cut else "")
            for level in one.scale.levels
        )
        lines.append(f"| `{one.id}` | {_cell(one.name)} | {_cell(levels)} |")
    if rubric.codes:
        lines += ["", "Condition codes are neither scores nor missing, and are never averaged:", ""]
        lines += [f"- `{one.id}`: {_cell(one.meaning or one.label)}" for one in rubric.codes]
    return lines


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
