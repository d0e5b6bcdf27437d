"""A rater's private feedback: kind, for that rater alone, and no evaluation."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.anchor_readings import RaterAnchors, beside_anchors
from calibrate.analysis.drift import Drift, drift
from calibrate.analysis.movement import OwnMovement, own_movement
from calibrate.analysis.own_agreement import OwnAgreement, own_agreement
from calibrate.analysis.severity import TOTAL, RaterDifference, severity
from calibrate.analysis.stood_alone import StoodAlone, stood_alone
from calibrate.analysis.wording import count, percent
from calibrate.model.roster import Edition
from calibrate.reports import blocks, closing
from calibrate.reports.blocks import Block, Summary
from calibrate.reports.drawing import Drawings
from calibrate.reports.parameters import ReportParameters
from calibrate.reports.tables import table
from calibrate.store.project import Project
from calibrate.workflows.anchor_scores import anchor_scores, qualification_rule
from calibrate.workflows.rater_facts import RaterFacts, rater_facts

_ALONE_SHOWN = 6


@dataclass(frozen=True)
class RaterFeedback:
    """One rater's page, one method per section of the notebook."""

    parameters: ReportParameters
    project: Project
    draw: Drawings
    facts: RaterFacts
    labels: dict[str, str]
    agreed: OwnAgreement
    differences: tuple[RaterDifference, ...]
    alone: StoodAlone
    moved: OwnMovement
    over_time: Drift
    anchors: tuple[RaterAnchors, ...]

    @classmethod
    def load(cls, parameters: ReportParameters, draw: Drawings) -> RaterFeedback:
        """Load what this rater read, and what others gave to the same pieces."""
        project = Project.open(parameters.project)
        facts = rater_facts(project, parameters.id, parameters.window)
        labels = {one.id: one.name for one in facts.rubric.criteria}
        labels |= {one.id: one.title for one in facts.windows}
        scores, known, who = facts.scores, facts.scales, facts.rater.id
        return cls(
            parameters,
            project,
            draw,
            facts,
            labels,
            own_agreement(scores, known, who, labels=labels),
            severity(scores, known, raters=[who], labels=labels).of(who),
            stood_alone(scores, known, who, labels=labels),
            own_movement(scores, known, who),
            drift(scores, known, who, order=[one.id for one in facts.windows], labels=labels),
            beside_anchors(
                scores,
                anchor_scores(project, facts.rubric),
                known,
                rule=qualification_rule(project.settings),
                rater=who,
            ),
        )

    @property
    def summary(self) -> Summary:
        """The line beside the page; no index shows it."""
        return Summary(f"Private feedback for {self.facts.pseudonym}", self.agreed.sentence)

    def front_page(self) -> Block:
        """What this is, what it is not, and the first number."""
        period = self.facts.window.title if self.facts.window else "the whole year"
        return blocks.join(
            [
                blocks.masthead(
                    "Private feedback",
                    "Your scoring beside your colleagues’",
                    [
                        f"You are {self.facts.pseudonym} in the school’s report",
                        period,
                        count(self.facts.n_own, "piece") + " read",
                        count(self.agreed.total.own.n_pieces, "piece") + " that others read too",
                    ],
                    self.agreed.sentence,
                ),
                blocks.callout(
                    "This page is yours.",
                    "It was made for you alone, is on no list, and is not an evaluation. Somebody who "
                    "differs from the panel may have seen what the others missed. Take what helps you "
                    "in the next conversation about student work.",
                ),
            ]
        )

    def agreement(self) -> Block:
        """Agreement with the panel by criterion."""
        head = blocks.section(
            "How often you and a colleague gave the same score",
            "Only pieces that both of you scored alone, before anybody saw a score.",
        )
        if not self.agreed.total.own.n_pairs:
            return blocks.join(
                [head, blocks.sentence(self.agreed.sentence), *self._beside_anchors()]
            )
        rows = [*self.agreed.rows, self.agreed.total]
        frame = pd.DataFrame(
            {
                "Criterion": [self._name(one.criterion) for one in rows],
                "Same score": [one.own.exact.value for one in rows],
                "Likely range": [
                    _range(one.own.exact.ci_low, one.own.exact.ci_high) for one in rows
                ],
                "At most one level apart": [one.own.adjacent.value for one in rows],
                "Others among themselves": [one.others.exact.value for one in rows],
            }
        )
        return blocks.join(
            [
                head,
                table(
                    frame,
                    caption="Your agreement with colleagues",
                    row_name="Criterion",
                    percents=["Same score", "At most one level apart", "Others among themselves"],
                    notes=["Others among themselves: the same pieces, read by your colleagues."],
                ),
                blocks.sentence(self.agreed.sentence),
                *self._beside_anchors(),
            ]
        )

    def _beside_anchors(self) -> list[Block]:
        """The rater beside settled scores, where there are any; nothing otherwise."""
        if not self.anchors:
            return []
        several = len(self.anchors) > 1
        return [
            blocks.subsection("Beside settled scores"),
            *(
                blocks.paragraph(
                    f"{self._name(one.criterion)}: {one.sentence}" if several else one.sentence
                )
                for one in self.anchors
            ),
        ]

    def higher_or_lower(self) -> Block:
        """Higher or lower than the panel, in rubric points."""
        head = blocks.section(
            "Higher or lower than your colleagues",
            "In rubric points, on the same pieces: a class that writes well changes nothing here.",
        )
        if not self.differences or not self.agreed.total.own.n_pairs:
            return head + blocks.sentence("Cannot tell yet: nobody else has read the same pieces.")
        picture = self.draw.rater_figure(self.differences, self.labels)
        total = next(one for one in self.differences if one.criterion == TOTAL)
        return blocks.join(
            [
                head,
                blocks.figure(picture.png(), picture.alt, total.sentence),
                *(
                    blocks.paragraph(one.sentence)
                    for one in self.differences
                    if one.criterion != TOTAL and one.verdict in ("higher", "lower")
                ),
                blocks.note(self.over_time.sentence),
                blocks.note(self.moved.sentence),
            ]
        )

    def stood_alone(self) -> Block:
        """The pieces where this rater stood alone."""
        head = blocks.section(
            "Where you stood alone",
            "Nobody else chose your level. Read the piece again: what did you see, or what did they?",
        )
        if not self.alone.readings:
            return head + blocks.sentence(self.alone.sentence)
        shown = self.alone.readings[:_ALONE_SHOWN]
        frame = pd.DataFrame(
            {
                "Piece": [one.piece for one in shown],
                "Criterion": [self._name(one.criterion) for one in shown],
                "You": [one.own for one in shown],
                "The others": [
                    ", ".join(f"{n} × {level}" for level, n in one.others) for one in shown
                ],
            }
        )
        return blocks.join(
            [
                head,
                table(frame, caption="Scores that nobody else gave", row_name="Piece"),
                blocks.sentence(self.alone.sentence),
            ]
        )

    def how_to_read(self) -> Block:
        """The page on how to read the numbers."""
        return closing.how_to_read()

    def footer(self) -> Block:
        """Versions, input, rules."""
        settings = self.project.settings
        return closing.footer(
            input_hash=closing.hash_of_input(self.facts.scores),
            rule_id=settings.resolution_rule,
            min_n=settings.min_n,
            edition=Edition.INSIDE,
            facts=f"the pieces that {self.facts.pseudonym} read, and everybody’s blind scores of them",
            hidden="Nothing: this page is for you alone, and has no other edition.",
        )

    def _name(self, criterion: str) -> str:
        return "All criteria" if criterion == TOTAL else self.labels.get(criterion, criterion)


def _range(low: float, high: float) -> str:
    if pd.isna(low) or pd.isna(high):
        return "cannot tell"
    return f"{percent(low)} to {percent(high)}"
