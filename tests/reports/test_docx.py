"""The Word document of a report."""

import io

import pandas as pd
from docx import Document
from PIL import Image

from calibrate.reports import blocks
from calibrate.reports.docx import docx_of_page
from calibrate.reports.look import render_page
from calibrate.reports.tables import table


def picture():
    buffer = io.BytesIO()
    Image.new("RGB", (60, 20), "white").save(buffer, "PNG")
    return buffer.getvalue()


def test_headings_text_tables_lists_and_pictures_arrive_in_order():
    page = render_page(
        "report.html.j2",
        title="Session",
        blocks=[
            blocks.masthead("Session", "Grade 3 opinions", ["8 teachers"], "You agreed.").html,
            blocks.section("What was agreed").html,
            blocks.bullets(["Reasons count", "Spelling does not"]).html,
            table(pd.DataFrame({"Who": ["Coach"], "What": ["Copies"]}), caption="Next steps").html,
            blocks.figure(picture(), "Two dots", "Both say 3.").html,
        ],
    )
    document = Document(io.BytesIO(docx_of_page(page)))
    texts = [p.text for p in document.paragraphs if p.text]
    assert (
        texts.index("Grade 3 opinions")
        < texts.index("What was agreed")
        < texts.index("Reasons count")
    )
    assert [[c.text for c in row.cells] for row in document.tables[0].rows] == [
        ["Who", "What"],
        ["Coach", "Copies"],
    ]
    assert len(document.inline_shapes) == 1
    assert "Both say 3." in texts
    assert document.core_properties.author == ""
    assert 'descr="Two dots"' in document.element.xml


def test_folded_detail_is_open_in_word_with_its_title():
    html = (
        "<html><head><title>T</title></head><body><main><details><summary>More on agreement</summary>"
        "<p>Every coefficient.</p></details></main></body></html>"
    )
    document = Document(io.BytesIO(docx_of_page(html)))
    assert [one.text for one in document.paragraphs] == ["More on agreement", "Every coefficient."]
