"""The outside edition of the school and the district report: released tables and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from calibrate.analysis.count_tables import CountTable, N
from calibrate.analysis.school_map import SchoolMap
from calibrate.analysis.wording import count, percent, signed
from calibrate.errors import NotFound
from calibrate.model.roster import Edition
from calibrate.reports import blocks, closing
from calibrate.reports.blocks import Block, Summary
from calibrate.reports.comparison_section import VERDICTS
from calibrate.reports.district_answer import SETTLED, answer_page, drift_card
from calibrate.reports.drawing import Drawings
from calibrate.reports.measures import what_is_counted
from calibrate.reports.parameters import ReportParameters
from calibrate.reports.release import (
    Released,
    by_grade,
    by_window,
    growth_table,
    read_released,
)
from calibrate.reports.tables import table

_NOTHING = Block("")

APART = "Two schools that are not shown together are not among each other’s others."
"""What stands below the schools where a pair of them is withheld."""


@dataclass(frozen=True)
class _OutsideReport:
    """What both outside reports share."""

    parameters: ReportParameters
    draw: Drawings
    released: Released

    @property
    def windows(self) -> list[str]:
        """The windows that the report speaks of."""
        return [self.parameters.window] if self.parameters.window else self.released.held["windows"]

    @property
    def measures(self) -> list[str]:
        """What students are counted by."""
        return list(self.released.held["measures"])

    def _label(self, key: str) -> str:
        return self.released.labels.get(key, key)

    def _levels(self, table_id: str) -> Block:
        found = self.released.table(table_id)
        if found is None or not found.row_keys:
            return blocks.note("Nothing can be shown here without showing too small a group.")
        return count_table(found, self.released.labels)

    def _trend(self, key: str) -> Block:
        trend = self.released.held["trends"][key]
        if not trend["points"]:
            return blocks.sentence(trend["sentence"])
        frame = pd.DataFrame(
            {
                "Session": [one["title"] for one in trend["points"]],
                "Readers": [one["n_raters"] for one in trend["points"]],
                "Same score": [one["exact"] for one in trend["points"]],
                "Likely range": [
                    "cannot tell"
                    if one["low"] is None
                    else f"{percent(one['low'])} to {percent(one['high'])}"
                    for one in trend["points"]
                ],
            }
        )
        return table(
            frame,
            caption="How often two readers gave the same score before talking",
            row_name="Session",
            percents=["Same score"],
        ) + blocks.sentence(trend["sentence"])

    def how_to_read(self) -> Block:
        """The page on how to read the numbers."""
        return closing.how_to_read()

    def footer(self) -> Block:
        """Versions, input, rules."""
        held = self.released.held
        return closing.footer(
            input_hash=held["input_hash"],
            rule_id=held["resolution_rule"],
            min_n=held["min_n"],
            edition=Edition.OUTSIDE,
        )


@dataclass(frozen=True)
class OutsideSchoolReport(_OutsideReport):
    """A school's report for anybody."""

    @classmethod
    def load(cls, parameters: ReportParameters, draw: Drawings) -> OutsideSchoolReport:
        """Read the released tables.

        Raises
        ------
        NotFound
            If nothing was released, or the school is not among it.
        """
        released = read_released(parameters.project)
        if parameters.id not in released.held["schools"]:
            known = ", ".join(released.held["schools"])
            raise NotFound(
                f"There is no school {parameters.id!r}.", fix=f"The schools are: {known}."
            )
        return cls(parameters, draw, released)

    @property
    def summary(self) -> Summary:
        """The line of the index."""
        return Summary(self._label(self.parameters.id), self._trend_sentence(), "Outside edition")

    def _trend_sentence(self) -> str:
        return str(self.released.held["trends"][self.parameters.id]["sentence"])

    def front_page(self) -> Block:
        """The headline."""
        return blocks.masthead(
            "School report, outside edition",
            self._label(self.parameters.id),
            [self.released.held["district"], *(self._label(one) for one in self.windows)],
            self._trend_sentence(),
        ) + blocks.note(_what_this_edition_is(self.released))

    def agreement_over_the_year(self) -> Block:
        """Agreement of the school's sessions."""
        return blocks.section("Do readers agree more than they did?") + self._trend(
            self.parameters.id
        )

    def raters(self) -> Block:
        """Nothing: readers are people."""
        return _NOTHING

    def writing_wall(self) -> Block:
        """Nothing: a card is a child."""
        return _NOTHING

    def distribution(self) -> Block:
        """Levels by grade in every window."""
        made = [blocks.section("Who is where", what_is_counted(self.measures))]
        made += [
            self._levels(by_grade(self.parameters.id, one, measure))
            for measure in self.measures
            for one in self.windows
        ]
        return blocks.join(made)

    def growth(self) -> Block:
        """Nothing by grade: growth is released by school, in the district's report."""
        return _NOTHING


