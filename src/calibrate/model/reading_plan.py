"""What is to be read, by whom it can be read, and who must not read what."""

from __future__ import annotations

from dataclasses import dataclass, field

from calibrate.errors import ArgumentError


@dataclass(frozen=True)
class PlanPiece:
    """A piece that waits for readings.

    Parameters
    ----------
    id
        The piece's id or code.
    classroom, teachers
        Whose student wrote it: the classroom, and the ids of raters who teach the student. Empty where it is not known.
    readings
        How many raters read it, at least 1; None for the number that the plan gives to all.
    anchor
        Whether its score is settled, so that it shows how raters stand to it.
    """

    id: str
    classroom: str = ""
    teachers: frozenset[str] = field(default_factory=frozenset)
    readings: int | None = None
    anchor: bool = False

    def __post_init__(self) -> None:
        if not self.id:
            raise ArgumentError("A piece to read needs an id.")
        if self.readings is not None and self.readings < 1:
            raise ArgumentError("A piece is read at least once.", column="readings")


@dataclass(frozen=True)
class PlanRater:
    """Somebody who can read.

    Parameters
    ----------
    id
        The rater's id.
    school, classrooms
        Where they work, and the classrooms whose students are theirs. Empty where it is not known.
    capacity
        The most pieces they can read, at least 0; None without a limit.
    """

    id: str
    school: str = ""
    classrooms: frozenset[str] = field(default_factory=frozenset)
    capacity: int | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise ArgumentError("A rater needs an id.")
        if self.capacity is not None and self.capacity < 0:
            raise ArgumentError("A rater can read no fewer than 0 pieces.", column="capacity")

    def teaches(self, piece: PlanPiece) -> bool:
        """Whether the piece is of this rater's own student."""
        own = bool(piece.classroom) and piece.classroom in self.classrooms
        return own or self.id in piece.teachers
