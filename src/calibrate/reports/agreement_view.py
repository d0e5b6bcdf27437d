"""How far raters agree, in a notebook: the picture, a table for each criterion, the pairs, and sentences to pass on.

Shown as plain HTML, so that a notebook that is saved or read without a kernel still says it; the sentences alone are the
cell's text. What cannot be shown is said in plain words in the place of the view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from calibrate.analysis.agreement import AgreementResult, CriterionAgreement, agreement
from calibrate.analysis.agreement_words import (
    coefficient_name,
    for_two_only,
    interval_shown,
    is_for_two,
    to_know,
    value_shown,
)
from calibrate.analysis.readings import (
    as_scales,
    independent_blind,
    read_in_other_sessions,
)
from calibrate.analysis.wording import count
from calibrate.errors import CalibrateError
from calibrate.exchange.score_tables import read_score_table
from calibrate.model.rubric import Scale
from calibrate.reports import blocks
from calibrate.reports.agreement_section import pairs_of_raters
from calibrate.reports.blocks import Block
from calibrate.reports.drawing import Drawings
from calibrate.reports.tables import table
from calibrate.store.project import Project
from calibrate.workflows.district_facts import rater_pseudonyms
from calibrate.workflows.stored_scores import stored_scores

#: So that the view reads well in a notebook, which knows nothing of the reports' style sheet.
_LOOK = """<style>
.calibrate-agreement { max-width: 60rem; }
.calibrate-agreement caption { text-align: left; font-weight: 600; padding: 0.4rem 0; }
.calibrate-agreement td, .calibrate-agreement th { text-align: left; vertical-align: top; }
.calibrate-agreement td:nth-child(n+2):nth-child(-n+4) { text-align: right; white-space: nowrap; }
.calibrate-agreement img { max-width: 100%; }
.calibrate-agreement .pass-on p { border-left: 3px solid #1f5f8b; padding-left: 0.7rem; }
</style>"""

_WHOM = (
    "Intervals are 95% and speak for these raters on other pieces like these (ICC: for raters like these). Pieces are those "
    "that two or more raters scored. A dash means that there is no value; the last column says why."
)


@dataclass(frozen=True)
class AgreementView:
    """What a notebook cell shows: HTML, and the sentences as text.

    Attributes
    ----------
    block
        The whole view.
    sentences
        One for each criterion, the last for all together: to be copied into an e-mail.
    """

    block: Block
    sentences: tuple[str, ...]

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {
            "text/html": f'{_LOOK}<div class="calibrate-agreement">{self.block.html}</div>',
            "text/plain": "\n".join(self.sentences),
        }


def agreement_view(
    project: Path | str,
    draw: Drawings,
    *,
    session: str = "",
    school: str = "",
    window: str = "",
    scores: Path | str = "",
    criteria: Sequence[str] = (),
    levels: str = "",
    every: bool = False,
) -> AgreementView:
    """How far do raters agree: a project's scores, or those of any table.

    Parameters
    ----------
    project
        The project's folder.
    draw
        The module that draws, `calibrate.figures`.
    session, school, window
        Only this part of the project's scores; empty for all.
    scores
        A table of scores (CSV or XLSX) instead of the project's.
    criteria, levels
        For a wide table its columns of scores; the scale, as for ``calibrate agreement``.
    every
        All coefficients instead of the usual six.
    """
    try:
        if scores:
            return _of_table(Path(scores), draw, criteria, levels, every)
        return _of_project(Path(project), draw, session, school, window, every)
    except CalibrateError as error:
        said = str(error)
    except OSError:
        said = "The scores cannot be read just now."
    return AgreementView(blocks.callout("This cannot be shown yet.", said), (said,))


def _of_project(
    folder: Path, draw: Drawings, session: str, school: str, window: str, every: bool
) -> AgreementView:
    with Project.open(folder) as project:
        found = stored_scores(
            project, session=session or None, school=school or None, window=window or None
        )
        called = partial(rater_pseudonyms, project)
        return _view(
            found.table, found.scales, draw, every, found.labels, called, list(found.notes)
        )


def _of_table(
    path: Path, draw: Drawings, criteria: Sequence[str], levels: str, every: bool
) -> AgreementView:
    read = read_score_table(path, criteria=list(criteria), levels=levels or None)
    return _view(read.frame, as_scales(read.levels), draw, every, {}, None, list(read.warnings))


def _view(
    scores: pd.DataFrame,
    known: Mapping[str, Scale],
    draw: Drawings,
    every: bool,
    labels: dict[str, str],
    called: Callable[[list[str]], Mapping[str, str]] | None,
    notes: list[str],
) -> AgreementView:
    chosen = independent_blind(scores, known, keep_codes=True)
    result = agreement(chosen.table, known, every=every, labels=labels)
    parts = _parts(result)
    sessions = read_in_other_sessions(chosen.table)
    six = agreement(chosen.table, known, labels=labels) if every else result
    picture = draw.panel_figure(six, labels)
    sentences = tuple(" ".join([one.sentence, *one.remarks]) for one in parts)
    shown = [
        blocks.figure(picture.png(), picture.alt, picture.sentence),
        *(_coefficients(one, _name(one, labels)) for one in parts),
        blocks.note(_WHOM),
        pairs_of_raters(chosen.table[chosen.table["score"].notna()], known, draw, called),
        *(blocks.note(one) for one in (*notes, chosen.sentence, sessions) if one),
        blocks.subsection("To pass on"),
        Block(
            f'<div class="pass-on">{"".join(blocks.sentence(one).html for one in sentences)}</div>'
        ),
    ]
    return AgreementView(blocks.join(shown), sentences)


def _parts(result: AgreementResult) -> tuple[CriterionAgreement, ...]:
    return result.criteria if len(result.criteria) == 1 else (*result.criteria, result.total)


def _name(one: CriterionAgreement, labels: Mapping[str, str]) -> str:
    return (
        "All criteria together"
        if one.criterion == "total"
        else labels.get(one.criterion, one.criterion)
    )


def _coefficients(part: CriterionAgreement, name: str) -> Block:
    shown = [one for one in part.coefficients if not is_for_two(one)]
    frame = pd.DataFrame(
        {
            "Coefficient": [coefficient_name(one) for one in shown],
            "Value": [value_shown(one, one.value) for one in shown],
            "95% interval": [interval_shown(one) for one in shown],
            "Pieces": [str(one.n_pieces) for one in shown],
            "To know": [to_know(one) for one in shown],
        }
    )
    caption = (
        f"{name} · {count(part.n_pieces, 'piece')}, {count(part.n_raters, 'rater')}, "
        f"{count(part.n_ratings, 'score')}"
    )
    two = for_two_only(part.coefficients)
    said = blocks.note(two) if two else Block("")
    return table(frame, caption=caption, row_name="Coefficient") + said
