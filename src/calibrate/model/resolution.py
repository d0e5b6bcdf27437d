"""The score of record: how independent readings of a piece become one score.

Every rule says how many readings it accepts. Where it cannot answer, it says what is due.
Rules work on level positions; a condition code is never averaged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median_low

from calibrate.errors import ArgumentError, NotFound
from calibrate.model.scores import ReadingPurpose


class RecordState(StrEnum):
    """Whether a score of record stands."""

    SETTLED = "settled"
    PENDING = "pending"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reading's answer on one criterion: a value and its level position, or a code.

    ``expert`` marks an adjudication: a reading that was called to settle what others left open.
    """

    rater_id: str
    value: float | None = None
    position: int | None = None
    code_id: str | None = None
    expert: bool = False

    def __post_init__(self) -> None:
        scored = self.value is not None and self.position is not None
        if (self.value is None) != (self.position is None) or scored == (self.code_id is not None):
            raise ArgumentError("A judgement is a value with its position, or a condition code.")


@dataclass(frozen=True, slots=True)
class ScoreOfRecord:
    """The score that stands for one piece and criterion, and how it came to stand.

    ``value`` may lie between two levels where the rule averages. ``by`` is ``consensus`` or the
    rule's id.
    """

    state: RecordState
    by: str
    value: float | None = None
    code_id: str | None = None
    n_readings: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResolutionRule:
    """A named rule; ``accepts`` is the smallest and largest number of readings it can resolve."""

    id: str
    title: str
    accepts: tuple[int, int]
    resolve: Callable[[Sequence[Judgement]], ScoreOfRecord]


def _same(one: Judgement, other: Judgement) -> bool:
    return (one.position, one.code_id) == (other.position, other.code_id)


def _near(one: Judgement, other: Judgement) -> bool:
    """Within one level position, or one whole point on a half-point scale; a code is never near."""
    if one.position is None or other.position is None or one.value is None or other.value is None:
        return False
    steps = abs(one.position - other.position)
    return steps <= 1 or (steps == 2 and abs(one.value - other.value) <= 1.0)


def _settled(
    rule: str,
    readings: Sequence[Judgement],
    value: float | None,
    code: str | None = None,
    reason: str = "",
) -> ScoreOfRecord:
    return ScoreOfRecord(RecordState.SETTLED, rule, value, code, len(readings), reason)


def _pending(rule: str, readings: Sequence[Judgement], reason: str) -> ScoreOfRecord:
    return ScoreOfRecord(RecordState.PENDING, rule, n_readings=len(readings), reason=reason)


def _median(rule: str, readings: Sequence[Judgement]) -> ScoreOfRecord:
    """The median level, the lower on a tie; codes stand only if more than half gave that code."""
    scored = [one for one in readings if one.code_id is None]
    for code in sorted({one.code_id for one in readings if one.code_id is not None}):
        if sum(one.code_id == code for one in readings) * 2 > len(readings):
            return _settled(rule, readings, None, code, "most readings gave this code")
    if len(scored) * 2 <= len(readings):
        return _pending(
            rule, readings, "scores and condition codes disagree: another reading is due"
        )
    middle = median_low(sorted((one.position, one.value) for one in scored))
    return _settled(rule, readings, middle[1])


def _with_third(
    rule: str,
    readings: Sequence[Judgement],
    near: Callable[[float, float], float],
    far: Callable[[Sequence[Judgement]], ScoreOfRecord],
) -> ScoreOfRecord:
    """The shared shape of two-reader rules: one stands alone, two near ones join, else a third."""
    if len(readings) == 1:
        only = readings[0]
        return _settled(rule, readings, only.value, only.code_id, "read once")
    first, second = readings[0], readings[1]
    if _same(first, second):
        return _settled(rule, readings, first.value, first.code_id)
    if _near(first, second):
        assert first.value is not None and second.value is not None
        return _settled(rule, readings, near(first.value, second.value))
    if len(readings) == 2:
        return _pending(
            rule, readings, "the two readings are more than one level apart: a third is due"
        )
    return far(readings)


def _third_stands(rule: str) -> Callable[[Sequence[Judgement]], ScoreOfRecord]:
    def far(readings: Sequence[Judgement]) -> ScoreOfRecord:
        third = readings[2]
        return _settled(rule, readings, third.value, third.code_id, "the third reading stands")

    return far


def _expert_stands(rule: str) -> Callable[[Sequence[Judgement]], ScoreOfRecord]:
    def far(readings: Sequence[Judgement]) -> ScoreOfRecord:
        expert = next((one for one in readings[2:] if one.expert), None)
        if expert is None:
            return _pending(rule, readings, "the readings differ: an adjudication is due")
        return _settled(rule, readings, expert.value, expert.code_id, "the adjudication stands")

    return far


