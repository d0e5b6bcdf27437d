"""What the writing wall is drawn from: cards, groups, a child's path, and one piece's work at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from calibrate.analysis.growth import (
    CANNOT_TELL,
    ChildGrowth,
    PlacementError,
    growth,
    placement_error,
)
from calibrate.analysis.wall import (
    Card,
    ChildPlacement,
    Wall,
    build_wall,
    child_placements,
    wall_cards,
)
from calibrate.analysis.wall_groups import CLASSROOM, GROWTH, cards_of, grouped
from calibrate.errors import NotFound
from calibrate.model.continuum import Continuum
from calibrate.model.work import Piece
from calibrate.store.project import Project
from calibrate.workflows.district_facts import DistrictFacts, district_facts
from calibrate.workflows.placement import place_beside_exemplar, take_back_placement
from calibrate.workflows.pseudonyms import inside_pseudonyms
from calibrate.workflows.shown_work import ShownPage, shown_pages

ACTOR = "writing wall"
"""How the log names what was placed at the wall."""


@dataclass(frozen=True)
class WallChoice:
    """Which part of the wall is looked at, and how it is grouped; an empty key keeps all."""

    strand: str
    window: str
    school: str = ""
    grade: str = ""
    classroom: str = ""
    by: str = CLASSROOM


@dataclass(frozen=True)
class ChildPath:
    """A child's way across the windows in one strand.

    ``steps`` holds each window with the child's placement there (None where the child was not
    enrolled); ``growth`` compares the first window with the last in which the child stands on the
    wall, and is None where there is one such window only.
    """

    steps: tuple[tuple[str, ChildPlacement | None], ...]
    growth: ChildGrowth | None
    error: PlacementError


class WallSource:
    """A project's wall, loaded once; placements made here are on it at once.

    Parameters
    ----------
    folder
        The project's folder.
    facts
        The project's tables.
    continuum
        The continuum that the wall stands on.
    pieces
        Every piece, by its code.
    pseudonyms
        What each child is called while names are off.
    """

    def __init__(
        self,
        folder: Path,
        facts: DistrictFacts,
        continuum: Continuum,
        pieces: Mapping[str, Piece],
        pseudonyms: Mapping[str, str],
    ) -> None:
        self.folder = folder
        self.facts = facts
        self.continuum = continuum
        self.pieces = dict(pieces)
        self.pseudonyms = dict(pseudonyms)
        self._errors: dict[str, PlacementError] = {}
        self._draw_cards()

    def _draw_cards(self) -> None:
        self.cards: tuple[Card, ...] = wall_cards(
            self.facts.records,
            self.continuum,
            self.facts.rubric,
            roll=self.facts.children,
            placements=self.facts.placements,
        )
        self.cards_by_child: dict[tuple[str, str], list[Card]] = {}
        for card in self.cards:
            self.cards_by_child.setdefault((card.student, card.strand), []).append(card)

    def first_choice(self, school: str = "") -> WallChoice:
        """What the wall shows first: the first strand in the latest window with scores."""
        if school:
            self.facts.school(school)
        return WallChoice(self.continuum.strands[0].id, self.facts.latest_window().id, school)

    def wall(self, choice: WallChoice) -> Wall:
        """The wall as chosen; its counts are those that the widget and the still picture show."""
        mine = cards_of(
            self.cards, school=choice.school, grade=choice.grade, classroom=choice.classroom
        )
        built = build_wall(
            mine,
            self.continuum,
            strand=choice.strand,
            window=choice.window,
            labels=self.facts.labels,
        )
        verdicts = self._verdicts(choice) if choice.by == GROWTH else None
        return grouped(built, choice.by, verdicts)

    def error(self, strand: str) -> PlacementError:
        """The scoring error of placements in a strand, from all schools' double readings."""
        if strand not in self._errors:
            self._errors[strand] = placement_error(
                self.facts.readings, self.facts.scales, self.continuum, self.facts.rubric, strand
            )
        return self._errors[strand]

    def growth_sentence(self, choice: WallChoice) -> str:
        """Who grew among the children on this part of the wall, and how that is told."""
        first = self.facts.windows[0]
        if first.id == choice.window:
            return f"{first.title} is the first window: there is nothing before it to compare with."
        shown = {child.student for row in self.wall(choice).rows for child in row.children}
        return growth(
            [card for card in self.cards if card.student in shown],
            self.error(choice.strand),
            from_window=first.id,
            to_window=choice.window,
            labels=self.facts.labels,
        ).sentence

    def _verdicts(self, choice: WallChoice) -> dict[str, str]:
        first = self.facts.windows[0].id
        if first == choice.window:
            return {one.student: CANNOT_TELL for one in self.cards}
        found = growth(
            self.cards, self.error(choice.strand), from_window=first, to_window=choice.window
        )
        return {one.student: one.verdict for one in found.children}

    def path(self, student: str, strand: str) -> ChildPath:
        """A child's placements across the windows."""
        mine = self.cards_by_child.get((student, strand), [])
        by_window = {one.window: one for one in child_placements(mine)}
        steps = tuple((one.id, by_window.get(one.id)) for one in self.facts.windows)
        there = [window for window, placed in steps if placed is not None and placed.position]
        grown = None
        if len(there) > 1:
            (grown,) = growth(
                mine, self.error(strand), from_window=there[0], to_window=there[-1]
            ).children
        return ChildPath(steps, grown, self.error(strand))

    def names(self) -> dict[str, str]:
        """The children's names, read from the store now: the inside view alone may ask."""
        with Project.open(self.folder) as project, project.reading() as unit:
            return {
                one.person_id: f"{one.given_name} {one.family_name}".strip()
                for one in unit.people.names.all()
                if one.person_id in self.pseudonyms
            }

    def work(self, code: str) -> tuple[ShownPage, ...]:
        """One piece's files, ready to show; none where the score stands without the work.

        Raises
        ------
        NotFound
            If there is no such piece.
        """
        if code not in self.pieces:
            raise NotFound(f"The project has no piece {code}.")
        with Project.open(self.folder) as project, project.reading() as unit:
            files = unit.work.files.all(piece_id=self.pieces[code].id)
            return shown_pages(files, project.work)

    def place(self, code: str, strand: str, level: str, reason: str) -> None:
        """Place a piece beside an exemplar (`place_beside_exemplar`); the wall shows it at once."""
        with Project.open(self.folder) as project:
            place_beside_exemplar(
                project,
                piece=code,
                continuum=self.continuum.id,
                strand=strand,
                level=level,
                reason=reason,
                by=ACTOR,
            )
            self._read_placements(project)

    def take_back(self, code: str, strand: str) -> None:
        """Take a placement of staff's back (`take_back_placement`)."""
        with Project.open(self.folder) as project:
            take_back_placement(
                project, piece=code, continuum=self.continuum.id, strand=strand, by=ACTOR
            )
            self._read_placements(project)

    def _read_placements(self, project: Project) -> None:
        with project.reading() as unit:
            placements = tuple(unit.placements.all())
        self.facts = replace(self.facts, placements=placements)
        self._draw_cards()


def open_wall(folder: Path) -> WallSource:
    """Load a project's wall.

    Parameters
    ----------
    folder
        The project's folder.

    Raises
    ------
    NotFound
        If nothing has been scored yet, or the project has no continuum for its rubric.
    """
    with Project.open(folder) as project:
        facts = district_facts(project)
        if facts.continuum is None:
            raise NotFound(
                "The project has no continuum for its rubric, so there is no wall to stand before.",
                fix="Bring one in: calibrate import continuum CONTINUUM.yaml.",
            )
        with project.reading() as unit:
            pieces = {one.code: one for one in unit.work.pieces.all()}
        pseudonyms = inside_pseudonyms(project, facts.children["student"], "student")
    return WallSource(folder, facts, facts.continuum, pieces, pseudonyms)
