"""The parameters of a report notebook."""

from pathlib import Path

import pytest

from calibrate.errors import ArgumentError
from calibrate.model.roster import Edition
from calibrate.reports.parameters import refuse_unknown, validated


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "calibrate.toml").write_text("")
    return tmp_path


def test_good_parameters_are_read_from_the_notebooks_names(folder):
    names = {"project": str(folder), "id": "S01", "window": "", "edition": "inside", "In": ["x"]}
    parameters = validated("session", {**names, "_private": 1, "Path": Path})
    assert parameters.id == "S01"
    assert parameters.edition is Edition.INSIDE


def test_an_unknown_parameter_is_refused_with_the_nearest_name(folder):
    with pytest.raises(ArgumentError, match="Did you mean 'window'"):
        validated("school", {"project": str(folder), "id": "lincoln", "windw": "2025-fall"})
    with pytest.raises(ArgumentError, match="no parameter 'school'"):
        refuse_unknown({"school": "lincoln"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": ""}, "'id'"),
        ({"edition": "public"}, "'edition'"),
        ({"project": "nowhere"}, "calibrate.toml"),
    ],
)
def test_a_bad_parameter_is_named(folder, change, words):
    given = {"project": str(folder), "id": "S01", **change}
    with pytest.raises(ArgumentError, match=words):
        validated("session", given)


@pytest.mark.parametrize("kind", ["session", "rater"])
def test_reports_about_people_have_no_outside_edition(folder, kind):
    with pytest.raises(ArgumentError, match="for staff"):
        validated(kind, {"project": str(folder), "id": "S01", "edition": "outside"})
