"""From rows of scores to readings and scores, compared with what the project has.

The rule for a rater's own students: whoever taught the child when the work was collected, or on the day
of scoring, reads as ``own_student``. Such a reading is kept, and reliability leaves it out. If a file
calls it ``independent``, it is brought in as ``own_student`` with a warning; if it gives no purpose,
the roster decides between the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from calibrate.exchange.score_rows import OPERATIONAL, ScoreRow
from calibrate.exchange.written_tables import writable
from calibrate.model.ids import new_id
from calibrate.model.scores import Reading, ReadingPurpose, Score
from calibrate.workflows.imports import ImportRun
from calibrate.workflows.imports_judgements import Judgement, SessionPlace, judgements_of
from calibrate.workflows.imports_known import Known

_CHUNK = 5_000
_SAME = (ReadingPurpose.INDEPENDENT, ReadingPurpose.OWN_STUDENT)

#: A time without a zone is taken as UTC, so a score of this evening may seem to come from tomorrow.
_ANY_ZONE = timedelta(days=1)

Key = tuple[str, frozenset[str], str, str, str]


@dataclass(frozen=True, slots=True)
class Occasion:
    """One reading of the file: its judgements, by criterion, and why it was read."""

    judgements: Mapping[str, Judgement]
    purpose: ReadingPurpose

    @property
    def first(self) -> Judgement:
        """The judgement of the file's first row of this reading."""
        return next(iter(self.judgements.values()))


def bring_in(
    run: ImportRun,
    known: Known,
    rows: Iterable[ScoreRow],
    sessions: Mapping[str, SessionPlace],
) -> list[Occasion]:
    """Check rows of scores against the project and write what is new or changed.

    Returns
    -------
    list of Occasion
        Every reading of the file, written or there already.

    Raises
    ------
    ImportRefused
        With every problem found so far, if there is any.
    """
    occasions = _occasions(run, known, judgements_of(run, known, rows, sessions))
    run.problems.raise_if_any()
    _warn_of_the_future(run, occasions)
    if known.rated_tasks.new:
        run.tally.add("rated tasks", run.unit.work.pieces.put_all(known.rated_tasks.new))
    _write(run, occasions)
    return list(occasions.values())


def _occasions(
    run: ImportRun, known: Known, judgements: Iterable[Judgement]
) -> dict[Key, Occasion]:
    groups: dict[tuple[object, ...], list[Judgement]] = {}
    for one in judgements:
        at = (one.piece.id, frozenset(one.raters), one.session, one.round, one.said)
        groups.setdefault(at, []).append(one)
    found: dict[Key, Occasion] = {}
    by_rater: dict[tuple[str, str, str, str, str], tuple[Key, int]] = {}
    corrected: list[int] = []
    for group in groups.values():
        purpose = _purpose(known, group, corrected)
        head = group[0]
        key: Key = (
            head.piece.id,
            frozenset(head.raters),
            head.session,
            head.round,
            _plain(purpose),
        )
        for rater in head.raters:
            mine = (head.piece.id, rater, head.session, head.round, _plain(purpose))
            other, row = by_rater.setdefault(mine, (key, head.row))
            if other != key:
                run.problems.add(
                    f"This rater has read this piece in row {row} already, alone or with others.",
                    row=head.row,
                    column="rater",
                    fix="Keep one of the two, or give one another purpose.",
                )
        before = found.get(key)
        merged = dict(before.judgements) if before else {}
        for one in group:
            twin = merged.setdefault(one.criterion, one)
            if twin is not one:
                run.problems.add(
                    f"The same rater scored the same piece and criterion in row {twin.row} already.",
                    row=one.row,
                    column=one.column,
                    fix="Keep one of the two rows.",
                )
        _check_minutes(run, group)
        found[key] = Occasion(merged, purpose)
    if corrected:
        rest = f" and {len(corrected) - 1:,} more readings" if len(corrected) > 1 else ""
        run.problems.warn(
            f"A rater taught the child then (row {corrected[0]}{rest}): brought in as own_student, "
            "which reliability leaves out."
        )
    return found


def _warn_of_the_future(run: ImportRun, occasions: Mapping[Key, Occasion]) -> None:
    latest = now() + _ANY_ZONE
    late = [
        one.row
        for occasion in occasions.values()
        for one in occasion.judgements.values()
        if one.scored_at is not None and one.scored_at > latest
    ]
    if late:
        rest = f" The same holds for {len(late) - 1:,} more rows." if len(late) > 1 else ""
        run.problems.warn(
            f"This score was given at a time that is still to come.{rest} It was brought in as it is: "
            "if the date is a slip, correct it and bring the file in again.",
            row=min(late),
            column="scored_at",
        )


def now() -> datetime:
    """The clock's time."""
    return datetime.now(UTC)


def _plain(purpose: ReadingPurpose) -> str:
    """Independent and own-student readings are one occasion: the roster tells them apart."""
    return ReadingPurpose.INDEPENDENT.value if purpose in _SAME else purpose.value


