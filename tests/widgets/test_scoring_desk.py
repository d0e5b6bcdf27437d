"""The widget and its door: nothing that is secret is a trait, and a link opens its rater's desk alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import ipywidgets
import papermill
import pytest

from calibrate import resources
from calibrate.widgets import desk
from calibrate.widgets.desk import ScoringDesk
from calibrate.widgets.login import blind_scoring
from calibrate.widgets.reveal_answers import STYLES
from tests.support.desks import Bridge
from tests.support.kernels import run_notebook
from tests.support.norming import Room


def parts(form: ipywidgets.VBox) -> tuple[ipywidgets.HTML, ipywidgets.Password, ipywidgets.Button]:
    told, link, start = form.children
    return told, link, start


def test_no_trait_of_the_widget_holds_anything_of_the_session(scoring: Room) -> None:
    widget = ScoringDesk(scoring, scoring.seat("r2"))
    bridge = Bridge(widget)
    before = {name: repr(value) for name, value in widget.get_state().items()}
    bridge.ask('{"ask": "desk", "id": "1"}')
    bridge.ask(
        '{"ask": "save", "id": "2", "what": "choice", "operation": "operation-1", "seen": 0,'
        ' "piece": "p1", "criterion": "IDEAS", "level": "3", "note": "canary-axolotl"}'
    )
    after = {name: repr(value) for name, value in widget.get_state().items()}
    assert after == before
    own = set(before) - set(ipywidgets.DOMWidget().get_state())
    assert own == {"_esm", "_css", "_anywidget_id"}
    assert scoring.handouts["r2"].token not in repr(widget) + repr(after)
    assert "canary-axolotl" not in repr(widget._repr_mimebundle_())


def test_an_answer_goes_back_to_the_question_it_answers(scoring: Room) -> None:
    widget = ScoringDesk(scoring, scoring.seat("r2"))
    assert '"to": "question-7"' in Bridge(widget).ask('{"ask": "desk", "id": "question-7"}')


def test_the_pages_half_is_made_of_files_that_are_shipped() -> None:
    folder = Path(desk.__file__).parent / "static"
    used = {*desk._SCRIPTS, *STYLES, *desk._STYLES}
    assert {path.name for path in folder.glob("desk*")} <= used
    assert {path.name for path in folder.glob("reveal*")} <= used
    assert all((folder / name).is_file() for name in used)


def test_a_right_link_opens_the_raters_desk_and_leaves_the_form(scoring: Room) -> None:
    form = blind_scoring(scoring)
    _, link, start = parts(form)
    link.value = scoring.handouts["r2"].token
    start.click()
    (opened,) = form.children
    assert isinstance(opened, ScoringDesk)
    assert opened._answers._seat.rater_id == "r2"
    assert link.value == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "empty"), ("half-a-link", "not complete"), ("A" * 66, "not complete")],
)
def test_a_wrong_link_is_told_kindly_and_taken_out_of_the_form(
    scoring: Room, typed: str, said: str
) -> None:
    form = blind_scoring(scoring)
    told, link, start = parts(form)
    link.value = typed
    start.click()
    assert said in told.value and 'role="alert"' in told.value
    assert link.value == "" and len(form.children) == 3


def test_a_link_of_another_project_is_told_kindly(scoring: Room) -> None:
    form = blind_scoring(scoring)
    told, link, start = parts(form)
    with scoring.store.transaction() as unit:
        unit.connection.exec_driver_sql("DELETE FROM rater_secret")
    link.value = scoring.handouts["r2"].token
    start.click()
    assert "not one of this project" in told.value


def test_a_folder_without_a_project_is_told_kindly(tmp_path: Path) -> None:
    form = blind_scoring(tmp_path)
    told, link, start = parts(form)
    link.value = "A" * 66
    start.click()
    assert "no Calibrate project" in told.value


def test_the_notebook_runs_from_a_clean_start_and_a_saved_widget_holds_no_link(
    sample_project: Path, tmp_path: Path
) -> None:
    source = tmp_path / "blind_scoring.ipynb"
    shutil.copy(resources.notebook("blind_scoring.ipynb"), source)
    asked = papermill.inspect_notebook(str(source))
    assert {name: one["default"] for name, one in asked.items()} == {"project": '".."'}
    notebook = run_notebook(source, project=str(sample_project))
    (output,) = notebook.cells[-1].outputs
    assert "application/vnd.jupyter.widget-view+json" in output.data
    saved = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    (link,) = [one["state"] for one in saved.values() if one["model_name"] == "PasswordModel"]
    assert link["value"] == "" and link["continuous_update"] is False
