"""Printed score sheets: what stands on them, what must not, and how many pages they take on either paper."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from bs4 import BeautifulSoup

from calibrate.model.roster import PersonName
from calibrate.model.session import RoundName
from calibrate.reports.pdf import write_pdf
from calibrate.reports.score_sheets import rubric_size, scale_lines, sheets_page
from calibrate.workflows.norming import score_sheets
from tests.support.desks import HTML, hang_work
from tests.support.district import rubric, scale
from tests.support.norming import Room
from tests.support.rooms import ready_database, room  # noqa: F401 - fixtures

CHILD = "Zoraida Quillfeather"


@pytest.fixture
def planned(room: Room) -> Room:  # noqa: F811 - the fixture above
    with room.store.transaction() as unit:
        unit.people.names.add(PersonName("r2", "Ada", "Brook"))
        unit.people.names.add(PersonName("s1", *CHILD.split()))
    room.set_up(piece_ids=("p1", "p2", "p3"))
    hang_work(room)
    return room


def page(room: Room, **more: object) -> str:  # noqa: F811 - a project, not the fixture
    return sheets_page(score_sheets(room, room.session), **more)  # type: ignore[arg-type]


def test_each_rater_has_a_sheet_in_the_rater_s_own_order_with_every_level_to_circle(
    planned: Room,
) -> None:
    made = BeautifulSoup(page(planned), "html.parser")
    sheets = made.select("section.sheet")
    assert [one.select_one(".name").text for one in sheets] == [
        "Ada Brook",
        "staff-3",
        "staff-4",
    ]
    wanted = score_sheets(planned, planned.session).sheets[0]
    assert [one.text for one in sheets[0].select(".code")] == [one.code for one in wanted.pieces]
    boxes = sheets[0].select(".boxes")[0].select("td")
    assert [[level.text for level in box.select(".level")] for box in boxes] == [
        ["1", "2", "3", "4"],
        ["0", "0.5", "1", "1.5", "2"],
    ]
    assert len(sheets[0].select(".note")) == 3
    assert "B Blank" in sheets[0].select_one(".how").text
    assert len(made.select("section.rubric-page")) == len(sheets)


def test_no_secret_no_child_and_nothing_from_elsewhere_is_on_the_sheets(planned: Room) -> None:
    planned.open()
    for text in (page(planned), page(planned, work=planned.folder / "work")):
        for word in CHILD.split():
            assert word not in text
        for handout in planned.handouts.values():
            assert handout.pin not in re.findall(r"\d+", text) and handout.token not in text
        assert not re.search(r"""(?:src|href)=["'](?!data:)""", text)
        assert "<script" not in text and "default-src 'none'" in text


def test_the_work_is_printed_once_with_text_and_pictures(planned: Room) -> None:
    assert HTML not in page(planned)
    made = BeautifulSoup(page(planned, work=planned.folder / "work"), "html.parser")
    work = made.select("section.work")
    assert [one.select_one(".name").text for one in work] == ["P00001", "P00002", "P00003"]
    assert "He sleeps all day!" in work[0].text and "in the rain and sang" in work[1].text
    assert [one["src"][:22] for one in work[2].select("img")] == ["data:image/png;base64,"] * 2
    (planned.folder / "work" / "wf-p1-1").unlink()
    again = page(planned, work=planned.folder / "work")
    assert "A file of this piece cannot be shown." in again


def test_a_criterion_that_is_not_scored_for_a_piece_has_no_levels_to_circle(planned: Room) -> None:
    with planned.store.transaction() as unit:
        unit.work.pieces.put(replace(unit.work.pieces.get("p2"), not_scored=("CONV",)))
    made = BeautifulSoup(page(planned), "html.parser").select_one("section.sheet")
    row = next(one for one in made.select(".boxes") if one.select_one(".code").text == "P00002")
    assert "not scored" in row.select("td")[1].text and not row.select("td")[1].select(".level")


def test_levels_are_named_once_where_the_scales_are_alike() -> None:
    first, second = scale_lines(rubric())
    assert first.criteria == ("Ideas",) and second.criteria == ("Conventions",)
    assert second.levels == ("0", "0.5", "1", "1.5", "2")
    alike = replace(
        rubric(), criteria=tuple(replace(one, scale=scale(1, 2)) for one in rubric().criteria)
    )
    assert [(one.criteria, one.levels) for one in scale_lines(alike)] == [((), ("1", "2"))]


@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_a_sheet_and_the_rubric_take_one_page_each_on_either_paper(
    planned: Room, tmp_path: Path, paper: str
) -> None:
    html = tmp_path / "sheets.html"
    html.write_text(
        page(planned, paper=paper, round_name=RoundName.AFTER_DISCUSSION), encoding="utf-8"
    )
    write_pdf(html, tmp_path / "sheets.pdf")
    with pypdfium2.PdfDocument(tmp_path / "sheets.pdf") as document:
        assert len(document) == 1 + 2 * 3
        width, height = document[0].get_size()
        assert (round(width), round(height)) == {"letter": (612, 792), "a4": (595, 842)}[paper]
        assert "Second round" in document[1].get_textpage().get_text_range()


def test_a_rubric_of_many_words_is_printed_smaller() -> None:
    wordy = replace(
        rubric(),
        criteria=tuple(
            replace(
                one,
                scale=replace(
                    one.scale,
                    levels=tuple(replace(it, descriptor="word " * 120) for it in one.scale.levels),
                ),
            )
            for one in rubric().criteria
        ),
    )
    assert rubric_size(wordy) < rubric_size(rubric())