def _purpose(known: Known, group: Sequence[Judgement], corrected: list[int]) -> ReadingPurpose:
    head = group[0]
    if head.said is not None and head.said is not ReadingPurpose.INDEPENDENT:
        return head.said
    days = {one.scored_at.date() for one in group if one.scored_at is not None}
    if not any(known.teaches(rater, head.piece, days) for rater in head.raters):
        return ReadingPurpose.INDEPENDENT
    if head.said is ReadingPurpose.INDEPENDENT:
        corrected.append(head.row)
    return ReadingPurpose.OWN_STUDENT


def _check_minutes(run: ImportRun, group: Sequence[Judgement]) -> None:
    said = [one for one in group if one.minutes is not None]
    for one in said[1:]:
        if one.minutes != said[0].minutes:
            run.problems.add(
                f"The minutes are not those of row {said[0].row}, and it is one reading.",
                row=one.row,
                column="minutes",
                fix="Write the minutes of the whole reading in each of its rows.",
            )


def _write(run: ImportRun, occasions: Mapping[Key, Occasion]) -> None:
    before = _known_readings(run, {key[0] for key in occasions})
    current = _current_scores(run, [one.id for one in before.values()])
    readings: list[Reading] = []
    scores: list[Score] = []
    other_purpose = 0
    for key, occasion in occasions.items():
        reading = before.get(key)
        if reading is None:
            reading = _reading(run, occasion)
            readings.append(reading)
        else:
            run.tally.count("readings", "unchanged")
            other_purpose += reading.purpose is not occasion.purpose
        for one in occasion.judgements.values():
            old = current.get((reading.id, one.criterion))
            if (score := _score(run, reading, one, old)) is not None:
                scores.append(score)
    if other_purpose:
        run.problems.warn(
            f"{other_purpose} readings are in the project with another purpose, which stays: "
            "a stored reading is never changed."
        )
    run.problems.raise_if_any()
    run.tally.count("readings", "new", run.unit.scores.readings.add_all(readings))
    run.unit.scores.add_all(scores)


def _known_readings(run: ImportRun, pieces: set[str]) -> dict[Key, Reading]:
    noun = run.unit.scores.readings
    found = noun.all(piece_id=sorted(pieces)) if len(pieces) <= 500 else noun.all()
    return {
        (
            one.piece_id,
            frozenset(one.rater_ids),
            one.session_id or "",
            one.round,
            _plain(one.purpose),
        ): one
        for one in found
    }


def _current_scores(run: ImportRun, reading_ids: list[str]) -> dict[tuple[str, str], Score]:
    return {
        (one.reading_id, one.criterion_id): one
        for some in _chunks(reading_ids)
        for one in run.unit.scores.current(some)
    }


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(values)
    while some := list(islice(iterator, _CHUNK)):
        yield some


def _reading(run: ImportRun, occasion: Occasion) -> Reading:
    head = occasion.first
    times = [one.scored_at for one in occasion.judgements.values() if one.scored_at is not None]
    minutes = [one.minutes for one in occasion.judgements.values() if one.minutes is not None]
    return Reading(
        id=new_id("re"),
        piece_id=head.piece.id,
        rater_ids=head.raters,
        rubric_id=head.rubric.id,
        rubric_version=head.rubric.version,
        purpose=occasion.purpose,
        session_id=head.session or None,
        round=head.round,
        scored_at=max(times, default=None),
        minutes=minutes[0] if minutes else None,
        import_id=run.import_id,
    )


def _score(run: ImportRun, reading: Reading, one: Judgement, old: Score | None) -> Score | None:
    """The row to write, or None where the project has it already or may not be changed."""
    if (reading.rubric_id, reading.rubric_version) != (one.rubric.id, one.rubric.version):
        run.problems.add(
            "The project has this reading under another rubric or version.",
            row=one.row,
            column="rubric",
            fix="Bring it in under the rubric that it was made with.",
        )
        return None
    if old is None:
        run.tally.count("scores", "new")
        return Score(
            new_id("sc"), reading.id, one.criterion, one.level_id, one.code_id, one.comment
        )
    same = (old.level_id, old.code_id) == (one.level_id, one.code_id)
    if same and (not one.comment or _words(one.comment) == _words(old.comment)):
        run.tally.count("scores", "unchanged")
        return None
    if reading.import_id is None and reading.round != OPERATIONAL:
        run.problems.add(
            "This score was given in the room and was revealed there; a file cannot change it.",
            row=one.row,
            column=one.column,
            fix="Leave the row out.",
        )
        return None
    run.tally.count("scores", "changed")
    return Score(
        new_id("sc"),
        reading.id,
        one.criterion,
        one.level_id,
        one.code_id,
        one.comment or old.comment,
        replaces=old.id,
    )


def _words(comment: str) -> list[str]:
    """What a comment says: tables lose spaces at its ends, and signs that they cannot hold."""
    return writable(comment).split()
