"""Rubrics of other programs: Canvas's CSV and CASE, and what is written for them comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from calibrate import resources
from calibrate.errors import CalibrateError, DataError, ImportRefused
from calibrate.exchange.canvas_rubrics import canvas_rubric_of, is_canvas_rubric
from calibrate.exchange.case_rubrics import case_rubric_of, is_case
from calibrate.exchange.foreign_rubrics import rubric_from, slug
from calibrate.exchange.problems import Problems
from calibrate.exchange.rubric_layouts import EXTENSION, canvas_rubric, case_rubric
from calibrate.exchange.rubrics import read_rubric
from calibrate.exchange.source_files import SourceFile
from calibrate.exchange.written_tables import csv_bytes
from calibrate.model.rubric import Rubric
from tests.exchange.test_rubrics import rubrics

AT = datetime(2026, 1, 2, tzinfo=UTC)
CANVAS = (
    "Rubric Name,Criteria Name,Criteria Description,Criteria Enable Range,Rating Name,Rating Description,Rating Points,"
    "Rating Name,Rating Description,Rating Points,Rating Name 3,Rating Description 3,Rating Points 3\n"
    'Writing,Focus,What it is about,false,Strong,"Clear, and whole",3,Fair,,"1,5",None,,0\n'
    "Writing,Conventions,,true,Yes,,1,No,,0,,,\n"
)
CASE = {
    "CFDocument": {"title": "K-5 Writing", "creator": "Example District"},
    "CFRubrics": [
        {
            "identifier": "5b1b5a0e-0000-4000-8000-000000000010",
            "title": "Opinion writing, grade 3",
            "description": None,
            "CFRubricCriteria": [
                {
                    "category": "Conventions",
                    "position": 2,
                    "CFRubricCriterionLevels": [
                        {"quality": "Yes", "score": 1.0, "position": 1},
                        {"quality": "No", "score": 0.0, "position": 2, "feedback": "Look again"},
                    ],
                },
                {
                    "Description": "Order and links between ideas",
                    "position": 1,
                    "CFItemURI": {"title": "EX.W.3.1"},
                    "CFRubricCriterionLevels": [{"quality": "Low"}, {"quality": "High"}],
                },
            ],
        }
    ],
}


def from_canvas(text: str | bytes) -> tuple[Rubric, list[str]]:
    content = text.encode() if isinstance(text, str) else text
    assert is_canvas_rubric(content)
    problems = Problems("rubric.csv")
    return rubric_from(
        canvas_rubric_of(SourceFile("rubric.csv", content, ""), problems), problems
    ), problems.warnings


def from_case(tree: object) -> tuple[Rubric, list[str]]:
    content = (tree if isinstance(tree, str) else json.dumps(tree)).encode()
    problems = Problems("rubric.json")
    return rubric_from(
        case_rubric_of(SourceFile("rubric.json", content, ""), problems), problems
    ), problems.warnings


def refused(read, given_to) -> str:
    with pytest.raises(DataError) as caught:
        read(given_to)
    found = caught.value
    problems = found.problems if isinstance(found, ImportRefused) else (found,)
    assert all(one.fix for one in problems)
    return " ".join(map(str, problems))


def test_a_rubric_of_canvas_is_read_with_its_repeated_headings():
    rubric, warnings = from_canvas(CANVAS)
    assert (rubric.id, rubric.version, rubric.title) == ("writing", 1, "Writing")
    focus, conventions = rubric.criteria
    assert [(one.id, one.label, one.value) for one in focus.scale.levels] == [
        ("0", "None", 0.0),
        ("1.5", "Fair", 1.5),
        ("3", "Strong", 3.0),
    ]
    assert focus.scale.levels[2].descriptor == "Clear, and whole"
    assert [one.label for one in conventions.scale.levels] == ["No", "Yes"]
    assert any("range" in one for one in warnings)
    assert any("--id" in one for one in warnings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("Writing,Conventions", "Other,Conventions"), "holds 2 rubrics"),
        (("Strong,", "Fair,"), None),
        (('"1,5"', "8-10"), "row 2, column Rating Points: A rating has a name and no points"),
        (('"1,5"', "3"), "row 2: Two levels of this criterion have the same points"),
        (("Yes,,1,No,,0", "Yes,,1,,,"), "row 3: The criterion needs at least two ratings"),
        (("Focus", ""), "row 2, column Criteria Name: The criterion has no name"),
        (("Rating Name", "Rank"), "row 1: The headings"),
    ],
)
def test_what_is_wrong_with_a_canvas_rubric_is_said_with_its_row(change, words):
    text = CANVAS.replace(*change)
    if words is None:
        assert from_canvas(text)[0].criteria
    else:
        assert words in refused(from_canvas, text)


def test_a_rating_without_a_name_is_no_level_less():
    rubric, warnings = from_canvas(CANVAS.replace('Fair,,"1,5"', ',so so,"1,5"'))
    assert [one.value for one in rubric.criteria[0].scale.levels] == [0.0, 1.5, 3.0]
    assert rubric.criteria[0].scale.levels[1].descriptor == "so so"
    assert any("row 2" in one and "no name" in one for one in warnings)
    text = CANVAS.replace('Fair,,"1,5"', ",so so,")
    assert "row 2, column Rating Points: A rating has a description and no points" in refused(
        from_canvas, text
    )


def test_a_rubric_of_case_is_read_in_the_order_of_its_positions():
    rubric, warnings = from_case(CASE)
    assert rubric.id == "opinion-writing-grade-3"
    order, conventions = rubric.criteria
    assert order.name == "Order and links between ideas"
    assert [(one.id, one.label, one.value) for one in order.scale.levels] == [
        ("1", "Low", 1.0),
        ("2", "High", 2.0),
    ]
    assert [one.label for one in conventions.scale.levels] == ["No", "Yes"]
    for words in ("no score", "Feedback", "standard"):
        assert any(words in one for one in warnings)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: one,
        lambda one: {"CFRubric": one},
        lambda one: {"CFPackage": {"CFRubrics": [one]}},
    ],
)
def test_case_is_known_in_every_wrapping(wrap):
    tree = wrap(CASE["CFRubrics"][0])
    assert is_case(json.dumps(tree).encode())
    assert len(from_case(tree)[0].criteria) == 2


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"CFRubrics": []}, "holds no rubric"),
        ({"CFRubrics": [CASE["CFRubrics"][0]] * 2}, "holds 2 rubrics"),
        ({"CFRubric": {"CFRubricCriteria": []}}, "no title"),
        ({"CFRubric": {"title": "A", "CFRubricCriteria": []}}, "no criterion"),
        (
            {"CFRubric": {"title": "A", "CFRubricCriteria": [{}]}},
            "neither category nor description",
        ),
        (
            {
                "CFRubric": {
                    "title": "A",
                    "CFRubricCriteria": [
                        {"category": "B", "CFRubricCriterionLevels": [{"score": 1}, {}]}
                    ],
                }
            },
            "Some levels have a score",
        ),
        ('{"CFRubric": ', "not JSON"),
        ('{"CFRubric": ' + "[" * 100_000, "not JSON"),
    ],
)
def test_what_is_wrong_with_a_case_file_is_said(tree, words):
    assert words in refused(from_case, tree)


@pytest.mark.parametrize("version", [1e40, 1.5, 0, -1, "new", True])
def test_a_version_of_case_that_no_rubric_has_is_a_problem(version):
    tree = {"CFRubric": CASE["CFRubrics"][0] | {"extensions": {EXTENSION: {"version": version}}}}
    assert "version is not a whole number" in refused(from_case, tree)


def test_a_version_of_case_is_taken_as_it_is():
    tree = {"CFRubric": CASE["CFRubrics"][0] | {"extensions": {EXTENSION: {"version": 3}}}}
    assert from_case(tree)[0].version == 3


@given(rubrics())
@settings(max_examples=15)
def test_any_rubric_comes_back_from_case_as_it_went(rubric):
    assert from_case(case_rubric(rubric, creator="Example", at=AT))[0] == rubric


@pytest.mark.parametrize("name", resources.rubric_presets())
def test_what_canvas_has_room_for_comes_back_from_canvas(name):
    rubric = read_rubric(resources.rubric_preset(name))
    table = canvas_rubric(rubric)
    read, _ = from_canvas(csv_bytes([table.headings, *table.rows]))
    assert read.title == rubric.title
    for mine, theirs in zip(rubric.criteria, read.criteria, strict=True):
        assert (mine.name, mine.description) == (theirs.name, theirs.description)
        assert [(one.label, one.value, one.descriptor) for one in mine.scale.levels] == [
            (one.label, one.value, one.descriptor) for one in theirs.scale.levels
        ]
    again = canvas_rubric(read)
    assert again.rows == table.rows
    assert from_canvas(csv_bytes([again.headings, *again.rows]))[0] == read


@given(rubrics())
@settings(max_examples=10)
def test_any_rubric_for_canvas_is_read_or_refused_clearly(rubric):
    table = canvas_rubric(replace(rubric, codes=()))
    try:
        read, _ = from_canvas(csv_bytes([table.headings, *table.rows]))
    except CalibrateError as error:
        assert error.fix or isinstance(error, ImportRefused)
    else:
        assert len(read.criteria) == len(rubric.criteria)


def test_ids_are_made_of_plain_letters_and_no_two_are_alike():
    assert slug("Évidence & Élaboration!") == "evidence-elaboration"
    assert slug("Focus", taken=["focus", "focus-2"]) == "focus-3"
    assert slug("思考") == "rubric"
    assert len(slug("x" * 200)) <= 64


def test_a_criterion_called_total_is_refused_with_advice():
    with pytest.raises(ImportRefused) as caught:
        from_canvas(CANVAS.replace("Conventions", "Total"))
    (problem,) = caught.value.problems
    assert "cannot be called total" in problem.message and "it is worked out" in problem.fix
