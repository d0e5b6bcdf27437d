"""A rater's private feedback: kind, for that rater alone, and no evaluation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.anchor_readings import RaterAnchors, beside_anchors
from calibrate.analysis.drift import Drift, drift
from calibrate.analysis.movement import OwnMovement, own_movement
from calibrate.analysis.own_agreement import OwnAgreement, own_agreement
from calibrate.analysis.readings import reading_window
from calibrate.analysis.severity import TOTAL, RaterDifference, severity
from calibrate.analysis.stood_alone import StoodAlone, stood_alone
from calibrate.analysis.wording import count, listed, lower_first, percent, points, signed
from calibrate.model.roster import GRADES, Edition, grade_label
from calibrate.reports import blocks, closing
from calibrate.reports.blocks import Block, Summary
from calibrate.reports.comparison_section import points_or_dash, unbroken
from calibrate.reports.drawing import Drawings
from calibrate.reports.parameters import ReportParameters
from calibrate.reports.tables import table
from calibrate.store.project import Project
from calibrate.workflows.anchor_scores import anchor_scores, qualification_rule
from calibrate.workflows.rater_facts import RaterFacts, rater_facts

_ALONE_SHOWN = 3  # pieces
_EACH_SAID = 2
_IN_WORDS = {2: "two", 3: "three"}


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
    since_last: Drift
    anchors: tuple[RaterAnchors, ...]

    @classmethod
    def load(cls, parameters: ReportParameters, draw: Drawings) -> RaterFeedback:
        """Load what this rater read, and what others gave to the same pieces."""
        project = Project.open(parameters.project)
        facts = rater_facts(project, parameters.id, parameters.window)
        labels = {one.id: one.name for one in facts.rubric.criteria}
        labels |= {one.id: one.title for one in facts.windows}
        scores, known, who = facts.scores, facts.scales, facts.rater.id
        every = rater_facts(project, parameters.id).scores if parameters.window else scores
        every = every.assign(window=every[reading_window(every)])  # when it was read
        windows = [one.id for one in facts.windows]
        if parameters.window:
            windows = windows[: windows.index(parameters.window) + 1]
        over_time = drift(every, known, who, order=windows, labels=labels)
        last_two = [one.when for one in over_time.points][-2:]
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
            over_time,
            drift(every, known, who, order=last_two, labels=labels),
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
                blocks.columns(
                    blocks.card("Higher or lower", blocks.paragraph(self._severity_said())),
                    blocks.card("Since last time", blocks.paragraph(self._moved_said())),
                ),
            ]
        )

    def _severity_said(self) -> str:
        total = next((one for one in self.differences if one.criterion == TOTAL), None)
        if total is None or not self.agreed.total.own.n_pairs:
            return "Cannot tell yet: nobody else has read the same pieces."
        return total.sentence

    def _moved_said(self) -> str:
        if len(self.over_time.points) < 2:
            return "This is the first time that others read the same pieces: there is nothing to compare with yet."
        return self.since_last.sentence

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
                *self._by_criterion(),
            ]
        )

    def _by_criterion(self) -> list[Block]:
        """The criteria on which the rater stands apart: each, or all in one sentence where there are many."""
        apart = [
            one
            for one in self.differences
            if one.criterion != TOTAL and one.verdict in ("higher", "lower")
        ]
        ways = {one.verdict for one in apart}
        if len(apart) <= _EACH_SAID or len(ways) > 1:
            return [blocks.paragraph(one.sentence) for one in apart]
        widest = max(apart, key=lambda one: abs(one.difference))
        way = "more" if ways == {"higher"} else "fewer"
        return [
            blocks.paragraph(
                f"It goes one way: {way} points on {listed(self._name(one.criterion) for one in apart)}. "
                f"The widest is {self._name(widest.criterion)} ({points(widest.difference)}): a good "
                "place to begin the next conversation."
            )
        ]

    def since_last_time(self) -> Block:
        """How the rater moved from window to window, and after discussions."""
        head = blocks.section(
            "How you moved since last time",
            "Your scores beside those of the colleagues who read the same pieces, window by window.",
        )
        after = blocks.paragraph(self.moved.sentence)
        if len(self.over_time.points) < 2:
            return head + blocks.sentence(self._moved_said()) + after
        frame = pd.DataFrame(
            {
                "Window": [self.labels.get(one.when, one.when) for one in self.over_time.points],
                "Points higher (+) or lower (−)": [
                    points_or_dash(one.difference) for one in self.over_time.points
                ],
                "Likely range": [
                    "cannot tell"
                    if math.isnan(one.ci_low)
                    else unbroken(f"{signed(one.ci_low)} to {signed(one.ci_high)}")
                    for one in self.over_time.points
                ],
                "Pieces": [one.n_pieces for one in self.over_time.points],
            }
        )
        whole = len(self.over_time.points) > 2
        return blocks.join(
            [
                head,
                table(frame, caption="You beside your colleagues, by window", row_name="Window"),
                blocks.sentence(self.since_last.sentence),
                blocks.note(f"Over the year: {lower_first(self.over_time.sentence)}")
                if whole
                else Block(""),
                after,
                blocks.note(
                    "Measured beside the colleagues of each time: if they moved, it looks as if you "
                    "moved the other way."
                ),
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
        pieces = list(dict.fromkeys(one.piece for one in self.alone.readings))[:_ALONE_SHOWN]
        shown = [one for piece in pieces for one in self.alone.readings if one.piece == piece]
        first = {
            piece: next(i for i, one in enumerate(shown) if one.piece == piece) for piece in pieces
        }
        frame = pd.DataFrame(
            {
                "Piece": [
                    self._about(one.piece) if first[one.piece] == i else one.piece
                    for i, one in enumerate(shown)
                ],
                "Criterion": [self._name(one.criterion) for one in shown],
                "You": [one.own for one in shown],
                "The others": [
                    ", ".join(f"{n} × {level}" for level, n in one.others) for one in shown
                ],
            }
        )
        what = "The piece" if len(pieces) == 1 else f"The {_IN_WORDS[len(pieces)]} pieces"
        return blocks.join(
            [
                head,
                table(frame, caption=f"{what} to look at again", row_name="Piece"),
                blocks.sentence(self.alone.sentence),
            ]
        )

    def _about(self, piece: str) -> str:
        """A piece's code with its task, grade and window: enough to find it, and no child."""
        row = self.facts.scores.loc[self.facts.scores["piece"] == piece].iloc[0]
        titles = {one.id: one.title for one in self.facts.tasks}
        parts = [
            f"“{titles[row['task']]}”" if row["task"] in titles else "",
            grade_label(row["grade"]) if row["grade"] in GRADES else "",
            self.labels.get(str(row["window"]), ""),
        ]
        about = ", ".join(one for one in parts if one)
        return f"{piece}\n{about}" if about else piece

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
