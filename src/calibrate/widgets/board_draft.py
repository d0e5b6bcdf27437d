"""What a page sent of a session that is being set up: pieces, panel and plan, with what stands against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property

from calibrate.analysis.planner_limits import PlanImpossible
from calibrate.errors import DataError
from calibrate.widgets.board_asked import Asked
from calibrate.workflows.norming import NormingProject, own_student_pairs
from calibrate.workflows.norming.board_choices import person_names
from calibrate.workflows.norming.board_plan import Plan, Wishes, linked_groups, spread_evenly


class Draft:
    """The pieces, the panel and the plan that a page sent, with what stands against them.

    Parameters
    ----------
    project
        The project.
    asked
        The page's message: ``pieces``, ``panel``, ``own``, and either ``assignments`` or what is wished of a plan (``readings``,
        ``most``, ``everyone``, ``seed``).
    """

    def __init__(self, project: NormingProject, asked: Asked) -> None:
        self.piece_ids, self.rater_ids = asked.ids("pieces"), asked.ids("panel")
        if not self.piece_ids:
            raise DataError("No piece is chosen yet.", fix="Choose three to five pieces.")
        if not self.rater_ids:
            raise DataError("Nobody is on the panel yet.", fix="Choose who scores.")
        with project.store.reading() as unit:
            found = [unit.work.pieces.get(one) for one in self.piece_ids]
            raters = [unit.people.raters.get(one) for one in self.rater_ids]
            self.own = own_student_pairs(unit, found, self.rater_ids, date.today())
            self.names = person_names(unit, self.rater_ids)
            anchors = unit.sessions.anchors.all(piece_id=list(self.piece_ids))
        self.codes = {one.id: one.code for one in found}
        self.schools = {one.id: one.school_id for one in raters if one.school_id}
        sent = asked.whole.get("everyone") is not None
        chosen = set(asked.ids("everyone")) if sent else {one.piece_id for one in anchors}
        #: What everybody scores: anchors, unless the facilitator chose otherwise.
        self.everyone = tuple(one for one in self.piece_ids if one in chosen)
        self.school_ids = tuple(
            dict.fromkeys(sorted(one.school_id for one in raters if one.school_id))
        )
        self.excused = {
            (one.id("piece"), one.id("rater")): one.words("reason") for one in asked.parts("own")
        }
        self.excused = {pair: why for pair, why in self.excused.items() if pair in self.own}
        if any(not reason for reason in self.excused.values()):
            raise DataError("An exception needs a reason.", fix="Say why in a few words.")
        self._chosen = asked.lists("assignments")
        self._wishes = Wishes(
            readings=asked.number("readings"),
            most=asked.counts("most"),
            everyone=self.everyone,
            schools=self.schools,
            seed=(asked.number("seed") or 1) - 1,
        )
        self._in_the_way = ""

    @cached_property
    def assignments(self) -> Plan:
        """Who scores what; a plan that cannot be is refused with what binds."""
        return self._even(self._wishes) if self._chosen is None else self._as_chosen(self._chosen)

    def as_near_as_can_be(self) -> Plan:
        """The same, to look at: where raters' limits are in the way, they are left aside, and a warning says so."""
        try:
            return self.assignments
        except PlanImpossible as refused:
            self._in_the_way = f"{refused.message} {refused.fix or ''} Until then the limits are left aside here, and this plan is not saved."
            self.assignments = self._even(replace(self._wishes, most={}))
            return self.assignments

    def _even(self, wishes: Wishes) -> Plan:
        barred = self.own - set(self.excused)
        called = {**self.codes, **self.names}
        return spread_evenly(self.piece_ids, self.rater_ids, barred, wishes, called)

    def _as_chosen(self, chosen: Mapping[str, tuple[str, ...]]) -> Plan:
        return {
            rater: tuple(one for one in self.piece_ids if one in chosen.get(rater, ()))
            for rater in self.rater_ids
        }

    def warnings(self, per_piece: Mapping[str, int]) -> list[str]:
        """What the facilitator should know before saving, in sentences."""
        found = [self._in_the_way] if self._in_the_way else []
        idle = [self.names[one] for one in self.rater_ids if not self.assignments[one]]
        if idle:
            found.append(
                f"{_listed(idle)} would have nothing to score: give them a piece, or take them off the panel."
            )
        alone = [self.codes[one] for one in self.piece_ids if per_piece[one] == 1]
        unread = [self.codes[one] for one in self.piece_ids if per_piece[one] == 0]
        if unread:
            found.append(f"Nobody would score {_listed(unread)}.")
        if alone:
            found.append(
                f"Only one person would score {_listed(alone)}, so there would be nothing to compare."
            )
        if len(self.rater_ids) == 1:
            found.append("One person alone is not a panel: there would be nothing to compare.")
        elif not idle and len(linked_groups(self.assignments)) > 1:
            found.append(
                "Some raters share no piece with the others, not even through somebody else, so they "
                "could not be compared. Give everybody a piece that others score too."
            )
        return found


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
