"""The building blocks of a page: escaped, captioned, readable without sight."""

import pandas as pd
from bs4 import BeautifulSoup

from calibrate.reports import blocks
from calibrate.reports.tables import table


def test_text_from_data_is_escaped_everywhere():
    evil = "<script>alert('x')</script>\"&"
    made = [
        blocks.masthead(evil, evil, [evil], evil),
        blocks.section(evil, evil),
        blocks.callout(evil, evil),
        blocks.bullets([evil]),
        blocks.figure(b"png", evil, evil),
        blocks.work_excerpt(evil),
        blocks.work_picture(b"png", evil, evil),
        table(pd.DataFrame({evil: [evil]}), caption=evil, notes=[evil]),
    ]
    for block in made:
        page = BeautifulSoup(block.html, "html.parser")
        assert page.find("script") is None
        assert "alert('x')" in page.get_text() + str(page.find_all("img")) + str(
            page.find_all(True)
        )


def test_a_figure_has_words_for_those_who_cannot_see_it():
    page = BeautifulSoup(blocks.figure(b"png", "Dots.", "The panel agreed.").html, "html.parser")
    assert page.img["alt"] == "Dots."
    assert page.figcaption.get_text() == "The panel agreed."


def test_an_excerpt_keeps_line_breaks_and_spelling_and_ends_where_it_is_cut():
    block = blocks.work_excerpt("my dog is brwn\nhe barx at evrything all day", words=6)
    text = BeautifulSoup(block.html, "html.parser").get_text()
    assert text == "my dog is brwn\nhe barx …"


def test_an_empty_list_says_so():
    assert "Nothing stayed open" in blocks.bullets([], empty="Nothing stayed open.").html
    assert blocks.bullets([]).html == ""


def test_a_table_has_a_caption_row_headings_and_no_repeated_ids():
    frame = pd.DataFrame(
        {"Criterion": ["Focus", "Conventions"], "Exact": [0.5, None], "Two words": [1.234, 2.0]}
    )
    both = [
        table(
            frame,
            caption="Agreement",
            row_name="Criterion",
            percents=["Exact"],
            decimals={"Two words": 1},
        )
        for _ in range(2)
    ]
    page = BeautifulSoup("".join(block.html for block in both), "html.parser")
    assert [caption.get_text() for caption in page.find_all("caption")] == [
        "Agreement",
        "Agreement",
    ]
    assert page.find("style") is None
    ids = [tag["id"] for tag in page.find_all(True) if tag.has_attr("id")]
    assert ids == []
    cells = [cell.get_text(strip=True) for cell in page.table.tbody.find_all(["th", "td"])]
    assert cells == ["Focus", "50%", "1.2", "Conventions", "–", "2.0"]
    assert [cell["scope"] for cell in page.table.tbody.find_all("th")] == ["row", "row"]


def test_folded_detail_has_a_title_and_nothing_is_folded_where_there_is_nothing():
    assert blocks.folded("More", blocks.Block("")).html == ""
    made = blocks.folded("More & more", blocks.paragraph("words")).html
    assert "<summary>More &amp; more</summary><p>words</p>" in made


def test_a_picture_that_keeps_its_size_can_be_moved_with_the_keyboard():
    made = blocks.figure(b"png", "words for it", "A sentence.", shape="wide scrolls").html
    assert 'tabindex="0"' in made and 'class="wide scrolls"' in made
    assert "tabindex" not in blocks.figure(b"png", "words for it", "A sentence.").html
