"""The inside view of the wall as a table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from calibrate.errors import NotFound
from calibrate.workflows.exported_wall import export_wall_inside
from calibrate.workflows.exports import hand_out
from tests.workflows.export_kit import PEOPLE, every_byte, with_scores
from tests.workflows.import_kit import STUDENTS, District


def cards(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_cards_go_by_the_pieces_code_and_name_nobody(district: District, tmp_path: Path):
    project = with_scores(district).project
    found = cards(export_wall_inside(project).content)
    first = next(one for one in found if one["piece"] == "P0001")
    assert (first["level"], first["label"], first["placed_by"]) == ("L2", "Words", "crosswalk")
    assert (first["school"], first["classroom"], first["grade"]) == (
        "lincoln",
        "lin-1",
        "Kindergarten",
    )
    gone = [one for one in found if not one["piece"]]
    assert gone
    assert {one["status"] for one in gone} == {"no piece"}
    assert all(one["student"].startswith("Student ") for one in found)
    for suffix in (".csv", ".xlsx"):
        to = tmp_path / f"wall{suffix}"
        for path in hand_out(project, export_wall_inside(project, to=to), to, force=True):
            content = every_byte(path)
            assert not [one for one in (*PEOPLE, *STUDENTS) if one.encode() in content]
    winter = cards(export_wall_inside(project, window="winter", school="roosevelt").content)
    assert {one["window"] for one in winter} == {"winter"}
    assert {one["school"] for one in winter} == {"roosevelt"}
    for wrong in ({"window": "spring"}, {"school": "x"}, {"strand": "x"}):
        with pytest.raises(NotFound, match="There are"):
            export_wall_inside(project, **wrong)


def test_without_scores_or_without_a_continuum_there_is_no_wall(district: District):
    with pytest.raises(NotFound, match="scored"):
        export_wall_inside(district.project)
    district.ready().scores()
    with pytest.raises(NotFound, match="calibrate import continuum"):
        export_wall_inside(district.project)
