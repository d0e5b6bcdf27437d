"""The report of one norming session: page one for the coach, then the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from calibrate.analysis.agenda import Agenda, AgendaItem, agenda
from calibrate.analysis.movement import Movement, movement
from calibrate.analysis.surprise import surprises
from calibrate.analysis.wording import count, listed
from calibrate.model.roster import grade_label
from calibrate.model.session import MinuteKind, RoundName
from calibrate.reports import blocks, closing
from calibrate.reports.additions import read_additions
from calibrate.reports.agreement_section import AgreementSection, agreement_section
from calibrate.reports.agreement_section import pairs_of_sessions as pairs_of
from calibrate.reports.blocks import Block, Summary
from calibrate.reports.drawing import Drawings
from calibrate.reports.kinds import ReportJob
from calibrate.reports.parameters import ReportParameters
from calibrate.reports.tables import table
from calibrate.store.project import Project
from calibrate.workflows.district_facts import rater_pseudonyms
from calibrate.workflows.score_tables import readings_with, scales
from calibrate.workflows.session_facts import PieceFacts, SessionFacts, session_facts

_MOST_PIECES = 5  # pieces shown in full where the panel split


@dataclass(frozen=True)
class SessionReport:
    """A session's report, one method per section of the notebook."""

    parameters: ReportParameters
    project: Project
    draw: Drawings
    facts: SessionFacts
    labels: dict[str, str]
    agenda_of_blind: Agenda
    moved: Movement
    blind_agreement: AgreementSection

    @classmethod
    def load(cls, parameters: ReportParameters, draw: Drawings) -> SessionReport:
        """Load the session and work out what the sections share."""
        project = Project.open(parameters.project)
        facts = session_facts(project, parameters.id)
        known = scales(facts.rubric)
        labels = {one.id: one.name for one in facts.rubric.criteria}
        codes = {one.piece.code for one in facts.pieces}
        surprising = surprises(readings_with(project, facts.rubric), known, codes)
        both = pd.concat([facts.blind, facts.second], ignore_index=True)
        return cls(
            parameters,
            project,
            draw,
            facts,
            labels,
            agenda(facts.blind, known, labels=labels, surprising=surprising),
            movement(both, known, labels=labels),
            agreement_section(facts.blind, facts.rubric),
        )

    @property
    def summary(self) -> Summary:
        """The line of the index."""
        return Summary(self.facts.session.title, self.headline, ", ".join(self._when_and_where()))

    @property
    def headline(self) -> str:
        """The one sentence that the session comes to."""
        return self.blind_agreement.headline(self.moved)

    def _when_and_where(self) -> list[str]:
        session = self.facts.session
        day = (
            f"{session.held_on:%B} {session.held_on.day}, {session.held_on.year}"
            if session.held_on
            else ""
        )
        return [
            one
            for one in (day, self.facts.window.title, *(s.title for s in self.facts.schools))
            if one
        ]

    def front_page(self) -> Block:
        """What was agreed, what stayed open, what students need, who does what by when."""
        minutes = self.facts.minutes
        readers = len(self.facts.panel) - len(self.facts.absent)
        facts = [
            *self._when_and_where(),
            count(readers, "teacher"),
            count(len(self.facts.pieces), "piece"),
            f"{self.facts.rubric.title}, version {self.facts.rubric.version}",
        ]
        return blocks.join(
            [
                blocks.masthead("Norming session", self.facts.session.title, facts, self.headline),
                blocks.columns(
                    blocks.card(
                        "What we agreed",
                        blocks.bullets(
                            minutes.get(MinuteKind.AGREED, ()),
                            empty="Nothing was written down. What did the panel settle?",
                        ),
                    ),
                    blocks.card("What stayed open, and where", self._open()),
                ),
                blocks.card(
                    "What these pieces say that students need next",
                    blocks.bullets(
                        minutes.get(MinuteKind.NEED, ()), empty="Nothing was written down."
                    ),
                ),
                self._actions(),
                self._additions(),
            ]
        )

    def _open(self) -> Block:
        written = self.facts.minutes.get(MinuteKind.OPEN, ())
        divides = [one for one in self.agenda_of_blind.criteria if one.n_divided]
        seen = blocks.note("In the blind scores: " + divides[0].sentence) if divides else Block("")
        return blocks.bullets(written, empty="Nothing was left open.") + seen

    def _actions(self) -> Block:
        if not self.facts.actions:
            return blocks.note("Nobody has taken on a task yet: who does what by when?")
        frame = pd.DataFrame(
            {
                "Who": [one.who for one in self.facts.actions],
                "What": [one.what for one in self.facts.actions],
                "By when": [
                    f"{one.due:%b} {one.due.day}" if one.due else "no date yet"
                    for one in self.facts.actions
                ],
            }
        )
        return table(frame, caption="Who does what by when", row_name="Who")

    def _additions(self) -> Block:
        folder = ReportJob("session", self.parameters.id).folder(self.project.reports)
        written = read_additions(folder, self.parameters.id)
        if written is None:
            return blocks.note(
                "To add your own words here, write them in the file my-notes.md beside this report "
                "and make the report again, or edit the Word version."
            )
        return blocks.card("From your coach", written)

    def what_was_scored(self) -> Block:
        """Which pieces, by how many, with what left out."""
        blind = self.facts.blind
        blind = blind[(blind["purpose"] == "independent") & ~blind["joint"]]
        rows = [
            {
                "Piece": one.piece.code,
                "Grade": grade_label(one.piece.grade) if one.piece.grade else "–",
                "Task": one.task.title if one.task else "–",
                "Read alone by": blind.loc[blind["piece"] == one.piece.code, "rater"].nunique(),
                "With a condition code": blind.loc[
                    (blind["piece"] == one.piece.code) & blind["code"].notna(), "rater"
                ].nunique(),
            }
            for one in self.facts.pieces
        ]
        frame = pd.DataFrame(rows)
        if not frame["With a condition code"].any():
            frame = frame.drop(columns="With a condition code")
        return blocks.join(
            [
                blocks.section(
                    "What was scored by how many",
                    "Readers counted here scored alone, before anybody saw a score.",
                    new_page=True,
                ),
                table(frame, caption="Pieces of this session", row_name="Piece"),
                blocks.sentence(self._who_scored()),
                blocks.note(self.blind_agreement.selection_sentence),
            ]
        )

    def _who_scored(self) -> str:
        readers = len(self.facts.panel) - len(self.facts.absent)
        words = (
            f"{count(readers, 'teacher')} scored {count(len(self.facts.pieces), 'piece')} on "
            f"{count(len(self.facts.rubric.criteria), 'criterion', 'criteria')}."
        )
        if self.facts.absent:
            words += (
                f" {count(len(self.facts.absent), 'panel member')} did not hand in scores and count "
                "as missing"
            )
            reason = self.facts.absent_because.strip().rstrip(".")
            words += f" (the reveal went ahead: {reason})." if reason else "."
        return words + _from_paper(self.facts.from_paper)

    def agreement(self) -> Block:
        """Agreement by criterion with intervals, and every pair of readers."""
        called = partial(rater_pseudonyms, self.project)
        shown = (self.facts.blind, [self.facts.session.id], self.facts.rubric, self.draw)
        return self.blind_agreement.show(self.draw) + pairs_of(*shown, called)

    def where_the_panel_split(self) -> Block:
        """The pieces worth the minutes, with their spread."""
        split = [one for one in self.agenda_of_blind.items if one.divided]
        shown = split[:_MOST_PIECES]
        head = [
            blocks.section(
                "Where the panel split",
                "The pieces worth the minutes come first. Nobody is named: the talk is about the work.",
            ),
            blocks.sentence(self.agenda_of_blind.sentence),
        ]
        if len(split) > len(shown):
            head.append(blocks.note(f"The {len(shown)} widest of {len(split)} are shown."))
        return blocks.join([*head, *(self._split_piece(one) for one in shown)])

    def _split_piece(self, item: AgendaItem) -> Block:
        facts = next(one for one in self.facts.pieces if one.piece.code == item.piece)
        consensus = {
            one.criterion_id: one.level_id
            for one in self.facts.consensus
            if one.piece_id == facts.piece.id and one.level_id
        }
        picture = self.draw.spread_figure(item, self.facts.rubric, consensus=consensus)
        grade = f", {grade_label(facts.piece.grade)}" if facts.piece.grade else ""
        return blocks.join(
            [
                blocks.subsection(f"Piece {item.piece}{grade}"),
                blocks.columns(
                    _work(facts), blocks.figure(picture.png(), picture.alt, picture.sentence)
                ),
            ]
        )

    def movement(self) -> Block:
        """From the blind round to the second."""
        head = blocks.section(
            "After the discussion",
            "The second round is kept beside the blind one, which never changes.",
        )
        if not self.moved.total.n_judgements:
            return head + blocks.sentence(self.moved.sentence)
        picture = self.draw.movement_figure(self.moved, self.labels)
        frame = pd.DataFrame(
            {
                "Criterion": [
                    self.labels.get(one.criterion, one.criterion) for one in self.moved.rows
                ],
                "Changed": [one.n_moved / one.n_judgements for one in self.moved.rows],
                "Up": [one.n_up for one in self.moved.rows],
                "Down": [one.n_down for one in self.moved.rows],
                "Nearer to the rest": [one.n_toward for one in self.moved.rows],
                "Farther": [one.n_away for one in self.moved.rows],
            }
        )
        return blocks.join(
            [
                head,
                blocks.figure(picture.png(), picture.alt, picture.sentence),
                table(
                    frame,
                    caption="Scores that changed",
                    row_name="Criterion",
                    percents=["Changed"],
                    notes=["Nearer and farther: against the mean of the others’ blind scores."],
                ),
                blocks.sentence(self._toward()),
                blocks.note(
                    "Moving is not a fault and staying is not a virtue: a reason convinced, or it did not."
                ),
            ]
        )

    def _toward(self) -> str:
        total = self.moved.total
        if not total.n_moved:
            return "Nobody changed a score after talking."
        return (
            f"Of {count(total.n_moved, 'changed score')}, {total.n_toward} came nearer to what the "
            f"others had chosen alone and {total.n_away} went farther from it."
        )

    def consensus(self) -> Block:
        """What was settled, and why."""
        head = blocks.section("What was settled, and why")
        if not self.facts.consensus:
            return head + blocks.sentence(
                "No consensus score has been written down for this session."
            )
        order = [one.id for one in self.facts.rubric.criteria]
        rows = []
        for facts in self.facts.pieces:
            mine = {
                one.criterion_id: one
                for one in self.facts.consensus
                if one.piece_id == facts.piece.id
            }
            if not mine:
                continue
            row: dict[str, str] = {"Piece": facts.piece.code}
            row |= {
                one: _settled(mine[one].level_id, mine[one].code_id) if one in mine else "open"
                for one in order
            }
            row["Why"] = " ".join(dict.fromkeys(one.reason for one in mine.values()))
            rows.append(row)
        settled = sum(
            one.level_id is not None or one.code_id is not None for one in self.facts.consensus
        )
        possible = len(self.facts.pieces) * len(order)
        return blocks.join(
            [
                head,
                table(
                    pd.DataFrame(rows),
                    caption="Consensus scores",
                    row_name="Piece",
                    centered=order,
                    notes=[
                        ", ".join(f"{one.id}: {one.name}" for one in self.facts.rubric.criteria)
                    ],
                ),
                blocks.sentence(
                    f"The panel settled {settled} of {possible} scores; a settled piece can become an anchor."
                ),
            ]
        )

    def rubric_notes(self) -> Block:
        """What the rubric's wording should learn from this session."""
        worst = [
            one.sentence for one in self.agenda_of_blind.criteria if one.n_divided and one.boundary
        ][:2]
        return blocks.join(
            [
                blocks.section("Notes for the rubric"),
                blocks.bullets(
                    self.facts.minutes.get(MinuteKind.RUBRIC_NOTE, ()),
                    empty="Nothing was written down.",
                ),
                blocks.note(f"Where the wording was stretched most: {' '.join(worst)}")
                if worst
                else Block(""),
            ]
        )

    def how_to_read(self) -> Block:
        """The page on how to read the numbers."""
        return closing.how_to_read()

    def footer(self) -> Block:
        """Versions, input, rules."""
        settings = self.project.settings
        schools = listed([one.title for one in self.facts.schools])
        return closing.footer(
            input_hash=closing.hash_of_input(self.facts.blind, self.facts.second),
            rule_id=settings.resolution_rule,
            min_n=settings.min_n,
            edition=self.parameters.edition,
            facts=f"session {self.facts.session.id}" + (f" ({schools})" if schools else ""),
            hidden="Nothing: this report is for staff, and shows students’ work. It has no outside edition.",
        )


def _from_paper(sheets: Mapping[RoundName, int]) -> str:
    rounds = {
        RoundName.BLIND: "of the blind round",
        RoundName.AFTER_DISCUSSION: "of the second round",
    }
    said = [
        f"{count(sheets[one], 'sheet')} {words}" for one, words in rounds.items() if one in sheets
    ]
    if not said:
        return ""
    return f" Scored on paper and entered by hand: {listed(said)}."


def _settled(level: str | None, code: str | None) -> str:
    return level or code or "open"


def _work(facts: PieceFacts) -> Block:
    if facts.view.jpeg is not None:
        return blocks.work_picture(
            facts.view.jpeg, "image/jpeg", f"Photo or scan of piece {facts.piece.code}"
        )
    if facts.view.words:
        return blocks.work_excerpt(facts.view.words)
    if facts.view.lost:
        return blocks.note(
            "The file of this piece is missing or damaged: `calibrate doctor` says what to do."
        )
    return blocks.note("There is no scan of this piece: the scores stand without it.")
