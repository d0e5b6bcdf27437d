"""Rubrics from YAML and back."""

from __future__ import annotations

import hashlib
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import CalibrateError, DataError, ImportRefused
from calibrate.exchange.rubrics import read_rubric, rubric_of, write_rubric
from calibrate.exchange.source_files import SourceFile
from calibrate.model.rubric import (
    ConditionCode,
    Criterion,
    Level,
    Purpose,
    Rubric,
    Scale,
)

GOOD = """\
id: k8-writing
version: 1
title: K-8 Writing Rubric
description: >-
  One rubric for
  three kinds of writing.
purpose: student_work
wording: ours
grades: [K, 1, 08]
cut: "3"
interval: false
levels:
  - {id: "1", label: Beginning, value: 1}
  - {id: "2", label: Developing, value: 2}
  - {id: "3", label: Proficient, value: 3}
  - {id: "4", label: Extending, value: 4}
criteria:
  - id: FOC
    name: Focus and ideas
    descriptors:
      "1": Nobody can say what it is about.
      3: One clear idea.
  - id: CONV
    name: Conventions
    levels:
      - {id: "0", label: None}
      - {id: "1", label: Some}
      - {id: "2", label: Command}
codes:
  - id: NO
    label: No answer
    scored: [CONV]
    accountability_value: 0
    action: ""
  - id: ILLEG
    accountability_value: null
"""


def of(text: str | bytes) -> Rubric:
    raw = text.encode() if isinstance(text, str) else text
    return rubric_of(SourceFile("rubric.yaml", raw, hashlib.sha256(raw).hexdigest()))


def problems_of(text: str) -> list[DataError]:
    with pytest.raises(ImportRefused) as caught:
        of(text)
    return list(caught.value.problems)


def test_a_rubric_is_read_with_criteria_of_different_ranges_and_codes():
    rubric = of(GOOD)
    assert (rubric.id, rubric.version, rubric.grades) == ("k8-writing", 1, ("KG", "01", "08"))
    assert rubric.description == "One rubric for three kinds of writing."
    focus, conventions = rubric.criteria
    assert focus.scale.values == (1, 2, 3, 4)
    assert focus.scale.cut == "3"
    assert focus.scale.level("3").descriptor == "One clear idea."
    assert conventions.scale.values == (0, 1, 2)
    assert conventions.scale.cut is None
    assert conventions.scale.level("0").position == 1
    assert rubric.code("NO").accountability_value == 0
    assert rubric.code("ILLEG").accountability_value is None


def test_words_that_yaml_takes_for_something_else_stay_words():
    rubric = of(GOOD.replace("label: Beginning", "label: No").replace("FOC", "Y"))
    assert rubric.criteria[0].id == "Y"
    assert rubric.criteria[0].scale.levels[0].label == "No"


def test_a_rubric_written_and_read_again_is_the_same():
    rubric = of(GOOD)
    assert of(write_rubric(rubric)) == rubric


def test_letters_take_their_values_from_their_places():
    text = """
    id: letters
    version: 2
    title: Letters
    cut: P
    levels: [{id: LP, label: Limited}, {id: IP, label: In progress}, {id: P, label: Proficient}]
    criteria: [{id: all, name: Everything}]
    """
    scale = of(textwrap.dedent(text)).criteria[0].scale
    assert scale.values == (1, 2, 3)
    assert scale.cut_value == 3


