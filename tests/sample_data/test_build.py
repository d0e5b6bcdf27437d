"""The sample district has the shape that is promised, and making it again changes nothing."""

from __future__ import annotations

import csv
import itertools
import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest
import yaml

from calibrate.resources import sample_data

SCHOOLS = {"lincoln": 12, "roosevelt": 12, "riverbend": 9, "stone-mill": 7}
MADE = (
    "roster.csv",
    "truth.json",
    "work/index.csv",
    "work/windows.csv",
    "scores/operational.csv",
    "scores/task-ratings.csv",
    "scores/validity.csv",
    "sessions/scores.csv",
    *(f"sessions/S0{number}.yaml" for number in range(1, 10)),
)


def _table(*parts: str) -> pd.DataFrame:
    return pd.read_csv(sample_data(*parts), dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.fixture(scope="module")
def roster() -> pd.DataFrame:
    return _table("roster.csv")


@pytest.fixture(scope="module")
def index() -> pd.DataFrame:
    return _table("work", "index.csv")


@pytest.fixture(scope="module")
def everyday() -> pd.DataFrame:
    return _table("scores", "operational.csv")


@pytest.fixture(scope="module")
def session_scores() -> pd.DataFrame:
    return _table("sessions", "scores.csv")


@pytest.fixture(scope="module")
def sessions() -> list[dict]:
    files = sorted(sample_data("sessions").glob("S??.yaml"))
    return [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads(sample_data("truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def staff(roster: pd.DataFrame) -> pd.DataFrame:
    return roster[roster.role != "student"].drop_duplicates("person_id").set_index("person_id")


@pytest.fixture(scope="module")
def rooms_of(roster: pd.DataFrame) -> dict[str, set[str]]:
    """The rooms of every person, at any time of the year."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in roster.itertuples():
        if row.classroom_id:
            found[row.person_id].add(row.classroom_id)
    return found


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    script = sample_data("build.py")
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], check=True, timeout=600)
    differing = [
        name for name in MADE if (tmp_path / name).read_bytes() != sample_data(name).read_bytes()
    ]
    assert differing == []


def test_a_consensus_away_from_what_nearly_everybody_gave_blind_has_a_reason_of_its_own() -> None:
    blind: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    with sample_data("sessions", "scores.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["round"] == "blind":
                at = (row["session"], row["piece"], row["criterion"])
                blind[at][row["score"] or row["code"]] += 1
    bare = []
    for number in range(1, 10):
        held = yaml.safe_load(sample_data("sessions", f"S0{number}.yaml").read_text("utf-8"))
        reasons = Counter((one["piece"], one["reason"]) for one in held["consensus"])
        for one in held["consensus"]:
            given = blind[held["id"], one["piece"], one["criterion"]]
            level, count = given.most_common(1)[0]
            moved = level != str(one.get("score", one.get("code")))
            if moved and count >= 0.7 * given.total() and reasons[one["piece"], one["reason"]] > 1:
                bare.append((held["id"], one["piece"], one["criterion"]))
    assert bare == []


def test_everything_together_is_under_15_megabytes() -> None:
    size = sum(
        file.stat().st_size
        for file in sample_data().rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    )
    assert size < 15_000_000


def test_the_district_has_four_schools_and_forty_classrooms(roster: pd.DataFrame) -> None:
    rooms = roster[roster.classroom_id != ""].groupby("school_id").classroom_id.nunique()
    assert rooms.to_dict() == SCHOOLS


def test_about_900_children_sit_in_rooms_of_18_to_27(roster: pd.DataFrame) -> None:
    children = roster[roster.role == "student"]
    assert 880 <= children.person_id.nunique() <= 940
    first_day = children[children.start == children.start.min()]
    sizes = first_day.groupby("classroom_id").person_id.nunique()
    assert sizes.between(18, 27).all(), sizes.to_dict()


def test_two_rooms_hold_two_grades(roster: pd.DataFrame) -> None:
    children = roster[roster.role == "student"]
    grades = children.groupby("classroom_id").grade.nunique()
    assert sorted(grades[grades > 1].index) == ["riverbend-12b", "roosevelt-45b"]


def test_about_60_staff_may_rate_and_some_rooms_have_two_teachers(
    roster: pd.DataFrame, staff: pd.DataFrame
) -> None:
    assert 55 <= len(staff) <= 65
    teachers = roster[roster.role == "teacher"].groupby("classroom_id").person_id.nunique()
    assert len(teachers) == 40
    assert Counter(teachers) == {1: 37, 2: 3}


def test_about_four_in_a_hundred_children_move_arrive_or_leave(roster: pd.DataFrame) -> None:
    children = roster[roster.role == "student"]
    stays = children.groupby("person_id")
    moved = stays.classroom_id.nunique() > 1
    between_schools = stays.school_id.nunique() > 1
    late = stays.start.min() > children.start.min()
    left = (stays.end.min() != "") & ~moved
    assert moved.sum() >= 15 and between_schools.sum() >= 5
    assert late.sum() >= 10 and left.sum() >= 5
    assert 0.03 <= (moved | late | left).mean() <= 0.05


def test_no_child_is_in_two_rooms_at_once(roster: pd.DataFrame) -> None:
    children = roster[roster.role == "student"]
    several = children[children.duplicated("person_id", keep=False)]
    assert len(several) >= 30
    for _, stays in several.groupby("person_id"):
        for earlier, later in itertools.pairwise(stays.sort_values("start").itertuples()):
            assert earlier.end and earlier.end < later.start


def test_nearly_every_child_has_a_piece_in_every_window(
    index: pd.DataFrame, roster: pd.DataFrame
) -> None:
    assert index.window.nunique() == 3
    assert 2500 <= len(index) <= 2800
    assert index.piece.is_unique
    assert not index.duplicated(["student", "window"]).any()
    children = roster[roster.role == "student"].person_id.nunique()
    for _, count in index.window.value_counts().items():
        assert 0.92 * children < count < 0.98 * children


def test_every_piece_belongs_to_a_child_who_was_there_that_day(
    index: pd.DataFrame, roster: pd.DataFrame
) -> None:
    stays = roster[roster.role == "student"][["person_id", "start", "end", "grade"]]
    merged = index.merge(stays, left_on="student", right_on="person_id")
    there = (merged.start <= merged.collected_on) & (
        (merged.end == "") | (merged.collected_on <= merged.end)
    )
    assert set(merged[there].piece) == set(index.piece)
    windows = _table("work", "windows.csv").set_index("window")
    assert (index.collected_on >= index.window.map(windows.starts)).all()
    assert (index.collected_on <= index.window.map(windows.ends)).all()


def test_written_pieces_have_files_and_all_others_only_scores(index: pd.DataFrame) -> None:
    written = {path.stem for path in sample_data("writing").glob("P*.md")}
    assert len(written) >= 48
    assert set(index[index.files != ""].piece) == written
    work = sample_data("work")
    for row in index[index.files != ""].itertuples():
        for name in row.files.split(";"):
            assert (work / name).is_file(), f"{row.piece} names a file that is not there"


def test_a_written_piece_belongs_to_a_child_of_its_grade_and_school(
    index: pd.DataFrame, roster: pd.DataFrame
) -> None:
    stays = roster[roster.role == "student"].set_index("person_id")
    owner = index.set_index("piece").student
    for path in sorted(sample_data("writing").glob("P*.md")):
        matter = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        child = stays.loc[[owner[matter["piece"]]]]
        grade = matter["grade"].lstrip("0").replace("KG", "K")
        assert set(child.grade) == {grade}
        assert matter["school"] in set(child.school_id)


def test_codes_say_nothing_about_a_child(index: pd.DataFrame, roster: pd.DataFrame) -> None:
    assert index.piece.str.fullmatch(r"P\d{4}").all()
    assert roster.person_id[roster.role == "student"].str.len().min() > 4
    others = index[index.files == ""]
    order = others.sort_values("piece").window.to_numpy()
    same_as_next = (order[1:] == order[:-1]).mean()
    assert same_as_next < 0.45


def test_every_piece_is_scored_by_the_childs_own_teacher(
    everyday: pd.DataFrame, index: pd.DataFrame, rooms_of: dict[str, set[str]]
) -> None:
    own = everyday[everyday.purpose == "own_student"].drop_duplicates("piece")
    assert set(own.piece) == set(index.piece)
    student = index.set_index("piece").student
    for row in own.itertuples():
        assert rooms_of[row.rater] & rooms_of[student[row.piece]]
    assert (own.joint_with != "").sum() >= 20


def test_about_a_fifth_is_read_again_blind_by_two_or_three_others(
    everyday: pd.DataFrame, index: pd.DataFrame, rooms_of: dict[str, set[str]]
) -> None:
    blind = everyday[everyday.purpose == "independent"]
    readers = blind.groupby("piece").rater.nunique()
    assert set(readers) == {2, 3}
    assert 0.15 <= len(readers) / len(index) <= 0.23
    assert (readers == 3).sum() >= 20
    student = index.set_index("piece").student
    others = everyday[everyday.purpose != "own_student"].drop_duplicates(["piece", "rater"])
    for row in others.itertuples():
        assert not rooms_of[row.rater] & rooms_of[student[row.piece]]


def test_no_reading_is_there_twice(everyday: pd.DataFrame, session_scores: pd.DataFrame) -> None:
    key = ["round", "piece", "rater", "criterion", "purpose"]
    assert not everyday.duplicated(key).any()
    assert not session_scores.duplicated(["session", *key]).any()


def test_each_judgement_is_a_level_or_a_code_of_the_rubric(
    everyday: pd.DataFrame, session_scores: pd.DataFrame
) -> None:
    for table in (everyday, session_scores):
        assert ((table.score == "") != (table.code == "")).all()
        assert set(table.score) <= {"", "1", "2", "3", "4"}
        assert {"FOC", "ORG", "DEV", "STY", "CONV"} == set(table.criterion)
    assert {"BLANK", "OFFTOPIC"} <= set(everyday.code)


def test_there_are_nine_sessions_three_a_window_with_six_to_eight_raters(
    sessions: list[dict],
) -> None:
    assert [one["id"] for one in sessions] == [f"S0{number}" for number in range(1, 10)]
    assert set(Counter(one["window"] for one in sessions).values()) == {3}
    for one in sessions:
        assert 6 <= len(set(one["panel"])) == len(one["panel"]) <= 8
        again = one["window"] != "2025-fall"
        assert len(one["pieces"]) == (7 if again else 5)  # two of the window before are read again
        assert one["facilitator"] not in one["panel"]
        assert one["agreed"] and one["open"] and one["needs"] and one["actions"]


def test_pieces_of_the_window_before_are_read_again_blind_and_not_talked_of(
    sessions: list[dict], session_scores: pd.DataFrame, index: pd.DataFrame
) -> None:
    window = index.set_index("piece").window
    before = {"2025-winter": "2025-fall", "2026-spring": "2025-winter"}
    settled = {line["piece"] for one in sessions for line in one["anchors"]}
    again = 0
    for one in sessions:
        slipped = [piece for piece in one["pieces"] if window[piece] != one["window"]]
        again += len(slipped)
        assert {window[piece] for piece in slipped} <= {before.get(one["window"])}
        assert not settled & set(slipped)
        assert not {line["piece"] for line in one["consensus"]} & set(slipped)
        rows = session_scores[session_scores.session == one["id"]]
        assert set(rows.loc[rows.piece.isin(slipped), "round"]) <= {"blind"}
    assert again == 12


def test_session_pieces_all_have_work_to_look_at(sessions: list[dict], index: pd.DataFrame) -> None:
    files = index.set_index("piece").files
    assert all(files[piece] for one in sessions for piece in one["pieces"])


def test_nobody_scores_their_own_student_in_a_session(
    session_scores: pd.DataFrame, index: pd.DataFrame, rooms_of: dict[str, set[str]]
) -> None:
    student = index.set_index("piece").student
    for row in session_scores.drop_duplicates(["session", "piece", "rater"]).itertuples():
        assert not rooms_of[row.rater] & rooms_of[student[row.piece]]


def test_only_the_panel_scores_and_it_scores_everything_else(
    sessions: list[dict],
    session_scores: pd.DataFrame,
    index: pd.DataFrame,
    rooms_of: dict[str, set[str]],
) -> None:
    student = index.set_index("piece").student
    for one in sessions:
        due = {
            (piece, rater)
            for piece in one["pieces"]
            for rater in one["panel"]
            if not rooms_of[rater] & rooms_of[student[piece]]
        }
        held = session_scores[session_scores.session == one["id"]]
        blind = held[held["round"] == "blind"]
        assert set(zip(blind.piece, blind.rater, strict=True)) == due


def test_the_second_round_is_missing_where_nobody_needed_to_talk(
    session_scores: pd.DataFrame,
) -> None:
    rounds = session_scores.groupby(["session", "piece"])["round"].nunique()
    assert set(rounds) == {1, 2}
    assert (rounds == 2).sum() > 2 * (rounds == 1).sum()


def test_an_open_question_has_no_consensus_and_a_panel_on_both_sides(
    sessions: list[dict], session_scores: pd.DataFrame
) -> None:
    plan = yaml.safe_load(sample_data("writing", "plan.yaml").read_text(encoding="utf-8"))
    blind = session_scores[session_scores["round"] == "blind"]
    for planned, held in zip(plan["sessions"], sessions, strict=True):
        agreed = {(one["piece"], one["criterion"]) for one in held["consensus"]}
        for question in planned["open"]:
            piece, criterion = question["piece"], question["criterion"]
            assert (piece, criterion) not in agreed
            levels = blind[
                (blind.session == held["id"])
                & (blind.piece == piece)
                & (blind.criterion == criterion)
            ].score.value_counts()
            assert all(levels.get(level, 0) >= 2 for level in question["levels"])


def test_one_pair_of_schools_shares_no_piece_and_all_others_do(
    everyday: pd.DataFrame, session_scores: pd.DataFrame, staff: pd.DataFrame, truth: dict
) -> None:
    readings = pd.concat([everyday, session_scores])[["piece", "rater", "purpose"]]
    readings = readings.assign(school=readings.rater.map(staff.school_id))

    def shared(table: pd.DataFrame) -> Counter[tuple[str, str]]:
        pairs: Counter[tuple[str, str]] = Counter()
        for schools in table.groupby("piece").school.unique():
            pairs.update(itertools.combinations(sorted(set(schools)), 2))
        return pairs

    every = shared(readings)
    unlinked = tuple(truth["put_in"]["unlinked_schools"])
    assert every[unlinked] == 0
    pairs = set(itertools.combinations(sorted(SCHOOLS), 2))
    assert {pair for pair in pairs if every[pair]} == pairs - {unlinked}
    blind = shared(readings[readings.purpose == "independent"])
    assert all(blind[tuple(pair)] >= 40 for pair in truth["put_in"]["linked_schools"])
    assert 1 <= blind[tuple(truth["put_in"]["hardly_linked_schools"])] <= 6
