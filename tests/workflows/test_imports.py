"""Rosters, rubrics, continua and scores come in whole or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from calibrate import __version__
from calibrate.errors import ArgumentError, ImportRefused
from calibrate.model.roster import Role
from calibrate.model.scores import ReadingPurpose, current_scores
from calibrate.workflows import imports_readings
from calibrate.workflows.imports import check_and_apply
from tests.workflows.import_kit import (
    CONTINUUM,
    NAMES,
    ROSTER,
    RUBRIC,
    SCORES,
    SCORES_HEAD,
    STUDENTS,
)


def readings_of(district):
    with district.project.reading() as unit:
        raters = {one.id: one.source_id for one in unit.people.raters.all()}
        pieces = {one.id: one.code for one in unit.work.pieces.all()}
        return {
            (pieces[one.piece_id], "+".join(raters[r] for r in one.rater_ids), one.round): one
            for one in unit.scores.readings.all()
        }


def scores_of(district):
    with district.project.reading() as unit:
        return unit.scores.all()


def test_a_roster_gives_everybody_a_random_id_and_keeps_names_apart(district):
    summary = district.roster()
    assert summary.applied
    assert summary.problems == ()
    assert summary.details["students"] == {"new": 3}
    assert summary.details["enrolments"] == {"new": 4}
    with district.project.reading() as unit:
        students = unit.people.by_source("student", "file")
        assert set(students) == set(STUDENTS)
        assert not any(source in one.id for source, one in students.items())
        assert unit.people.raters.first(source_id="T3").role is Role.COACH
        assert unit.people.schools.get("lincoln").grades == ("KG", "01")
        assert unit.people.names.get(students["SID70001"].id).given_name == "Zebulon"
        assert unit.people.teaching.count() == 2


def test_the_same_file_again_is_all_unchanged_and_the_import_is_remembered(district):
    district.roster()
    before = district.content()
    summary = district.roster()
    assert (summary.new, summary.changed, summary.skipped) == (0, 0, 0)
    assert summary.unchanged == 3 + 3 + 2 + 2 + 6 + 4 + 2
    after = district.content()
    for table in before:
        if table not in ("import_record", "audit"):
            assert after[table] == before[table]
    with district.project.reading() as unit:
        first, second = unit.imports.all()
    assert first.source_sha256 == second.source_sha256
    assert first.importer_version == __version__
    assert first.counts["new"] > 0
    assert second.counts["unchanged"] == summary.unchanged


@pytest.mark.parametrize("kind", ["roster", "rubric", "scores", "continuum"])
def test_a_check_says_what_would_happen_and_changes_nothing(district, kind):
    if kind in ("scores", "continuum"):
        district.ready()
    before = district.content()
    checked = getattr(district, kind)(check=True)
    assert district.content() == before
    assert not checked.applied
    applied = getattr(district, kind)()
    assert (checked.new, checked.details, checked.warnings) == (
        applied.new,
        applied.details,
        applied.warnings,
    )
    assert applied.new > 0
    assert district.content() != before


def test_a_later_roster_ends_the_stay_of_a_child_who_moved_and_warns_of_the_absent(district):
    district.roster()
    head = ROSTER.splitlines()[0]
    later = f"{head}\nstudent,SID70002,Xanthippe,Quillfeather,roosevelt,Roosevelt,roo-1,,1,2026-02-02,\n"
    summary = district.roster(later)
    assert summary.details["enrolments"] == {"new": 1, "changed": 1}
    assert any("2 students of the project are not in this file" in one for one in summary.warnings)
    with district.project.reading() as unit:
        student = unit.people.by_source("student", "file")["SID70002"]
        stays = unit.people.enrolments.all(student_id=student.id)
    assert sorted((one.classroom_id, one.start, one.end) for one in stays) == [
        ("lin-1", date(2025, 8, 25), date(2026, 2, 1)),
        ("roo-1", date(2026, 2, 2), None),
    ]


def test_a_move_without_a_day_is_refused(district):
    district.roster()
    head = ROSTER.splitlines()[0]
    row = "student,SID70002,Xanthippe,Quillfeather,roosevelt,Roosevelt,roo-1,,1,,"
    with pytest.raises(ImportRefused) as caught:
        district.roster(f"{head}\n{row}\n")
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (2, "start")


def test_a_corrected_start_replaces_the_stay_instead_of_doubling_it(district):
    district.roster()
    summary = district.roster(ROSTER.replace("1,2025-08-25,", "1,2025-09-02,"))
    assert summary.details["enrolments"] == {"new": 0, "changed": 2, "unchanged": 2}
    with district.project.reading() as unit:
        assert unit.people.enrolments.count() == 4


def test_an_id_that_was_a_students_cannot_become_staff(district):
    district.roster()
    head = ROSTER.splitlines()[0]
    with pytest.raises(ImportRefused) as caught:
        district.roster(f"{head}\ncoach,SID70001,,,,,,,,,\n")
    assert caught.value.problems[0].row == 2


def test_a_rubric_in_the_same_version_with_other_words_is_refused(district):
    assert district.rubric().details == {"rubrics": {"new": 1}}
    assert district.rubric().details == {"rubrics": {"unchanged": 1}}
    changed = RUBRIC.replace("name: Focus", "name: Focus and ideas")
    with pytest.raises(ImportRefused, match="other content") as caught:
        district.rubric(changed)
    assert "version 2" in caught.value.problems[0].fix
    assert district.rubric(changed.replace("version: 1", "version: 2")).new == 1


def test_a_continuum_needs_its_rubric_and_skips_exemplars_that_are_not_there_yet(district):
    with pytest.raises(ImportRefused, match="rubric version that the project has not"):
        district.continuum()
    district.rubric()
    summary = district.continuum()
    assert summary.details == {"continua": {"new": 1}, "exemplars": {"skipped": 1}}
    assert "1 exemplar names a piece" in summary.warnings[0]
    district.ready()
    assert district.continuum().details == {"continua": {"changed": 1}}
    assert district.continuum().details == {"continua": {"unchanged": 1}}
    with pytest.raises(ImportRefused, match="criterion that the rubric has not"):
        district.continuum(CONTINUUM.replace("[FOC]", "[VOICE]"))


def test_scores_become_readings_with_their_purpose(district):
    summary = district.ready().scores()
    assert summary.details == {"readings": {"new": 5}, "scores": {"new": 6}}
    readings = readings_of(district)
    purposes = {key[:2]: one.purpose for key, one in readings.items()}
    assert purposes == {
        ("P0001", "T1"): ReadingPurpose.OWN_STUDENT,
        ("P0001", "T2"): ReadingPurpose.INDEPENDENT,
        ("P0002", "T2"): ReadingPurpose.INDEPENDENT,
        ("P0004", "T1"): ReadingPurpose.INDEPENDENT,
        ("P0004", "T2"): ReadingPurpose.OWN_STUDENT,
    }
    by_criterion = {
        (one.reading_id, one.criterion_id): (one.level_id, one.code_id, one.comment)
        for one in scores_of(district)
    }
    mine = readings[("P0001", "T1", "operational")]
    assert by_criterion[(mine.id, "CONV")] == ("0.5", None, "see the ends")
    blank = readings[("P0002", "T2", "operational")]
    assert by_criterion[(blank.id, "FOC")] == (None, "BLANK", "")
    assert summary.warnings == ()


def test_a_teachers_own_student_called_independent_becomes_own_student_with_a_warning(district):
    text = f"{SCORES_HEAD}\nP0001,T1,FOC,3,,,,independent\nP0002,T1,FOC,2,,,,independent\n"
    summary = district.ready().scores(text)
    assert len(summary.warnings) == 1
    assert "row 2 and 1 more" in summary.warnings[0]
    assert {one.purpose for one in readings_of(district).values()} == {ReadingPurpose.OWN_STUDENT}


def test_a_score_from_the_future_is_brought_in_with_a_warning_that_names_its_row(
    district, monkeypatch
):
    monkeypatch.setattr(imports_readings, "now", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    summary = district.ready().scores()
    assert len(summary.warnings) == 1
    assert "row 6" in summary.warnings[0] and "still to come" in summary.warnings[0]
    assert "1 more row" in summary.warnings[0]
    assert summary.details["scores"] == {"new": 6}


def test_a_score_of_this_evening_in_another_zone_is_not_from_the_future(district, monkeypatch):
    monkeypatch.setattr(imports_readings, "now", lambda: datetime(2026, 1, 6, 16, tzinfo=UTC))
    assert district.ready().scores().warnings == ()


def test_the_same_scores_again_are_unchanged_and_a_changed_one_is_a_correction(district):
    district.ready().scores()
    before = district.content()
    again = district.scores()
    assert again.details == {"readings": {"unchanged": 5}, "scores": {"unchanged": 6}}
    assert district.content()["score"] == before["score"]
    summary = district.scores(SCORES.replace("P0001,T2,FOC,2", "P0001,T2,FOC,4"))
    assert summary.details["scores"] == {"unchanged": 5, "changed": 1}
    rows = [one for one in scores_of(district) if one.replaces]
    assert [one.level_id for one in rows] == ["4"]
    assert len(current_scores(scores_of(district))) == 6
    assert district.scores().details["scores"] == {"unchanged": 5, "changed": 1}


def test_a_new_criterion_of_a_known_reading_is_added_to_it(district):
    district.ready().scores(f"{SCORES_HEAD}\nP0001,T2,FOC,3,,,,\n")
    summary = district.scores(f"{SCORES_HEAD}\nP0001,T2,FOC,3,,,,\nP0001,T2,CONV,1,,,,\n")
    assert summary.details == {"readings": {"unchanged": 1}, "scores": {"unchanged": 1, "new": 1}}


def test_a_joint_score_is_one_reading_of_two_raters(district):
    text = "piece,rater,criterion,score,joint_with\nP0001,T1,FOC,3,T3\nP0001,T1,CONV,1,T3\n"
    assert district.ready().scores(text).details["readings"] == {"new": 1}
    (reading,) = readings_of(district).values()
    assert reading.is_joint
    assert reading.purpose is ReadingPurpose.OWN_STUDENT
    assert district.scores(text).details["readings"] == {"unchanged": 1}


def test_wide_scores_with_halves_are_brought_in(district):
    summary = district.ready().scores("piece,rater,foc,conv\nP0001,T2,3,0/1\n", halves=True)
    assert summary.details["scores"] == {"new": 2}
    assert {one.level_id for one in scores_of(district)} == {"3", "0.5"}
    with district.project.reading() as unit:
        assert unit.imports.all()[-1].mapping == {"halves": "yes"}


@pytest.mark.parametrize(
    ("rows", "places", "words"),
    [
        ("P9,T1,FOC,3,,,,", [(2, "piece")], "no such piece"),
        ("P0001,T9,FOC,3,,,,", [(2, "rater")], "no such rater"),
        ("P0001,SID70001,FOC,3,,,,", [(2, "rater")], "no such rater"),
        ("P0001,T1,XYZ,3,,,,", [(2, "criterion")], "no such criterion"),
        ("P0001,T1,FOC,5,,,,", [(2, "score")], "not a score of this scale"),
        ("P0001,T1,FOC,Zebulon,,,,", [(2, "score")], "neither a score nor"),
        ("P0001,T1,FOC,,NOPE,,,", [(2, "code")], "neither a score nor"),
        ("P0002,T1,CONV,1,,,,", [(2, "score")], "not scored for this piece"),
        ("P0001,T1,FOC,3,,,,\nP0001,T1,FOC,2,,,,", [(3, "score")], "row 2 already"),
        ("P0001,T1,FOC,3,,,,own_student\nP0001,T1,FOC,3,,,,", [(3, "score")], "row 2 already"),
        ("P9,T9,FOC,3,,,,\nP8,T1,FOC,3,,,,", [(2, "piece"), (2, "rater"), (3, "piece")], "no such"),
    ],
)
def test_every_refusal_names_row_and_column_and_changes_nothing(district, rows, places, words):
    district.ready()
    before = district.content()
    with pytest.raises(ImportRefused) as caught:
        district.scores(f"{SCORES_HEAD}\n{rows}\n")
    problems = caught.value.problems
    assert [(one.row, one.column) for one in problems] == places
    assert all(words in one.message for one in problems)
    assert all(one.fix for one in problems)
    assert not any(name in str(one) for one in problems for name in (*NAMES, *STUDENTS))
    assert district.content() == before


def test_scores_of_an_unknown_session_are_refused_once(district):
    text = "session,round,piece,rater,criterion,score\n" + "S9,blind,P0001,T1,FOC,3\n" * 1
    with pytest.raises(ImportRefused) as caught:
        district.ready().scores(text)
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (2, "session")


def test_scores_that_two_rubrics_could_mean_need_to_say_which(district):
    district.ready()
    district.rubric(RUBRIC.replace("id: writing", "id: other"))
    with pytest.raises(ImportRefused, match="not clear which rubric") as caught:
        district.scores()
    assert len(caught.value.problems) == 1
    assert district.scores(rubric="writing").new == 11
    assert district.scores(rubric="writing", version=1, check=True).unchanged == 11
    with pytest.raises(ImportRefused, match="another rubric or version"):
        district.scores(rubric="other")


def test_a_reading_alone_and_joint_on_one_occasion_is_refused(district):
    text = "piece,rater,criterion,score,joint_with\nP0001,T1,FOC,3,T3\nP0001,T3,FOC,2,\n"
    with pytest.raises(ImportRefused, match="row 2 already, alone or with others"):
        district.ready().scores(text)


def test_a_check_returns_its_problems_instead_of_raising_them(district):
    summary = district.ready().scores(f"{SCORES_HEAD}\nP9,T1,FOC,3,,,,\n", check=True)
    assert [one.row for one in summary.problems] == [2]
    assert not summary.applied
    summary = check_and_apply(district.project, "scores", district.files / "missing.csv", True)
    assert "no such file" in summary.problems[0].message


def test_an_unknown_kind_is_refused(district):
    with pytest.raises(ArgumentError):
        check_and_apply(district.project, "grades", district.files)


def test_ten_thousand_scores_come_in(district):
    district.ready()
    index = ["piece,window", *(f"Q{n:05d},fall" for n in range(2_000))]
    assert district.work("\n".join(index)).details["pieces"] == {"new": 2_000}
    rows = [
        f"Q{n:05d},T{r},{n % 4 + 1},{(0, 0.5, 1)[n % 3]}" for n in range(2_000) for r in (1, 2, 3)
    ]
    summary = district.scores("\n".join(["piece,rater,FOC,CONV", *rows]))
    assert summary.details == {"readings": {"new": 6_000}, "scores": {"new": 12_000}}
    again = district.scores("\n".join(["piece,rater,FOC,CONV", *rows]))
    assert again.details == {"readings": {"unchanged": 6_000}, "scores": {"unchanged": 12_000}}


def test_a_roster_may_say_the_programmes_of_children_and_a_later_one_corrects_them(district):
    def told(first: str, second: str) -> str:
        head, *rows = ROSTER.splitlines()
        said = {2: first, 3: second}
        return "\n".join(
            [f"{head},programs", *(f"{row},{said.get(n, '')}" for n, row in enumerate(rows))]
        )

    summary = district.roster(told("multilingual; special  education", "multilingual"))
    assert summary.details["programmes"] == {"new": 3}
    again = district.roster(told("multilingual", "multilingual"))
    assert again.details["programmes"] == {"changed": 1, "unchanged": 2}
    district.roster(ROSTER)  # without the column nothing is said about them
    with district.project.reading() as unit:
        of = {one.id: one.source_id for one in unit.people.students.all()}
        kept = {(of[one.student_id], one.program) for one in unit.people.programs.all()}
    assert kept == {("SID70002", "multilingual"), ("SID70003", "multilingual")}
