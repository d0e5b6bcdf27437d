"""Agreement in a notebook: reasons beside what is undefined, and sentences to pass on at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from calibrate import figures
from calibrate.reports.agreement_view import AgreementView, agreement_view
from calibrate.store.project import Project


def html_of(view: AgreementView) -> BeautifulSoup:
    return BeautifulSoup(view._repr_mimebundle_()["text/html"], "html.parser")


def lines(soup: BeautifulSoup, caption: str) -> dict[str, list[str]]:
    """Coefficient to its cells, of the table whose caption begins so."""
    table = next(
        one for one in soup.find_all("table") if one.caption.get_text().startswith(caption)
    )
    rows = [
        [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")
    ]
    return {row[0]: row[1:] for row in rows[1:]}


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """Two raters: they differ on ORG, give everybody a 3 on CONV, and share no piece on DEV."""
    rows = ["piece,rater,criterion,score"]
    for piece, a, b in [(1, 1, 2), (2, 2, 2), (3, 4, 3), (4, 3, 3)]:
        rows += [f"P{piece},A,ORG,{a}", f"P{piece},B,ORG,{b}"]
        rows += [f"P{piece},A,CONV,3", f"P{piece},B,CONV,3"]
    rows += ["P1,A,DEV,2", "P2,B,DEV,3"]
    path = tmp_path / "scores.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_what_is_undefined_is_marked_with_its_reason(tmp_path, scores):
    soup = html_of(agreement_view(tmp_path, figures, scores=scores, levels="1-4"))
    unanimous = lines(soup, "CONV")
    assert unanimous["Cohen's kappa (quadratic)"][0] == "–"
    assert "every score is the same" in unanimous["Cohen's kappa (quadratic)"][-1]
    assert unanimous["Gwet's AC2 (quadratic)"][0] == "1.00"
    assert "no variation" in unanimous["Gwet's AC2 (quadratic)"][-1]
    apart = lines(soup, "DEV")
    assert all(value == "–" and reason for value, *_, reason in apart.values())
    assert lines(soup, "ORG")["Exact agreement"][0] == "50%"


@pytest.mark.parametrize("every", [False, True])
def test_it_ends_with_one_sentence_for_each_criterion_and_one_for_all(tmp_path, scores, every):
    view = agreement_view(tmp_path, figures, scores=scores, levels="1-4", every=every)
    soup = html_of(view)
    said = [one.get_text() for one in soup.select(".pass-on p")]
    assert said == list(view.sentences) == view._repr_mimebundle_()["text/plain"].split("\n")
    assert [one.split(":")[0] for one in said] == ["ORG", "CONV", "DEV", "All criteria together"]
    assert soup.get_text().rstrip().endswith(said[-1])
    assert len(lines(soup, "ORG")) > 20 if every else len(lines(soup, "ORG")) == 6


def test_a_session_of_a_project_shows_its_pairs_under_pseudonyms(sample_project):
    view = agreement_view(sample_project, figures, session="S01")
    text = html_of(view).get_text(" ")
    assert "Who reads alike" in text and "under pseudonyms" in text
    with Project.open(sample_project) as project, project.reading() as unit:
        given = [f"{one.given_name} {one.family_name}" for one in unit.people.names.all()]
    assert not [one for one in given if one in str(view.block.html)]
    assert view.sentences[0].startswith("Focus and ideas: ")


def test_two_raters_of_a_table_get_no_map_of_pairs(tmp_path, scores):
    view = agreement_view(tmp_path, figures, scores=scores, levels="1-4")
    assert "Who reads alike" not in view.block.html


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"session": "S99"}, "There is no session 'S99'"),
        ({"scores": "not-there.csv"}, "not-there.csv"),
    ],
)
def test_what_cannot_be_shown_is_said_in_its_place(sample_project, asked, said):
    view = agreement_view(sample_project, figures, **asked)
    assert said in html_of(view).get_text()
    assert said in view._repr_mimebundle_()["text/plain"]