def test_every_problem_is_named_at_once_with_its_line():
    broken = (
        GOOD.replace("version: 1\n", "version: one\n", 1)
        .replace("purpose: student_work", "purpose: homework")
        .replace("title: K-8 Writing Rubric", "titel: K-8 Writing Rubric")
        .replace("      3: One clear idea.", "      9: One clear idea.")
        .replace("accountability_value: 0", "accountability_value: nothing")
    )
    found = {(problem.row, problem.column) for problem in problems_of(broken)}
    assert {
        (2, "version"),
        (7, "purpose"),
        (22, "descriptors"),
        (33, "accountability_value"),
    } <= found
    assert any("not known in the rubric" in problem.message for problem in problems_of(broken))
    assert all(problem.file == "rubric.yaml" and problem.row for problem in problems_of(broken))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("version: 1", "version: 0"), "1 or higher"),
        (("id: CONV", "id: foc"), "same id"),
        (("id: CONV", "id: Total"), "cannot be called total"),
        (('cut: "3"', 'cut: "7"'), "cut is not one of the levels"),
        (("value: 4", "value: 2"), "do not rise"),
        (("scored: [CONV]", "scored: [XYZ]"), "which the rubric has not"),
        (("id: ILLEG", 'id: "1"'), "both a level and a condition code"),
        (("interval: false", "interval: maybe"), "neither true nor false"),
        (("grades: [K, 1, 08]", "grades: [K, 99]"), "not a grade"),
        (("id: k8-writing", "id: two words"), "cannot be used as an id"),
        (("codes:", "codes: none\nx:"), "list is expected"),
        (('{id: "0", label: None}', "zero"), "entry with names and values"),
        (("title: K-8 Writing Rubric", "title: [a, b]"), "single text"),
    ],
)
def test_each_rule_of_a_rubric_is_held(change, words):
    assert any(words in problem.message for problem in problems_of(GOOD.replace(*change)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [1]\nb: *x\n", "Anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]\n", "Tags"),
        ("a: 1\na: 2\n", "given twice"),
        ("a: 1\n---\nb: 2\n", "second YAML document"),
        ("- a\n- b\n", "does not start with names"),
        ("", "does not start with names"),
        ("a: [1, 2\n", "stops being YAML"),
        ("\tb: 1\n", "stops being YAML"),
        ("a: " + "[" * 40 + "]" * 40, "nested too deeply"),
        ("? [a, b]\n: 1\n", "A name is expected"),
        ("a: " + "x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_yaml_that_a_rubric_never_needs_is_refused(text, words):
    with pytest.raises(DataError) as caught:
        of(text)
    assert words in caught.value.message
    assert caught.value.fix


def test_a_rubric_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_rubric(tmp_path / "missing.yaml")


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), max_size=30
).map(str.strip)
slugs = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,8}\Z")


@st.composite
def scales(draw):
    ids = draw(st.lists(slugs.map(lambda one: f"L{one}"), min_size=2, max_size=6, unique=True))
    start = draw(st.integers(-3, 3))
    step = draw(st.sampled_from([1, 0.5, 0.25]))
    levels = tuple(
        Level(one, draw(words) or one, start + step * place, place + 1, draw(words))
        for place, one in enumerate(ids)
    )
    return Scale(levels, draw(st.sampled_from([None, *ids])), draw(st.booleans()))


@st.composite
def rubrics(draw):
    ids = draw(st.lists(slugs, min_size=1, max_size=4, unique_by=str.casefold))
    scale = draw(st.one_of(st.none(), scales()))
    criteria = tuple(
        Criterion(one, draw(words) or one, scale or draw(scales()), draw(words)) for one in ids
    )
    codes = tuple(
        ConditionCode(
            f"C{place}",
            draw(words) or f"C{place}",
            draw(words),
            tuple(draw(st.lists(st.sampled_from(ids), unique=True))),
            draw(st.sampled_from([None, 0.0, 1.0])),
            draw(words),
        )
        for place in range(draw(st.integers(0, 2)))
    )
    return Rubric(
        id=draw(slugs),
        version=draw(st.integers(1, 99)),
        title=draw(words) or "Untitled",
        criteria=criteria,
        codes=codes,
        description=draw(words),
        purpose=draw(st.sampled_from(Purpose)),
        wording=draw(words) or "ours",
        grades=tuple(draw(st.lists(st.sampled_from(["PK", "KG", "01", "12"]), unique=True))),
    )


@settings(deadline=None, max_examples=25)
@given(rubrics())
def test_any_rubric_comes_back_from_yaml_as_it_went(rubric):
    assert of(write_rubric(rubric)) == rubric


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused_clearly(content):
    with pytest.raises(CalibrateError):
        of(content)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_rubric_with_random_lines_changed_is_read_or_refused_clearly(data):
    lines = GOOD.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place] = data.draw(
            st.sampled_from(["", "- x", "  y: [", "z", "a: {b: 1}", "? ", "|"])
        )
    try:
        rubric = of("\n".join(lines))
    except CalibrateError:
        return
    assert of(write_rubric(rubric)) == rubric