@dataclass(frozen=True)
class OutsideDistrictReport(_OutsideReport):
    """The district's report for anybody."""

    @classmethod
    def load(cls, parameters: ReportParameters, draw: Drawings) -> OutsideDistrictReport:
        """Read the released tables."""
        return cls(parameters, draw, read_released(parameters.project))

    @property
    def _comparison(self) -> dict[str, Any]:
        return dict(self.released.held["comparison"])

    @property
    def summary(self) -> Summary:
        """The line of the index."""
        return Summary(
            self.released.held["district"], self._comparison["sentence"], "Outside edition"
        )

    def front_page(self) -> Block:
        """The answer on one page, as far as it may be shown."""
        held, found = self.released.held, self._comparison
        head = blocks.masthead(
            "District report, outside edition",
            f"Is a 3 here a 3 there? {held['district']}",
            [count(len(held["schools"]), "school"), *(self._label(one) for one in self.windows)],
            found["sentence"],
        ) + blocks.note(_what_this_edition_is(self.released))
        if found["left_out_sentence"]:
            head += blocks.note(found["left_out_sentence"])
        if not found["pairs"]:
            return head
        said = [tuple(one["plain"]) for one in found["groups"]]
        next_steps = found["next"] or [SETTLED]
        return head + answer_page(
            SchoolMap.from_dict(found["map"]),
            said,
            self.released.labels,
            self.draw,
            _NOTHING,
            blocks.card("What to do next", blocks.bullets(next_steps)),
            drift_card([tuple(one) for one in found["drift"]], known=True),
        )

    def sessions(self) -> Block:
        """Whether sessions are helping."""
        return blocks.section("Are norming sessions helping?") + self._trend("district")

    def agreement_between_schools(self) -> Block:
        """Nothing: agreement of two schools' readers is told by the differences here."""
        return _NOTHING

    def differences(self) -> Block:
        """The difference between schools on shared pieces."""
        rows = [*self._comparison["groups"], *self._comparison["pairs"]]
        frame = pd.DataFrame(
            {
                "Schools": [
                    f"{self._label(one['a'])} and "
                    + ("all others" if one["b"] == "rest" else self._label(one["b"]))
                    for one in rows
                ],
                "Difference": [
                    "–" if one["difference"] is None else signed(one["difference"]) for one in rows
                ],
                "95% interval": [
                    "–"
                    if one["ci95"][0] is None
                    else f"{signed(one['ci95'][0])} to {signed(one['ci95'][1])}"
                    for one in rows
                ],
                "Verdict": [VERDICTS[one["verdict"]] for one in rows],
            }
        )
        return blocks.join(
            [
                blocks.section(
                    "Is a 3 here a 3 there?",
                    "Points given to the very same pieces: it says nothing about how well students write.",
                ),
                Block("")
                if not self._comparison["pairs"]
                else table(
                    frame,
                    caption="Schools beside each other",
                    row_name="Schools",
                    notes=[APART] if any(one["n_shared_pieces"] is None for one in rows) else [],
                ),
                blocks.sentence(self._comparison["sentence"]),
            ]
        )

    def schools(self) -> Block:
        """Nothing: what this edition says of schools stands on its first page."""
        return _NOTHING

    def what_cannot_be_said(self) -> Block:
        """Where nothing can be said."""
        silent = [
            one["sentence"] for one in self._comparison["pairs"] if one["verdict"] == "cannot tell"
        ]
        return blocks.section("Where nothing can be said, and why") + blocks.bullets(
            silent,
            empty="Every pair of schools has a verdict."
            if self._comparison["pairs"]
            else self._comparison["sentence"],
        )

    def own_teachers(self) -> Block:
        """Nothing: a school's teachers are few, and it is about what they know of their children."""
        return _NOTHING

    def task_rigor(self) -> Block:
        """Nothing: which work a school sets stands in its own words elsewhere."""
        return _NOTHING

    def student_groups(self) -> Block:
        """Nothing: it is a question for the staff, and its groups are small."""
        return _NOTHING

    def second_reader(self) -> Block:
        """Nothing: it is the district's own planning."""
        return _NOTHING

    def distribution(self) -> Block:
        """Levels by school in every window, and growth."""
        made = [blocks.section("Who is where", what_is_counted(self.measures), new_page=True)]
        made += [
            self._levels(by_window(one, measure))
            for measure in self.measures
            for one in self.windows
        ]
        ids = [one["id"] for one in self.released.held["tables"]]
        grown = [one for one in ids if one.startswith(growth_table(""))]
        if grown:
            made.append(
                blocks.section(
                    "Growth",
                    "A change of place counts only if it is larger than two readings of one piece differ.",
                )
            )
            made += [self._levels(one) for one in grown]
        return blocks.join(made)


def count_table(found: CountTable, labels: dict[str, str]) -> Block:
    """A suppressed table, with whole percents where the row's total may be seen."""
    frame = found.as_frame(labels)
    frame = frame.rename(columns={N: "Students"})
    frame.insert(0, "Group", frame.index)
    notes = [found.footnote] if found.footnote else []
    return table(frame, caption=found.title, row_name="Group", notes=notes)


def _what_this_edition_is(released: Released) -> str:
    what = "This edition names nobody and shows no student work."
    if not any(one["footnote"] for one in released.held["tables"]):
        return what
    return (
        f"{what} Numbers of groups with fewer than {released.held['min_n']} students are hidden (*), and so "
        "are others from which they could be worked out."
    )
