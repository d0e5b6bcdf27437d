"""The words of the sample district: whole, spread over grades and levels, and believable in their parts."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
import yaml

from calibrate.exchange.continuum import read_continuum
from calibrate.exchange.rubrics import read_rubric
from calibrate.exchange.work_index import read_work_index
from calibrate.resources import sample_data, template

CRITERIA = ["FOC", "ORG", "DEV", "STY", "CONV"]
COMPOSITION = CRITERIA[:4]
GRADES = ["KG", *(f"{grade:02d}" for grade in range(1, 9))]
BANDS = {"K-2": GRADES[:3], "3-5": GRADES[3:6], "6-8": GRADES[6:]}
TAUGHT = {
    "lincoln": GRADES[:6],
    "roosevelt": GRADES[:6],
    "riverbend": GRADES,
    "stone-mill": GRADES[6:],
}
SUFFIXES = {
    "text": {".txt"},
    "markdown": {".md"},
    "docx": {".docx"},
    "pdf": {".pdf"},
    "photo": {".jpg", ".jpeg"},
}


def _piece(path: Path) -> dict[str, Any]:
    _, front, body = re.split(r"^---\n", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.M)
    return {**yaml.safe_load(front), "body": body.strip()}


PIECES = {path.stem: _piece(path) for path in sorted(sample_data("writing").glob("P*.md"))}
PLAN = yaml.safe_load(sample_data("writing", "plan.yaml").read_text(encoding="utf-8"))["sessions"]
CONTINUUM = yaml.safe_load(sample_data("continuum.yaml").read_text(encoding="utf-8"))


def _tasks() -> dict[str, dict[str, str]]:
    with sample_data("work", "tasks.csv").open(encoding="utf-8", newline="") as stream:
        return {row["task"]: row for row in csv.DictReader(stream)}


TASKS = _tasks()


def _level(piece: dict[str, Any]) -> int:
    """The level of the grade that the piece truly has, rounded half up."""
    return int(fmean(piece["truth"][criterion] for criterion in COMPOSITION) + 0.5)


def test_there_are_at_least_52_pieces_and_each_has_the_code_of_its_file() -> None:
    assert len(PIECES) >= 52
    assert [piece["piece"] for piece in PIECES.values()] == list(PIECES)


@pytest.mark.parametrize("code", PIECES)
def test_the_front_matter_of_a_piece_is_complete(code: str) -> None:
    piece = PIECES[code]
    task = TASKS[piece["task"]]
    assert piece["grade"] in task["grades"].split(";")
    assert piece["genre"] == task["genre"]
    assert piece["grade"] in TAUGHT[piece["school"]]
    scored = [name for name in CRITERIA if name not in piece.get("not_scored", [])]
    assert list(piece["truth"]) == scored
    for level in piece["truth"].values():
        assert 1 <= level <= 4 and level * 4 == int(level * 4), "levels are quarter points"
    assert piece["accommodations"] in {"none", "scribed", "read aloud", "word bank"}
    assert (piece["accommodations"] == "scribed") == ("CONV" in piece.get("not_scored", []))
    for words in ("commentary", "support", "next_step"):
        assert len(piece[words].split()) >= 6, words
    assert piece["body"]
    suffixes = {Path(name).suffix.lower() for name in piece["files"]}
    assert suffixes and suffixes <= SUFFIXES[piece["form"]]


@pytest.mark.parametrize("grade", GRADES)
def test_every_grade_has_every_level_and_every_window(grade: str) -> None:
    here = [piece for piece in PIECES.values() if piece["grade"] == grade]
    assert {_level(piece) for piece in here if "code" not in piece} == {1, 2, 3, 4}
    assert {piece["window"] for piece in here} == {"2025-fall", "2025-winter", "2026-spring"}
    assert len({piece["genre"] for piece in here}) == 3


@pytest.mark.parametrize("band", BANDS)
def test_every_band_has_a_piece_whose_conventions_lag_behind_its_ideas(band: str) -> None:
    here = [piece for piece in PIECES.values() if piece["grade"] in BANDS[band]]
    gaps = [piece["truth"]["FOC"] - piece["truth"].get("CONV", 9) for piece in here]
    assert max(gaps) >= 1


def test_there_are_condition_codes_english_learners_and_another_language() -> None:
    assert {"OFFTOPIC", "INSUFF"} <= {piece.get("code") for piece in PIECES.values()}
    assert sum("home_language" in piece for piece in PIECES.values()) >= 3
    assert "es" in {piece["language"] for piece in PIECES.values()}


def test_the_condition_codes_are_codes_of_the_rubric() -> None:
    rubric = yaml.safe_load(template("rubrics", "k8-writing.yaml").read_text(encoding="utf-8"))
    known = {code["id"] for code in rubric["codes"]}
    assert {piece["code"] for piece in PIECES.values() if "code" in piece} <= known


def test_pieces_grow_longer_with_the_grade() -> None:
    means = [
        fmean(
            len(piece["body"].split())
            for piece in PIECES.values()
            if piece["grade"] in grades and "code" not in piece
        )
        for grades in BANDS.values()
    ]
    assert means[0] * 2 < means[1] < means[2]
    argument = [
        len(piece["body"].split())
        for piece in PIECES.values()
        if piece["grade"] == "08" and piece["genre"] == "argument" and _level(piece) == 4
    ]
    assert argument and 400 <= max(argument) <= 620


def test_no_two_pieces_begin_or_end_alike() -> None:
    for take in (slice(None, 5), slice(-5, None)):
        seen = [" ".join(piece["body"].lower().split()[take]) for piece in PIECES.values()]
        assert len(set(seen)) == len(seen)


def test_what_is_said_about_a_piece_does_not_say_he_or_she() -> None:
    telling = re.compile(r"\b(he|she|his|her|hers|him|himself|herself)\b", re.I)
    for code, piece in PIECES.items():
        for words in ("support", "next_step"):
            assert not telling.search(piece[words]), (code, words)
    for exemplar in CONTINUUM["exemplars"]:
        assert not telling.search(exemplar["commentary"]), exemplar["piece"]


def test_the_nine_sessions_hold_five_pieces_each_and_no_piece_twice() -> None:
    assert [session["id"] for session in PLAN] == [f"S0{number}" for number in range(1, 10)]
    codes = [code for session in PLAN for code in session["pieces"]]
    assert len(codes) == len(set(codes)) == 45


@pytest.mark.parametrize("session", PLAN, ids=lambda session: session["id"])
def test_a_session_fits_its_schools_grades_window_and_day(session: dict[str, Any]) -> None:
    pieces = [PIECES[code] for code in session["pieces"]]
    assert session["held_on"].strftime("%A") == "Tuesday"
    for piece in pieces:
        assert piece["grade"] in session["grades"]
        assert piece["school"] in session["schools"]
        assert piece["window"] == session["window"]
        assert piece["task"].split("-")[0] in {other["task"].split("-")[0] for other in pieces}
    assert len({_level(piece) for piece in pieces}) >= 3
    assert not {"lincoln", "stone-mill"} <= set(session["schools"])


@pytest.mark.parametrize("session", PLAN, ids=lambda session: session["id"])
def test_a_session_says_what_was_agreed_open_needed_and_promised(session: dict[str, Any]) -> None:
    assert 2 <= len(session["agreed"]) <= 3
    assert 1 <= len(session["open"]) <= 2
    assert 2 <= len(session["needs"]) <= 3
    assert session["rubric_notes"]
    for question in session["open"]:
        low, high = (int(level) for level in question["levels"])
        assert question["criterion"] in CRITERIA and high == low + 1
        assert question["text"]
    for action in session["actions"]:
        assert action["who"] and action["what"] and action["by"] > session["held_on"]
    assert set(session["reasons"]) == set(session["pieces"])
    assert set(session.get("because", {})) <= set(session["pieces"])


@pytest.mark.parametrize("strand", ["composition", "conventions"])
@pytest.mark.parametrize("grade", GRADES)
def test_the_crosswalk_covers_every_score_once(strand: str, grade: str) -> None:
    rows = [r for r in CONTINUUM["crosswalk"] if (r["strand"], r["grade"]) == (strand, grade)]
    rows.sort(key=lambda row: row["low"])
    assert rows[0]["low"] == 1 and rows[-1]["high"] == 4
    assert all(one["high"] == two["low"] for one, two in pairwise(rows))
    position = {level["id"]: level["position"] for level in CONTINUUM["levels"]}
    own = GRADES.index(grade) + 2
    expected = [max(1, own - 2), own - 1, own, min(10, own + 1)]
    assert [position[row["level"]] for row in rows] == expected


def test_every_level_has_a_descriptor_and_an_exemplar_in_every_strand() -> None:
    ids = [level["id"] for level in CONTINUUM["levels"]]
    assert ids == [f"L{number}" for number in range(1, 11)]
    shown = {(one["strand"], one["level"]) for one in CONTINUUM["exemplars"]}
    for strand in CONTINUUM["strands"]:
        assert list(strand["descriptors"]) == ids
        assert {(strand["id"], level) for level in ids} <= shown


@pytest.mark.parametrize(
    "exemplar", CONTINUUM["exemplars"], ids=lambda one: f"{one['strand']}-{one['level']}"
)
def test_an_exemplar_truly_stands_at_its_level(exemplar: dict[str, Any]) -> None:
    piece = PIECES[exemplar["piece"]]
    strand = next(one for one in CONTINUUM["strands"] if one["id"] == exemplar["strand"])
    score = fmean(piece["truth"][criterion] for criterion in strand["criteria"])
    (level,) = (
        row["level"]
        for row in CONTINUUM["crosswalk"]
        if (row["strand"], row["grade"]) == (exemplar["strand"], piece["grade"])
        and (row["low"] <= score < row["high"] or score == row["high"] == 4)
    )
    assert level == exemplar["level"]
    sentences = re.findall(r"[.!?][\"']?(?:\s|$)", exemplar["commentary"])
    assert 2 <= len(sentences) <= 4


RUBRICS = sorted(path.stem for path in template("rubrics").glob("*.yaml"))


def test_the_nine_presets_are_there() -> None:
    assert RUBRICS == [
        "assessment-system-self-review",
        "bloom-revised",
        "e-p-ip-lp",
        "k8-writing",
        "marzano-kendall",
        "mastery-in-progress",
        "smarter-balanced-shaped",
        "webb-dok",
        "zero-to-four-half-points",
    ]


@pytest.mark.parametrize("name", RUBRICS)
def test_a_preset_is_well_formed(name: str) -> None:
    rubric = yaml.safe_load(template("rubrics", f"{name}.yaml").read_text(encoding="utf-8"))
    assert rubric["id"] == name and rubric["version"] == 1
    assert rubric["purpose"] in {"student_work", "task_demand", "self_assessment"}
    assert rubric["wording"] in {"ours", "names only"}
    criteria = [criterion["id"] for criterion in rubric["criteria"]]
    assert len(set(criteria)) == len(criteria) > 0
    for criterion in rubric["criteria"]:
        levels = criterion.get("levels", rubric["levels"])
        ids = [level["id"] for level in levels]
        assert all(isinstance(one, str) for one in ids) and len(set(ids)) == len(ids)
        values = [level["value"] for level in levels]
        assert values == sorted(set(values))
        assert criterion.get("cut", rubric.get("cut", ids[0])) in ids
        if rubric["wording"] == "ours":
            assert list(criterion["descriptors"]) == ids
        else:
            assert "descriptors" not in criterion
    for code in rubric["codes"]:
        assert isinstance(code["id"], str) and code["id"] not in ids
        assert set(code) == {"id", "label", "meaning", "scored", "accountability_value", "action"}
        assert set(code["scored"]) <= set(criteria)


def test_every_cell_of_the_k8_rubric_says_something_of_its_own() -> None:
    rubric = yaml.safe_load(template("rubrics", "k8-writing.yaml").read_text(encoding="utf-8"))
    cells = [text for one in rubric["criteria"] for text in one["descriptors"].values()]
    assert len(cells) == len(set(cells)) == 20
    assert all(len(cell.split()) >= 12 for cell in cells)


def test_the_import_reads_every_preset_the_continuum_and_the_index_without_a_complaint() -> None:
    for name in RUBRICS:
        assert read_rubric(template("rubrics", f"{name}.yaml")).id == name
    continuum = read_continuum(sample_data("continuum.yaml"))
    assert len(continuum.levels) == 10
    index = read_work_index(sample_data("work"))
    assert not index.problems.found and not index.problems.warnings
    assert set(PIECES) <= {piece.piece for piece in index.pieces if piece.files}
