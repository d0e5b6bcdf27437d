"""Sessions that were held already come in with everything beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from calibrate.errors import ImportRefused
from calibrate.model.scores import ReadingPurpose
from calibrate.model.session import MinuteKind, SessionState
from calibrate.store.project import Project
from calibrate.workflows.imports import check_and_apply
from tests.workflows.import_kit import NAMES, SESSION, SESSION_SCORES, STUDENTS


def test_a_held_session_comes_in_closed_with_panel_rounds_minutes_and_consensus(district):
    summary = district.ready().sessions()
    assert summary.details == {
        "sessions": {"new": 1},
        "readings": {"new": 4},
        "scores": {"new": 4},
        "panel": {"new": 2},
        "assignments": {"new": 3},
        "minutes": {"new": 2},
        "actions": {"new": 1},
        "consensus": {"new": 1},
    }
    with district.project.reading() as unit:
        session = unit.sessions.get("S01")
        assert session.state is SessionState.CLOSED
        assert session.held_on == date(2025, 10, 14)
        assert session.school_ids == ("lincoln", "roosevelt")
        assert unit.people.raters.get(session.facilitator_id).source_id == "T3"
        codes = {one.id: one.code for one in unit.work.pieces.all()}
        raters = {one.id: one.source_id for one in unit.people.raters.all()}
        assert [codes[one] for one in session.piece_ids] == ["P0001", "P0003"]
        assignments = {
            (raters[one.rater_id], codes[one.piece_id]): (one.place, one.own_student)
            for one in unit.sessions.assignments.all()
        }
        assert assignments == {
            ("T1", "P0001"): (1, True),
            ("T2", "P0001"): (1, False),
            ("T1", "P0003"): (2, False),
        }
        (agreed,) = unit.sessions.consensus.all()
        assert (agreed.level_id, agreed.reason) == ("3", "One clear moment.")
        assert agreed.settled_at == datetime(2025, 10, 14, 12, tzinfo=UTC)
        assert {one.kind for one in unit.sessions.minutes.all()} == {
            MinuteKind.AGREED,
            MinuteKind.NEED,
        }
        rounds = {(one.round, one.purpose) for one in unit.scores.readings.all()}
        assert rounds == {
            ("blind", ReadingPurpose.OWN_STUDENT),
            ("blind", ReadingPurpose.INDEPENDENT),
            ("after_discussion", ReadingPurpose.INDEPENDENT),
        }
        assert {one.minutes for one in unit.scores.readings.all()} == {1, 4, 5, 6}


def test_a_teachers_own_student_called_independent_is_noted_as_in_other_imports(district):
    head, *rows = SESSION_SCORES.splitlines()
    said = "\n".join([f"{head},purpose", *(f"{row},independent" for row in rows)])
    summary = district.ready().sessions(SESSION, said)
    assert len(summary.warnings) == 1
    assert "row 2" in summary.warnings[0] and "own_student" in summary.warnings[0]


def test_the_same_session_again_is_unchanged(district):
    district.ready().sessions()
    before = district.content()
    summary = district.sessions()
    assert (summary.new, summary.changed) == (0, 0)
    after = district.content()
    assert all(after[t] == before[t] for t in before if t not in ("import_record", "audit"))


def test_a_changed_session_changes_what_it_may_and_corrects_the_rest(district):
    district.ready().sessions()
    text = (
        SESSION.replace("needs: [Spaces between words.]", "needs: []")
        .replace("score: 3, reason: One clear moment.", "score: 4, reason: We looked again.")
        .replace("Small moments", "Small moments, again")
    )
    summary = district.sessions(text, SESSION_SCORES.replace("P0001,T2,FOC,2", "P0001,T2,FOC,1"))
    assert summary.details["sessions"] == {"changed": 1}
    assert summary.details["minutes"] == {"changed": 1, "unchanged": 1}
    assert summary.details["consensus"] == {"changed": 1}
    assert summary.details["scores"] == {"unchanged": 3, "changed": 1}
    with district.project.reading() as unit:
        (agreed,) = unit.sessions.consensus.current(session_id="S01")
        assert agreed.level_id == "4"
        assert unit.sessions.consensus.count() == 2


def test_all_problems_of_all_files_come_at_once_and_change_nothing(district):
    district.ready()
    before = district.content()
    session = (
        SESSION.replace("window: fall", "window: summer")
        .replace("panel: [T1, T2]", "panel: [T1, T2, SID70001]")
        .replace("pieces: [P0001, P0003]", "pieces: [P0001, P0003, P9]")
    )
    other = SESSION.replace("id: S01", "id: S02").replace("score: 3", "score: 9")
    district.write("sessions/S02.yaml", other)
    with pytest.raises(ImportRefused) as caught:
        district.sessions(
            session, SESSION_SCORES + "S02,blind,P0002,T1,FOC,3,,\n,,P0001,T1,FOC,3,,\n"
        )
    found = {(one.file, one.row, one.column) for one in caught.value.problems}
    assert found == {
        ("S01.yaml", 4, "window"),
        ("S01.yaml", 9, "panel"),
        ("S01.yaml", 10, "pieces"),
        ("S02.yaml", 18, "score"),
        ("scores.csv", 6, "piece"),
        ("scores.csv", 7, "session"),
    }
    assert not any(
        word in str(one) for one in caught.value.problems for word in (*NAMES, *STUDENTS)
    )
    assert district.content() == before


def test_somebody_who_was_not_on_the_panel_cannot_have_scored(district):
    with pytest.raises(ImportRefused, match="not on the session's panel"):
        district.ready().sessions(scores=SESSION_SCORES + "S01,blind,P0003,T3,FOC,3,,\n")


def test_a_session_that_is_set_up_in_the_room_is_never_touched_by_a_file(district):
    from dataclasses import replace

    district.ready().sessions()
    with district.project.transaction() as unit:
        live = replace(unit.sessions.get("S01"), id="S02", state=SessionState.SCORING)
        unit.sessions.add(live)
    with pytest.raises(ImportRefused, match="not brought in from a file"):
        district.sessions(
            SESSION.replace("id: S01", "id: S02"), SESSION_SCORES.replace("S01", "S02")
        )
    text = "session,round,piece,rater,criterion,score\nS02,blind,P0001,T1,FOC,3\n"
    with pytest.raises(ImportRefused, match="has not been revealed"):
        district.scores(text)


def test_a_score_that_was_revealed_in_the_room_cannot_be_changed_by_a_file(district):
    from dataclasses import replace

    district.ready().sessions()
    with district.project.transaction() as unit:
        unit.sessions.add(replace(unit.sessions.get("S01"), id="S02"))
        for one in unit.sessions.panel.all(session_id="S01"):
            unit.sessions.panel.add(replace(one, session_id="S02"))
        for number, one in enumerate(unit.scores.readings.all(session_id="S01")):
            new = replace(one, id=f"re-{number}", session_id="S02", import_id=None)
            unit.scores.readings.add(new)
            for score in unit.scores.current([one.id]):
                unit.scores.add(replace(score, id=f"sc-{number}", reading_id=new.id))
    same = SESSION_SCORES.replace("S01", "S02")
    assert district.scores(same).details["scores"] == {"unchanged": 4}
    with pytest.raises(ImportRefused, match="revealed there") as caught:
        district.scores(same.replace("P0001,T2,FOC,2", "P0001,T2,FOC,1"))
    assert caught.value.problems[0].row == 3


def test_one_session_of_a_folder_can_come_in_alone(district):
    district.ready()
    district.write("sessions/S01.yaml", SESSION)
    district.write("sessions/scores.csv", SESSION_SCORES + "S02,blind,P0003,T2,FOC,3,,4\n")
    summary = check_and_apply(
        district.project, "sessions", district.files / "sessions" / "S01.yaml"
    )
    assert summary.details["sessions"] == {"new": 1}
    assert summary.skipped == 1


def test_imports_are_there_after_the_project_is_opened_again(district):
    district.ready().sessions()
    before = district.content()
    folder = district.project.folder
    district.project.close()
    with Project.open(folder) as again:
        district.project = again
        assert district.content() == before


ANCHORED = (
    SESSION.replace(
        "rubric_notes: []\n",
        "rubric_notes: []\nanchors:\n  - {piece: P0001, commentary: Look at the drawing.}\n",
    )
    + "  - {piece: P0001, criterion: CONV, score: 0.5, reason: Some spaces.}\n"
)


def test_a_piece_that_was_settled_throughout_comes_in_as_an_anchor(district):
    summary = district.ready().sessions(ANCHORED)
    assert summary.details["anchors"] == {"new": 2}
    with district.project.reading() as unit:
        found = {one.criterion_id: one for one in unit.sessions.anchors.all()}
        settled = {one.criterion_id: one.id for one in unit.sessions.consensus.all()}
    assert {name: one.level_id for name, one in found.items()} == {"FOC": "3", "CONV": "0.5"}
    assert {one.commentary for one in found.values()} == {"Look at the drawing."}
    assert {name: one.consensus_id for name, one in found.items()} == settled
    assert district.sessions(ANCHORED).details["anchors"] == {"unchanged": 2}


def test_a_corrected_consensus_corrects_its_anchor(district):
    district.ready().sessions(ANCHORED)
    again = ANCHORED.replace("criterion: FOC, score: 3", "criterion: FOC, score: 4")
    assert district.sessions(again).details["anchors"] == {"changed": 1, "unchanged": 1}
    with district.project.reading() as unit:
        current = unit.sessions.anchors.current(rubric_id="writing", rubric_version=1)
        assert {one.criterion_id: one.level_id for one in current} == {"FOC": "4", "CONV": "0.5"}
        assert sum(one.replaces is not None for one in current) == 1


def test_a_piece_with_an_open_criterion_cannot_be_an_anchor(district):
    district.ready()
    before = district.content()
    text = "\n".join(line for line in ANCHORED.splitlines() if "criterion: CONV" not in line)
    with pytest.raises(ImportRefused) as caught:
        district.sessions(text)
    (problem,) = caught.value.problems
    assert (problem.file, problem.column) == ("S01.yaml", "anchors")
    assert "every criterion" in problem.message
    assert district.content() == before
