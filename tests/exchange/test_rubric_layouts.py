"""Rubrics as other programs take them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from calibrate.errors import DataError
from calibrate.exchange.rubric_layouts import (
    EXTENSION,
    canvas_rubric,
    case_rubric,
    google_rows,
    left_behind,
    plain_rubric,
)
from calibrate.exchange.written_tables import csv_bytes
from calibrate.model.rubric import ConditionCode, Criterion, Level, Rubric, Scale

FOUR = Scale(
    tuple(Level(str(n), f"Level {n}", float(n), n, f"what a {n} is") for n in range(1, 5)), cut="3"
)
HALVES = Scale(
    (Level("no", "No", 0.0, 1), Level("half", "Half", 0.5, 2), Level("yes", "Yes", 1.0, 3))
)
RUBRIC = Rubric(
    "writing",
    2,
    "Writing",
    (Criterion("FOC", "Focus", FOUR, "What it is about"), Criterion("CONV", "Conventions", HALVES)),
    (ConditionCode("BLANK", "Blank", scored=("CONV",)),),
)


def test_canvas_gets_a_row_per_criterion_with_the_highest_rating_first():
    table = canvas_rubric(RUBRIC)
    header, *rows = csv.reader(
        io.StringIO(csv_bytes([table.headings, *table.rows], raw=True).decode())
    )
    assert header[:4] == [
        "Rubric Name",
        "Criteria Name",
        "Criteria Description",
        "Criteria Enable Range",
    ]
    assert header[4:] == ["Rating Name", "Rating Description", "Rating Points"] * 4
    assert rows[0][:7] == [
        "Writing",
        "Focus",
        "What it is about",
        "false",
        "Level 4",
        "what a 4 is",
        "4",
    ]
    assert rows[1][4:] == ["Yes", "", "1", "Half", "", "0.5", "No", "", "0", "", "", ""]


def test_google_classroom_gets_four_rows_per_criterion_after_two_headings():
    rows = google_rows(RUBRIC)
    assert len(rows) == 2 + 4 * 2
    assert rows[3] == ["Focus", 1, 2, 3, 4]
    assert rows[4] == ["What it is about", "Level 1", "Level 2", "Level 3", "Level 4"]
    assert rows[5] == [None, "what a 1 is", "what a 2 is", "what a 3 is", "what a 4 is"]
    assert rows[7] == ["Conventions", 0, 0.5, 1, None]


def test_more_levels_than_classroom_takes_are_refused():
    many = Scale(tuple(Level(str(n), str(n), float(n), n) for n in range(1, 12)))
    with pytest.raises(DataError, match="at most"):
        google_rows(Rubric("r", 1, "R", (Criterion("A", "A", many),)))


def test_case_keeps_levels_in_order_and_codes_out_of_the_scores():
    package = json.loads(
        case_rubric(RUBRIC, creator="Example District", at=datetime(2026, 1, 2, tzinfo=UTC))
    )
    (rubric,) = package["CFRubrics"]
    assert set(package["CFDocument"]) >= {
        "identifier",
        "uri",
        "creator",
        "title",
        "lastChangeDateTime",
    }
    first, second = rubric["CFRubricCriteria"]
    assert [(one["quality"], one["score"]) for one in second["CFRubricCriterionLevels"]] == [
        ("No", 0.0),
        ("Half", 0.5),
        ("Yes", 1.0),
    ]
    assert first["rubricId"] == rubric["identifier"]
    assert rubric["extensions"][EXTENSION]["codes"][0]["id"] == "BLANK"
    again = case_rubric(RUBRIC, creator="Example District", at=datetime(2026, 1, 2, tzinfo=UTC))
    assert json.loads(again) == package  # the same ids each time


def test_the_plain_table_says_which_levels_meet_the_standard():
    table = plain_rubric(RUBRIC)
    assert [(row[5], row[8]) for row in table.rows[:4]] == [
        ("1", "no"),
        ("2", "no"),
        ("3", "yes"),
        ("4", "yes"),
    ]
    assert {row[8] for row in table.rows[4:]} == {""}


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ("canvas", "condition codes, the level that meets"),
        ("google", "ids of criteria"),
        ("csv", "condition codes"),
    ],
)
def test_what_a_layout_has_no_room_for_is_said(layout, words):
    (note,) = left_behind(RUBRIC, layout)
    assert words in note
    assert left_behind(RUBRIC, "yaml") == left_behind(RUBRIC, "case") == ()
