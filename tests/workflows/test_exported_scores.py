"""Scores that are handed out: which, under which codes, and how they come back."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibrate import resources
from calibrate.errors import CalibrateError, DataError, NotFound, SealError, UsageError
from calibrate.model.session import RoundName, Session, SessionRound, SessionState
from calibrate.store.project import Project
from calibrate.store.sealing import Choice, KeyStore, make_recovery_key
from calibrate.workflows.exported_scores import ScoresWanted, export_scores
from calibrate.workflows.exports import hand_out
from calibrate.workflows.imports import check_and_apply
from tests.store.sealing_kit import CHEAP
from tests.support.norming import Room
from tests.workflows.export_kit import PEOPLE, every_byte, with_scores
from tests.workflows.import_kit import SCORES_HEAD, STUDENTS, District

EVERY = [
    ScoresWanted(),
    ScoresWanted(layout="wide"),
    ScoresWanted(what="readings"),
    ScoresWanted(what="readings", layout="wide"),
    ScoresWanted(layout="canvas-gradebook"),
    ScoresWanted(layout="oneroster"),
    ScoresWanted(session="S01", what="readings"),
    ScoresWanted(school="lincoln"),
    ScoresWanted(window="winter"),
]


@pytest.fixture(scope="module")
def ready(empty_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small school with scores, to copy."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copytree(empty_project, folder / "project")
    (folder / "files").mkdir()
    with Project.open(folder / "project") as project:
        with_scores(District(project, folder / "files"))
    return folder / "project"


@pytest.fixture
def filled(ready: Path, tmp_path: Path):
    """A small school with scores, to change."""
    shutil.copytree(ready, tmp_path / "project")
    (tmp_path / "files").mkdir()
    with Project.open(tmp_path / "project") as project:
        yield District(project, tmp_path / "files")


@pytest.fixture(scope="module")
def shared(ready: Path):
    """The same for all tests that only look."""
    with Project.open(ready) as project:
        yield District(project, ready.parent / "files")


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_cell(text: str, content: bytes) -> bool:
    return any(f"{a}{text}{b}".encode() in content for a, b in (",,", "><", ",;", ";,"))


def exported(district: District, place: Path, **wanted) -> Path:
    asked = ScoresWanted(**wanted)
    return hand_out(district.project, export_scores(district.project, asked, place), place)[0]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("layout", ["long", "wide"])
@pytest.mark.parametrize("more", [{}, {"raw": True}, {"ids": True}])
def test_readings_that_come_back_change_nothing(filled, tmp_path, layout, suffix, more):
    filled.scores(f"{SCORES_HEAD}\nP0003,T3,FOC,,BLANK,,,adjudication\n")
    filled.scores("piece,rater,joint_with,FOC,minutes\nP0002,T3,T1,4,2.5\n")
    file = exported(filled, tmp_path / f"out{suffix}", what="readings", layout=layout, **more)
    before = filled.content()["score"]
    again = check_and_apply(filled.project, "scores", file)
    assert (again.new, again.changed, again.skipped, again.warnings) == (0, 0, 0, ())
    assert again.unchanged > 10
    assert filled.content()["score"] == before


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_readings_go_into_another_project_with_the_same_roster(
    filled, tmp_path, suffix, empty_project
):
    file = exported(filled, tmp_path / f"out{suffix}", what="readings", ids=True, comments=True)
    shutil.copytree(empty_project, tmp_path / "other")
    with Project.open(tmp_path / "other") as opened:
        other = District(opened, tmp_path / "files").ready()
        other.sessions()
        check_and_apply(opened, "scores", file)
        copy = exported(other, tmp_path / f"copy{suffix}", what="readings", ids=True, comments=True)
        assert every_byte(copy) == every_byte(file) or suffix == ".xlsx"
        for noun in ("score", "reading_rater"):
            assert len(other.content()[noun]) == len(filled.content()[noun])


@given(
    comments=st.lists(
        st.text(
            st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@'\t\n"), max_size=20
        ),
        min_size=2,
        max_size=2,
    ),
    level=st.sampled_from(["1", "2", "3", "4", "BLANK"]),
)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_raters_wrote_comes_back_without_a_change(filled, tmp_path, comments, level):
    from calibrate.exchange.written_tables import csv_bytes

    table = [["piece", "rater", "criterion", "score", "comment"]]
    table += [["P0001", f"T{n}", "FOC", level, text] for n, text in enumerate(comments, start=1)]
    filled.scores(csv_bytes(table).decode("utf-8-sig"))
    for suffix, raw in ((".csv", False), (".xlsx", False)):
        place = tmp_path / f"out{suffix}"
        wanted = ScoresWanted(what="readings", comments=True, raw=raw)
        made = export_scores(filled.project, wanted, place)
        place.write_bytes(made.content)
        again = check_and_apply(filled.project, "scores", place, check_only=True)
        assert (again.problems, again.new, again.changed) == ((), 0, 0)


def test_a_level_whose_id_is_another_levels_value_comes_back_as_itself(district, tmp_path):
    district.rubric(
        "id: odd\nversion: 1\ntitle: Odd\nlevels:\n"
        + "".join(f'  - {{id: "{n + 1}", label: L{n}, value: {n}}}\n' for n in range(4))
        + "criteria: [{id: FOC, name: Focus}]\n"
    )
    district.roster()
    district.work("piece,student,task,window,collected_on\nP0001,SID70001,moment,fall,2025-10-01\n")
    district.scores("piece,rater,FOC\nP0001,T1,L2\nP0001,T2,L0\n")
    for layout in ("long", "wide"):
        file = exported(district, tmp_path / f"{layout}.csv", what="readings", layout=layout)
        again = check_and_apply(district.project, "scores", file)
        assert (again.new, again.changed) == (0, 0)


def test_scores_of_record_stand_with_their_state_and_children_with_a_code(shared):
    found = rows(export_scores(shared.project, ScoresWanted()).content)
    first = next(row for row in found if (row["piece"], row["criterion"]) == ("P0001", "FOC"))
    assert (first["score"], first["state"], first["by"]) == ("3", "settled", "consensus")
    assert first["student"].startswith("Student ")
    assert (first["school"], first["grade"]) == ("lincoln", "Kindergarten")
    blank = next(row for row in found if row["piece"] == "P0002")
    assert (blank["score"], blank["code"]) == ("", "BLANK")


def test_a_row_per_piece_says_which_criteria_wait(shared):
    found = rows(export_scores(shared.project, ScoresWanted(layout="wide")).content)
    one = next(row for row in found if row["piece"] == "P0004")
    assert one["CONV"] == ""
    assert one["pending"] == "CONV"
    assert len(found) == len({row["piece"] for row in found}) == 4


@pytest.mark.parametrize("wanted", EVERY, ids=str)
def test_nobody_is_named_and_no_reading_names_a_child(shared, tmp_path, wanted):
    suffixes = {"oneroster": [".zip"], "canvas-gradebook": [".csv"]}
    for suffix in suffixes.get(wanted.layout, [".csv", ".xlsx"]):
        place = tmp_path / f"out{suffix}"
        made = export_scores(shared.project, wanted, place)
        for path in hand_out(shared.project, made, place, force=True):
            content = every_byte(path)
            assert not [name for name in PEOPLE if name.encode() in content]
            assert not [one for one in ("T1", "T2", "T3") if as_cell(one, content)]
            if wanted.layout in ("long", "wide"):
                assert not [one for one in STUDENTS if one.encode() in content]


def test_names_come_only_when_asked_for_and_the_page_says_what_that_means(shared):
    made = export_scores(shared.project, ScoresWanted(names=True))
    first = rows(made.content)[0]
    assert (first["given_name"], first["family_name"]) == ("Zebulon", "Quillfeather")
    assert not [
        name for name in ("Ottoline", "Peregrine", "Quenby") if name.encode() in made.content
    ]
    assert any("education record" in note for note in made.page.notes)
    assert "with-names" in made.stem
    assert made.detail.endswith("names")
    canvas = rows(
        export_scores(shared.project, ScoresWanted(names=True, layout="canvas-gradebook")).content
    )
    assert canvas[1]["Student"] == "Quillfeather, Zebulon"


@pytest.mark.parametrize("layout", ["canvas-gradebook", "oneroster"])
def test_a_gradebook_that_holds_ids_holds_no_code_of_another_file(shared, tmp_path, layout):
    codes = {row["student"] for row in rows(export_scores(shared.project, ScoresWanted()).content)}
    assert len(codes) > 1
    place = tmp_path / ("out.csv" if layout == "canvas-gradebook" else "out.zip")
    made = export_scores(shared.project, ScoresWanted(layout=layout), place)
    place.write_bytes(made.content)
    assert not [one for one in codes if one.encode() in every_byte(place)]


def test_a_formula_in_what_somebody_typed_is_disarmed(filled):
    filled.scores(
        f'{SCORES_HEAD}\nP0003,T3,FOC,2,,"=HYPERLINK(""http://x"")",2025-10-06T15:00:00Z,\n'
    )
    made = export_scores(filled.project, ScoresWanted(what="readings", comments=True))
    assert "'=HYPERLINK" in made.content.decode("utf-8-sig")
    assert any("apostrophe" in note for note in made.page.notes)
    raw = export_scores(filled.project, ScoresWanted(what="readings", comments=True, raw=True))
    assert b"'=HYPERLINK" not in raw.content
    assert b"=HYPERLINK" in raw.content


def test_what_is_sealed_is_in_no_file_and_is_said(filled, tmp_path):
    project = filled.project
    keys = KeyStore(
        project.id, project.folder, tmp_path / "keys", passphrase_cost=CHEAP, pin_cost=CHEAP
    )
    room = Room(project.id, project.folder, project.store, keys, make_recovery_key())
    with project.reading() as unit:
        pieces = {one.code: one.id for one in unit.work.pieces.all()}
        raters = {one.source_id: one.id for one in unit.people.raters.all()}
    room.set_up(
        window_id="winter",
        piece_ids=(pieces["P0004"],),
        rater_ids=(raters["T3"], raters["T2"]),
        rubric_id="writing",
        own_students={(pieces["P0004"], raters["T2"]): "only two of us"},
    )
    with pytest.raises(SealError, match="calibrate session reveal"):
        export_scores(project, ScoresWanted(session=room.session, what="readings"))
    before = [
        rows(export_scores(project, ScoresWanted(what=one)).content)
        for one in ("resolved", "readings")
    ]
    room.open()
    canary = "the sealed canary"
    room.choose(raters["T3"], Choice(pieces["P0004"], "FOC", level="4", note=canary))
    room.choose(raters["T3"], Choice(pieces["P0004"], "CONV", level="1", note=canary))
    room.commit(raters["T3"])
    for session in (None, room.session):
        for what in ("resolved", "readings"):
            wanted = ScoresWanted(session=session, what=what, comments=True)
            if session:
                with pytest.raises(SealError):
                    export_scores(project, wanted)
                continue
            made = export_scores(project, wanted)
            assert canary.encode() not in made.content
            assert any("not revealed yet" in note for note in made.page.notes)
    after = [
        rows(export_scores(project, ScoresWanted(what=one)).content)
        for one in ("resolved", "readings")
    ]
    assert after == before


def test_a_session_that_was_called_off_stays_closed(filled):
    with filled.project.transaction() as unit:
        pieces = tuple(one.id for one in unit.work.pieces.all())[:1]
        unit.sessions.add(
            Session("S9", "Off", "writing", 1, "fall", pieces, state=SessionState.CALLED_OFF)
        )
    with pytest.raises(SealError, match="called off"):
        export_scores(filled.project, ScoresWanted(session="S9"))


def test_a_second_round_that_is_still_sealed_is_said(filled):
    with filled.project.transaction() as unit:
        held = replace(unit.sessions.get("S01"), id="S2", state=SessionState.REVEALED)
        unit.sessions.add(held)
        day = datetime(2026, 1, 5, tzinfo=UTC)
        unit.sessions.rounds.put(SessionRound("S2", RoundName.AFTER_DISCUSSION, day, "coach"))
    made = export_scores(filled.project, ScoresWanted(what="readings"))
    assert any("second round" in note and "S2" in note for note in made.page.notes)


def test_ratings_of_tasks_come_back_too(filled, tmp_path):
    check_and_apply(filled.project, "rubric", resources.rubric_preset("webb-dok"))
    filled.scores("task,rater,DOK\nmoment,T1,2\nmoment,T2,3\n", rubric="webb-dok")
    assert b"webb-dok" not in export_scores(filled.project, ScoresWanted(what="readings")).content
    for layout in ("long", "wide"):
        file = exported(
            filled, tmp_path / f"{layout}.csv", what="readings", layout=layout, tasks=True
        )
        assert [row["piece"] for row in rows(file.read_bytes())] == ["moment", "moment"]
        again = check_and_apply(filled.project, "scores", file)
        assert (again.new, again.changed, again.unchanged) == (0, 0, 4)
    (settled,) = rows(export_scores(filled.project, ScoresWanted(tasks=True)).content)
    assert (settled["task"], settled["score"], settled["student"]) == ("moment", "2", "")
    with pytest.raises(UsageError, match="no child"):
        export_scores(filled.project, ScoresWanted(tasks=True, layout="oneroster"))


def test_an_empty_project_says_what_to_do(project):
    for wanted in (ScoresWanted(), ScoresWanted(what="readings", layout="wide")):
        with pytest.raises(DataError, match="calibrate import scores"):
            export_scores(project, wanted)


@pytest.mark.parametrize(
    ("wanted", "kind", "known"),
    [
        ({"session": "S99"}, NotFound, "S01"),
        ({"school": "linclon"}, NotFound, "lincoln"),
        ({"window": "spring"}, NotFound, "fall"),
        ({"what": "everything"}, UsageError, "resolved"),
        ({"layout": "moodle"}, UsageError, "canvas-gradebook"),
        ({"what": "readings", "layout": "oneroster"}, UsageError, "no place for a rater"),
        ({"what": "readings", "names": True}, UsageError, "resolved"),
        ({"what": "readings", "layout": "wide", "comments": True}, UsageError, "long"),
        ({"layout": "wide", "comments": True}, UsageError, "long"),
        ({"layout": "canvas-gradebook", "comments": True}, UsageError, "long"),
    ],
)
def test_what_cannot_be_is_answered_with_what_can(shared, wanted, kind, known):
    with pytest.raises(kind, match=known):
        export_scores(shared.project, ScoresWanted(**wanted))


def test_a_criterion_called_like_a_column_goes_into_the_long_table_alone(district):
    district.rubric(
        "id: r\nversion: 1\ntitle: R\nlevels: [{id: '1'}, {id: '2'}]\ncriteria: [{id: window, name: W}]\n"
    )
    district.roster()
    district.work("piece,student,task,window,collected_on\nP0001,SID70001,moment,fall,2025-10-01\n")
    district.scores("piece,rater,criterion,score\nP0001,T1,window,1\n")
    assert export_scores(district.project, ScoresWanted(what="readings")).n_rows == 1
    with pytest.raises(CalibrateError, match="long"):
        export_scores(district.project, ScoresWanted(what="readings", layout="wide"))