def _closest_two(readings: Sequence[Judgement]) -> ScoreOfRecord:
    rule = "closest_two"
    third = readings[2]
    if third.code_id is not None:
        twin = next((one for one in readings[:2] if one.code_id == third.code_id), None)
        if twin is None:
            return _pending(rule, readings, "the third reading gave a code that nobody else gave")
        return _settled(rule, readings, None, third.code_id, "two readings gave this code")
    scored = [one for one in readings[:2] if one.position is not None]
    if not scored:
        return _settled(rule, readings, third.value, reason="the third reading stands")
    assert third.value is not None
    gaps = [abs((one.value or 0.0) - third.value) for one in scored]
    if len(gaps) == 2 and math.isclose(gaps[0], gaps[1]):
        return _settled(rule, readings, third.value, reason="the third lies midway and stands")
    nearer = scored[gaps.index(min(gaps))]
    assert nearer.value is not None
    return _settled(rule, readings, (nearer.value + third.value) / 2, reason="the closest two")


def _mean(one: float, other: float) -> float:
    return (one + other) / 2


RULES: dict[str, ResolutionRule] = {
    rule.id: rule
    for rule in (
        ResolutionRule(
            "median",
            "the median level, the lower on a tie",
            (1, 99),
            lambda r: _median("median", r),
        ),
        ResolutionRule(
            "average_adjacent",
            "two readings within a level are averaged; otherwise a third is called and stands",
            (1, 3),
            lambda r: _with_third("average_adjacent", r, _mean, _third_stands("average_adjacent")),
        ),
        ResolutionRule(
            "third_replaces",
            "two readings within a level are averaged; otherwise an adjudication replaces both",
            (1, 3),
            lambda r: _with_third("third_replaces", r, _mean, _expert_stands("third_replaces")),
        ),
        ResolutionRule(
            "higher_if_adjacent",
            "of two readings within a level the higher stands; otherwise a third is called and stands",
            (1, 3),
            lambda r: _with_third(
                "higher_if_adjacent", r, max, _third_stands("higher_if_adjacent")
            ),
        ),
        ResolutionRule(
            "closest_two",
            "two readings within a level are averaged; otherwise the third is averaged with the nearer",
            (1, 3),
            lambda r: _with_third("closest_two", r, _mean, _closest_two),
        ),
    )
}
"""The rules a project can name in its settings. ``consensus`` always comes before any of them."""


def resolution_rule(rule_id: str) -> ResolutionRule:
    """The rule of that id; `NotFound` lists them."""
    try:
        return RULES[rule_id]
    except KeyError:
        raise NotFound(
            f"There is no resolution rule {rule_id!r}.",
            fix="The rules are " + ", ".join(RULES) + ".",
        ) from None


def readings_that_count(
    readings: Sequence[tuple[ReadingPurpose, Judgement]],
) -> list[Judgement]:
    """Which first-round readings a score of record is made from, in the order in which they were made.

    Independent readings count, and after them the adjudications that were called because they
    differed. A reading by a teacher of the child counts only where nobody else has read the piece,
    or where an adjudication settled between that reading and one other. Back readings and validity
    readings never count.
    """
    by = {
        purpose: [one for why, one in readings if why is purpose]
        for purpose in (
            ReadingPurpose.INDEPENDENT,
            ReadingPurpose.OWN_STUDENT,
            ReadingPurpose.ADJUDICATION,
        )
    }
    first = by[ReadingPurpose.INDEPENDENT]
    own, called = by[ReadingPurpose.OWN_STUDENT], by[ReadingPurpose.ADJUDICATION]
    if not first or (called and len(first) == 1):
        first = own + first
    return first + called


def resolve(rule_id: str, readings: Sequence[Judgement]) -> ScoreOfRecord:
    """Resolve independent first-round readings of one piece and criterion.

    Readings come in the order in which they were made. Where the rule does not accept so many,
    the median level stands in, and the result says so.
    """
    rule = resolution_rule(rule_id)
    if not readings:
        return ScoreOfRecord(RecordState.MISSING, rule.id, reason="nobody has read it yet")
    low, high = rule.accepts
    if not low <= len(readings) <= high:
        stand_in = _median("median", readings)
        note = f"{rule.id} takes {low} to {high} readings and there are {len(readings)}: the median level"
        return ScoreOfRecord(
            stand_in.state,
            "median",
            stand_in.value,
            stand_in.code_id,
            len(readings),
            note if stand_in.state is RecordState.SETTLED else stand_in.reason,
        )
    return rule.resolve(readings)
