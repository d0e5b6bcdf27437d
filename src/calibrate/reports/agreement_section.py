"""Agreement by criterion, with intervals: the section that session reports share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.agreement import AgreementResult, CriterionAgreement, agreement
from calibrate.analysis.agreement_words import coefficient_name, value_shown
from calibrate.analysis.coefficient_panels import WIDE
from calibrate.analysis.movement import Movement
from calibrate.analysis.pair_matrix import pair_matrix
from calibrate.analysis.readings import independent_blind
from calibrate.analysis.wording import percent
from calibrate.model.rubric import Rubric, Scale
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.drawing import Drawings
from calibrate.reports.tables import table
from calibrate.stats.results import NO_VARIATION, Coefficient
from calibrate.workflows.score_tables import scales

#: Stands beside a range that is too wide to say much.
_WIDE_MARK = "*"

#: With fewer raters a map of pairs points at persons and shows nothing that the table does not.
_FEWEST_RATERS = 6


@dataclass(frozen=True)
class AgreementSection:
    """Agreement of a panel's independent blind readings, ready to show."""

    result: AgreementResult
    labels: dict[str, str]
    selection_sentence: str

    def headline(self, moved: Movement) -> str:
        """The session in one sentence: agreement before and, where there was a second round, after."""
        exact = self.result.total.coefficient("exact_agreement")
        if not exact.is_defined:
            return "Nobody has read the same piece yet, so there is no agreement to speak of."
        words = (
            f"Scoring alone, two teachers gave the same score {percent(exact.value)} of the time"
        )
        if moved.total.n_judgements:
            after = moved.total.after.exact.value
            before = moved.total.before.exact.value
            words += (
                f"; on what was scored again after the discussion, agreement went from "
                f"{percent(before)} to {percent(after)}"
            )
        return f"{words}. {self._widest()}"

    def _widest(self) -> str:
        known = [
            (
                one.coefficient("exact_agreement").value,
                self.labels.get(one.criterion, one.criterion),
            )
            for one in self.result.criteria
            if one.coefficient("exact_agreement").is_defined
        ]
        if len(known) < 2 or min(known)[0] == max(known)[0]:
            return ""
        return f"{max(known)[1]} is where you agree most, {min(known)[1]} where you differ most."

    def show(self, draw: Drawings) -> Block:
        """The figure, the table and the sentences."""
        picture = draw.panel_figure(self.result, self.labels)
        rows = [*self.result.criteria, self.result.total]
        frame = pd.DataFrame([self._row(one) for one in rows])
        return blocks.join(
            [
                blocks.section(
                    "How far you agreed, scoring alone",
                    "Independent readings of the blind round only: talking changes scores, so what came "
                    "later is shown apart.",
                ),
                blocks.figure(picture.png(), picture.alt, picture.sentence),
                table(
                    frame,
                    caption="Agreement by criterion, with the likely range",
                    row_name="Criterion",
                    notes=self._remarks(rows),
                ),
                blocks.sentence(self._widest() or self.result.total.sentence),
                *(blocks.note(said) for said in self.result.total.remarks),
                *(blocks.note(one.sentence) for one in rows if self._needs_words(one)),
            ]
        )

    def panel(self, draw: Drawings, title: str) -> Block:
        """The figure and its sentences alone, under a smaller heading."""
        picture = draw.panel_figure(self.result, self.labels)
        return blocks.join(
            [
                blocks.subsection(title),
                blocks.figure(picture.png(), picture.alt, picture.sentence),
                *(blocks.note(said) for said in self.result.total.remarks),
            ]
        )

    def _row(self, one: CriterionAgreement) -> dict[str, str]:
        name = (
            "All together"
            if one.criterion == "total"
            else self.labels.get(one.criterion, one.criterion)
        )
        return {"Criterion": name} | {
            coefficient_name(found): _with_range(found) for found in one.coefficients
        }

    @staticmethod
    def _needs_words(one: CriterionAgreement) -> bool:
        """Whether a criterion's row cannot speak for itself: something is undefined, or flagged."""
        return one.criterion != "total" and any(
            not found.is_defined or NO_VARIATION in found.flags for found in one.coefficients
        )

    def _remarks(self, rows: list[CriterionAgreement]) -> list[str]:
        """Why a value is missing, and what its flags say, each reason once."""
        every = [one for row in rows for one in row.coefficients]
        missing = dict.fromkeys(f"–: {one.undefined}." for one in every if one.undefined)
        flags = dict.fromkeys(
            f"{coefficient_name(one)}: {flag}."
            for one in every
            if one.is_defined
            for flag in one.flags
            if flag != WIDE
        )
        wide = [f"{_WIDE_MARK}: {WIDE}."] if any(WIDE in one.flags for one in every) else []
        return [*wide, *missing, *flags]


def agreement_section(scores: pd.DataFrame, rubric: Rubric) -> AgreementSection:
    """Work out agreement over the independent blind readings of a score table."""
    known = scales(rubric)
    labels = {one.id: one.name for one in rubric.criteria}
    chosen = independent_blind(scores, known, keep_codes=True)
    return AgreementSection(agreement(chosen.table, known, labels=labels), labels, chosen.sentence)


def panel_of_sessions(
    readings: pd.DataFrame, sessions: Sequence[str], rubric: Rubric, draw: Drawings
) -> Block:
    """The coefficients over several sessions together, criteria down the side; nothing where nobody scored."""
    scores = readings[readings["session"].isin(sessions)]
    if scores.empty:
        return Block("")
    return agreement_section(scores, rubric).panel(draw, "By criterion, all sessions together")


def pairs_of_sessions(
    readings: pd.DataFrame,
    sessions: Sequence[str],
    rubric: Rubric,
    draw: Drawings,
    called: Callable[[list[str]], Mapping[str, str]],
) -> Block:
    """Every pair of raters over several sessions, those who read alike side by side; nothing with few raters.

    Parameters
    ----------
    called
        From raters' ids to what they are called here: pseudonyms.
    """
    known = scales(rubric)
    chosen = independent_blind(readings[readings["session"].isin(sessions)], known).table
    return pairs_of_raters(chosen, known, draw, called)


def pairs_of_raters(
    rows: pd.DataFrame,
    known: Mapping[str, Scale],
    draw: Drawings,
    called: Callable[[list[str]], Mapping[str, str]] | None = None,
) -> Block:
    """Every pair of raters, those who read alike side by side; nothing with few raters.

    Parameters
    ----------
    rows
        The readings that count.
    known
        The scale of each criterion.
    called
        From raters' ids to pseudonyms; None where raters are shown as the scores call them.
    """
    raters = sorted(rows["rater"].unique())
    if len(raters) < _FEWEST_RATERS:
        return Block("")
    picture = draw.pairs_figure(pair_matrix(rows, known), called(raters) if called else None)
    under = ", under pseudonyms" if called else ""
    return blocks.join(
        [
            blocks.subsection("Who reads alike"),
            blocks.paragraph(
                f"How often each pair of readers gave the same score{under}; readers who read alike "
                "stand side by side. Hatched: the two share no piece."
            ),
            blocks.figure(picture.png(), picture.alt, picture.sentence),
        ]
    )


def _with_range(one: Coefficient) -> str:
    if not one.is_defined:
        return "–"
    value = value_shown(one, one.value)
    if not one.has_interval:
        return value
    low, high = value_shown(one, one.ci_low), value_shown(one, one.ci_high)
    mark = f" {_WIDE_MARK}" if WIDE in one.flags else ""
    return f"{value}\n{low.rstrip('%')} to {high}{mark}".replace(" ", "\N{NO-BREAK SPACE}")
