"""Every noun, on both engines: what is put in comes out, and what must not happen is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
import sqlalchemy as sa

from calibrate.errors import ArgumentError, DataError, NotFound, ProjectError, StaleWrite
from calibrate.model.continuum import (
    AcademicLevel,
    Continuum,
    CrosswalkRow,
    Exemplar,
    PlacedBy,
    Placement,
    Strand,
)
from calibrate.model.provenance import ImportRecord
from calibrate.model.roster import Edition, Enrolment, PersonName, Rater, Role, School, Student
from calibrate.model.session import (
    Action,
    Assignment,
    Minute,
    MinuteKind,
    PanelMember,
    SessionState,
)
from calibrate.model.work import MediaKind, Piece, WorkFile
from calibrate.store.repository import Change, Store
from tests.support.district import NOON, add_district, rubric


@pytest.fixture
def filled(store: Store) -> Store:
    with store.transaction() as unit:
        add_district(unit)
    return store


def continuum() -> Continuum:
    return Continuum(
        "wall",
        "Writing wall",
        (AcademicLevel("L1", "Level 1", 1), AcademicLevel("L2", "Level 2", 2, "03")),
        (Strand("craft", "Craft", ("IDEAS",), (("L1", "tells"), ("L2", "shows"))),),
        (
            CrosswalkRow("craft", "03", "writing", 1, 1.0, 2.5, "L1"),
            CrosswalkRow("craft", "03", "writing", 1, 2.5, 4.0, "L2"),
        ),
        (Exemplar("craft", "L2", "P00001", "see the ending"),),
    )


def test_a_rubric_comes_back_exactly_as_it_went_in(store: Store) -> None:
    with store.transaction() as unit:
        unit.rubrics.add(rubric())
        unit.rubrics.add(rubric(2, "Writing, revised"))
    with store.reading() as unit:
        assert unit.rubrics.get("writing", 1) == rubric()
        assert unit.rubrics.latest("writing").version == 2
        assert [one.version for one in unit.rubrics.all()] == [1, 2]
        assert unit.rubrics.find("writing", 3) is None
        with pytest.raises(NotFound, match="version 3"):
            unit.rubrics.get("writing", 3)


def test_a_rubric_in_use_keeps_its_words(filled: Store) -> None:
    with filled.transaction() as unit:
        assert unit.rubrics.put(rubric()) is Change.UNCHANGED
        unit.rubrics.add(rubric(2, "Draft"))
        assert unit.rubrics.put(rubric(2, "Better draft")) is Change.CHANGED
        assert unit.rubrics.get("writing", 2).title == "Better draft"
        with pytest.raises(DataError, match="in use") as refused:
            unit.rubrics.put(rubric(1, "Other words"))
        assert "version 2 or higher" in str(refused.value)


def test_people_work_and_sessions_come_back_as_they_went_in(filled: Store) -> None:
    file = WorkFile("p1", 1, MediaKind.IMAGE, "image/png", "ab/cd.png", "1" * 64, "2" * 64, 2)
    body = Piece(
        "p9", "P00009", "test", "w9", "2025-fall", parts=("p2", "p1"), not_scored=("CONV",)
    )
    with filled.transaction() as unit:
        unit.work.files.add(file)
        unit.work.pieces.add(body)
    with filled.reading() as unit:
        assert unit.people.schools.get("maple").grades == ("03", "04")
        assert unit.people.raters.get("r2").school_id == "birch"
        assert unit.people.enrolments.get("s1", "maple-3", date(2025, 9, 1)).grade == "03"
        assert unit.people.teaching.get("r1", "maple-3", None).start is None
        assert unit.work.tasks.get("pet").grades == ("03",)
        assert unit.work.files.all(piece_id="p1") == [file]
        assert unit.work.pieces.get("p9") == body
        session = unit.sessions.get("fall-1")
        assert session.piece_ids == ("p1", "p2", "p3", "p4")
        assert session.school_ids == ("maple", "birch")
        assert session.held_on == date(2025, 10, 14)


def test_what_belongs_to_a_session_comes_back_as_it_went_in(filled: Store) -> None:
    things = [
        ("panel", PanelMember("fall-1", "r1", "ab" * 32)),
        ("assignments", Assignment("fall-1", "r1", "p2", 1, own_student=True)),
        ("minutes", Minute("fall-1", MinuteKind.OPEN, 1, "Is a list a paragraph?")),
        ("actions", Action("fall-1", 1, "the coach", "bring anchors", date(2025, 11, 1))),
    ]
    with filled.transaction() as unit:
        for noun, record in things:
            getattr(unit.sessions, noun).add(record)
    with filled.reading() as unit:
        for noun, record in things:
            assert getattr(unit.sessions, noun).all(session_id="fall-1") == [record]


def test_find_get_add_put_and_remove_mean_the_same_for_every_noun(filled: Store) -> None:
    with filled.transaction() as unit:
        schools = unit.people.schools
        assert schools.find("oak") is None
        with pytest.raises(NotFound, match="no school oak"):
            schools.get("oak")
        assert schools.put(School("oak", "Oak")) is Change.NEW
        assert schools.put(School("oak", "Oak")) is Change.UNCHANGED
        assert schools.put(School("oak", "Oak School")) is Change.CHANGED
        assert schools.get("oak").title == "Oak School"
        counts = schools.put_all(
            [School("oak", "Oak"), School("elm", "Elm"), School("maple", "Maple", ("03", "04"))]
        )
        assert counts == {Change.NEW: 1, Change.CHANGED: 1, Change.UNCHANGED: 1}
        schools.remove("oak")
        assert schools.find("oak") is None
        assert schools.count() == 3
        with pytest.raises(ArgumentError, match="found by"):
            schools.find("oak", 1)


def test_a_record_with_links_is_updated_with_its_links(filled: Store) -> None:
    with filled.transaction() as unit:
        session = unit.sessions.get("fall-1")
        assert unit.sessions.put(replace(session, piece_ids=("p3", "p1"))) is Change.CHANGED
        assert unit.sessions.get("fall-1").piece_ids == ("p3", "p1")


def test_an_enrolment_with_an_open_start_can_be_found_and_ended(filled: Store) -> None:
    with filled.transaction() as unit:
        rooms = unit.people.enrolments
        rooms.add(Enrolment("s1", "birch-4", "04"))
        assert (
            rooms.put(Enrolment("s1", "birch-4", "04", None, date(2026, 1, 31))) is Change.CHANGED
        )
        assert rooms.get("s1", "birch-4", None).end == date(2026, 1, 31)
        assert rooms.count(student_id="s1") == 2


@pytest.mark.parametrize(
    "again",
    [
        Student("s99", "test", "child-1"),
        Rater("r99", "test", "staff-1", Role.COACH),
        School("maple", "Maple again"),
    ],
)
def test_a_source_id_or_key_is_taken_once(filled: Store, again: object) -> None:
    with filled.transaction() as unit:
        noun = {Student: unit.people.students, Rater: unit.people.raters}.get(
            type(again), unit.people.schools
        )
        with pytest.raises(DataError), unit.connection.begin_nested():
            noun.add(again)


def test_a_reference_to_something_missing_is_refused_and_nothing_is_saved(filled: Store) -> None:
    def both() -> None:
        with filled.transaction() as unit:
            unit.people.students.add(Student("s50", "test", "child-50"))
            unit.people.enrolments.add(Enrolment("s50", "no-such-room", "03"))

    with pytest.raises(DataError, match="does not have"):
        both()
    with filled.reading() as unit:
        assert unit.people.students.find("s50") is None


def test_what_is_needed_elsewhere_cannot_be_removed(filled: Store) -> None:
    with pytest.raises(DataError, match="needed"), filled.transaction() as unit:
        unit.people.schools.remove("maple")


def test_people_are_found_by_the_ids_of_their_source(filled: Store) -> None:
    with filled.reading() as unit:
        assert unit.people.by_source("rater", "test")["staff-2"].id == "r2"
        assert unit.people.by_source("student", "test")["child-3"].id == "s3"
        assert unit.people.by_source("student", "elsewhere") == {}


def test_names_lie_in_one_table_of_their_own(filled: Store) -> None:
    with filled.transaction() as unit:
        unit.people.names.add(PersonName("s1", "Zebedee", "Quillfeather"))
    with filled.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        holding = []
        for name in tables:
            rows = connection.execute(sa.text(f'SELECT * FROM "{name}"')).all()
            if any("Quillfeather" in str(row) for row in rows):
                holding.append(name)
    assert holding == ["person_name"]


def test_pseudonyms_are_random_unique_and_differ_by_edition(store: Store) -> None:
    people = [f"r{n}" for n in range(150)]
    with store.transaction() as unit:
        inside = unit.people.pseudonyms(Edition.INSIDE, people, "rater")
        outside = unit.people.pseudonyms(Edition.OUTSIDE, people, "rater")
        child = unit.people.pseudonym(Edition.INSIDE, "s1", "student")
    assert len(set(inside.values())) == len(set(outside.values())) == 150
    assert sum(inside[one] == outside[one] for one in people) < 20
    assert all(label.startswith("Rater ") for label in inside.values())
    assert child.startswith("Student ")
    with store.reading() as unit:
        assert unit.people.pseudonym(Edition.INSIDE, "r7", "rater") == inside["r7"]
        with pytest.raises(ProjectError, match="opened for reading"):
            unit.people.pseudonym(Edition.INSIDE, "r999", "rater")


def test_the_order_of_pseudonyms_says_nothing_about_the_order_of_people(store: Store) -> None:
    people = [f"s{n:03d}" for n in range(200)]
    with store.transaction() as unit:
        labels = unit.people.pseudonyms(Edition.OUTSIDE, people, "student")
    numbers = [int(labels[one].split()[1]) for one in people]
    rising = sum(a < b for a, b in pairwise(numbers))
    assert 60 < rising < 140


def test_a_session_moves_on_once(filled: Store) -> None:
    with filled.transaction() as unit:
        unit.sessions.move("fall-1", SessionState.SCORING, SessionState.REVEALED)
    with pytest.raises(StaleWrite, match="revealed"), filled.transaction() as unit:
        unit.sessions.move("fall-1", SessionState.SCORING, SessionState.REVEALED)
    with pytest.raises(DataError, match="cannot go"), filled.transaction() as unit:
        unit.sessions.move("fall-1", SessionState.REVEALED, SessionState.SCORING)
    with filled.transaction() as unit:
        earlier = replace(unit.sessions.get("fall-1"), state=SessionState.SETUP)
        with pytest.raises(DataError, match="cannot go back"):
            unit.sessions.put(earlier)


def test_a_continuum_comes_back_exactly_and_keeps_its_cards_when_it_changes(filled: Store) -> None:
    card = Placement("p1", "wall", "craft", "L2", PlacedBy.EXEMPLAR, "the same ending")
    with filled.transaction() as unit:
        assert unit.continuum.put(continuum()) is Change.NEW
        assert unit.continuum.put(continuum()) is Change.UNCHANGED
        unit.placements.add(card)
        assert unit.continuum.put(replace(continuum(), title="The wall")) is Change.CHANGED
    with filled.reading() as unit:
        assert unit.continuum.get("wall") == replace(continuum(), title="The wall")
        assert unit.continuum.all()[0].id == "wall"
        assert unit.placements.all() == [card]
    smaller = Continuum("wall", "Wall", continuum().levels[:1], (Strand("craft", "Craft", ()),))
    with pytest.raises(DataError, match="cards lie on"), filled.transaction() as unit:
        unit.continuum.put(smaller)


def test_moments_keep_their_instant_whatever_zone_they_came_in(filled: Store) -> None:
    east = datetime(2025, 10, 14, 17, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    record = ImportRecord("im-1", "scores", "0" * 64, "0.1.0", east, {"score": "Score"}, {"new": 3})
    with filled.transaction() as unit:
        unit.imports.add(record)
    with filled.reading() as unit:
        found = unit.imports.get("im-1")
    assert found.imported_at == NOON
    assert found.imported_at.tzinfo is UTC
    assert (found.mapping, found.counts) == ({"score": "Score"}, {"new": 3})


def test_a_reading_unit_cannot_write_even_around_the_repository(filled: Store) -> None:
    with pytest.raises(ProjectError, match="opened for reading"), filled.reading() as unit:
        unit.people.schools.add(School("oak", "Oak"))
    with pytest.raises(ProjectError), filled.reading() as unit:
        unit.connection.execute(sa.text("DELETE FROM person_name"))
    with filled.transaction() as unit:  # the connection writes again afterwards
        unit.people.schools.add(School("oak", "Oak"))


def test_an_error_inside_a_unit_undoes_all_of_it(filled: Store) -> None:
    def stumbling() -> None:
        with filled.transaction() as unit:
            unit.people.schools.add(School("oak", "Oak"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stumbling()
    with filled.reading() as unit:
        assert unit.people.schools.find("oak") is None


def test_thousands_of_scores_are_saved_in_a_few_statements(store: Store) -> None:
    """One statement for each table, whatever the number of rows: that is what makes it quick on any machine."""
    from tests.support.district import reading, score

    with store.transaction() as unit:
        add_district(unit, pieces=900)
    readings = [reading(f"rd{n}", f"p{n % 900 + 1}", f"r{n // 900 + 1}") for n in range(2700)]
    scores = [
        score(f"sc{n}-{criterion}", f"rd{n}", criterion, "1")
        for n in range(2700)
        for criterion in ("IDEAS", "CONV")
    ]
    said: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *what: said.append(what[2]))
    with store.transaction() as unit:
        unit.scores.readings.add_all(readings)
        assert unit.scores.add_all(scores) == 5400
    assert 3 <= len([one for one in said if one.startswith("INSERT")]) <= len(said) < 40
    with store.reading() as unit:
        assert unit.scores.count() == 5400


def test_a_list_of_any_length_can_be_asked_for(filled: Store) -> None:
    many = [f"p{n}" for n in range(40_000)]
    with filled.reading() as unit:
        assert [one.id for one in unit.work.pieces.all(id=many)] == ["p1", "p2", "p3", "p4"]
        assert unit.work.pieces.all(id=many, grade="04") == []
        assert unit.scores.current(many) == []
