"""The wall's rules, which are Python's: what the page gets, when names go there, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from calibrate.model.continuum import PlacedBy
from calibrate.store.project import Project
from calibrate.widgets.wall import WritingWall
from calibrate.workflows.wall_views import WallSource, open_wall


class Heard:
    """What a wall sends to its page."""

    def __init__(self, wall: WritingWall) -> None:
        self.wall = wall
        self.said: list[tuple[dict[str, Any], list[bytes]]] = []
        wall.send = lambda content, buffers=None: self.said.append((content, list(buffers or ())))

    def ask(self, **message: Any) -> dict[str, Any]:
        self.wall._handle_custom_msg({"n": 7, **message}, [])
        content, self.pictures = self.said[-1]
        assert content["n"] == 7
        return content


def state(wall: WritingWall) -> str:
    return json.dumps([wall.setup, wall.choice, wall.view])


def cards(wall: WritingWall) -> list[dict[str, Any]]:
    return [card for row in wall.view["rows"] for card in row["cards"]]


def choose(wall: WritingWall, **patch: Any) -> None:
    wall.choice = {**wall.choice, **patch}


@pytest.fixture
def wall(sample_wall: WallSource) -> WritingWall:
    return WritingWall(sample_wall, school="lincoln")


def test_every_child_is_one_card_and_the_margins_count_them(wall: WritingWall):
    shown = wall.shown
    assert len(cards(wall)) == len({card["key"] for card in cards(wall)}) == shown.total.n_children
    for row in [*wall.view["rows"]]:
        counted = [sum(card["p"] == at for card in row["cards"]) for at in range(1, 11)]
        assert row["counts"] == counted
        assert row["children"] == len(row["cards"])
        assert row["above"] == sum(
            (card["steps"] or 0) >= 0 and card["p"] > 0 for card in row["cards"]
        )
        assert row["missing"] == sum(card["status"] == "no piece" for card in row["cards"])
    assert wall.view["total"]["counts"] == list(shown.total.counts)
    assert wall.view["total"]["above"] == shown.total.n_at_or_above


def kept(wall: WritingWall) -> str:
    """All that a notebook can keep of a wall: its state, and the words that stand for it."""
    return json.dumps(wall.get_state()) + repr(wall)


def test_names_are_told_when_they_are_asked_for_and_only_while_they_are_on(
    wall: WritingWall, sample_wall: WallSource
):
    sent = state(wall)
    for student in sample_wall.pseudonyms:
        assert student not in sent
    names = sample_wall.names()
    heard = Heard(wall)
    assert heard.ask(type="names")["names"] == {}
    choose(wall, names=True)
    shown = {child.student for row in wall.shown.rows for child in row.children}
    told = heard.ask(type="names")["names"]
    assert told.keys() == {card["key"] for card in cards(wall)}
    assert set(told.values()) == {names[one] for one in shown}
    for row in wall.view["rows"]:
        in_row = [(card["p"] or 99, told[card["key"]]) for card in row["cards"]]
        assert in_row == sorted(in_row)
    choose(wall, names=False)
    assert heard.ask(type="names")["names"] == {}


def test_a_saved_notebook_keeps_no_name_even_while_names_are_on(
    wall: WritingWall, sample_wall: WallSource
):
    names = set(sample_wall.names().values())
    heard = Heard(wall)
    choose(wall, names=True)
    card = cards(wall)[0]
    choose(wall, follow=card["key"])
    assert heard.ask(type="names")["names"][card["key"]] in names
    heard.ask(type="open", key=card["key"])
    assert wall.view["names"] is True
    assert wall.view["path"]["name"] == card["name"]
    held = kept(wall)
    assert card["name"] in held, "the search can find: pseudonyms are kept"
    assert not [name for name in names if name in held]


def test_outside_the_inside_view_names_stay_off_even_if_the_page_asks(sample_wall: WallSource):
    wall = WritingWall(sample_wall, names=False)
    choose(wall, names=True)
    assert wall.choice["names"] is False
    assert wall.view["names"] is False
    assert Heard(wall).ask(type="names")["names"] == {}


def test_a_choice_that_does_not_exist_falls_back(wall: WritingWall):
    before = dict(wall.choice)
    wall.choice = {
        "strand": "voice",
        "window": 3,
        "school": "lincoln",
        "grade": None,
        "classroom": "roosevelt-1a",
        "by": "height",
        "names": "yes",
        "follow": "c99999",
        "more": "x",
    }
    assert wall.choice == before


def test_filters_change_cards_and_counts_together(wall: WritingWall):
    choose(wall, classroom="lincoln-3a", window="2025-fall", strand="conventions")
    assert {card["room"] for card in cards(wall)} == {"Room 201 (Grade 3)"}
    assert wall.shown.window == "2025-fall"
    assert "Conventions" in wall.view["sentence"]
    assert len(cards(wall)) == wall.shown.total.n_children > 10


def test_cards_by_the_crosswalk_say_that_they_lie_there_by_convention(wall: WritingWall):
    heard = Heard(wall)
    card = next(one for one in cards(wall) if one["p"])
    answer = heard.ask(type="open", key=card["key"])
    assert card["by"] == "crosswalk"
    assert "by convention" in answer["pieces"][0]["how"]


def test_work_is_sent_when_a_card_is_opened_and_then_that_piece_alone(
    wall: WritingWall, sample_wall: WallSource
):
    assert "<pre>" not in state(wall)
    heard = Heard(wall)
    exemplar = sample_wall.continuum.exemplars[-1].piece_code
    answer = heard.ask(type="exemplar", piece=exemplar)
    assert answer["piece"] == exemplar
    assert len(answer["pages"]) == len(sample_wall.work(exemplar))
    other = next(card for card in cards(wall) if card["piece"])
    assert heard.ask(type="exemplar", piece=other["piece"])["type"] == "refused"
    assert heard.ask(type="open", key="c99999")["type"] == "refused"
    elsewhere = heard.ask(type="open", key=other["key"], piece=exemplar)
    assert elsewhere["piece"] == other["piece"]


def test_a_child_is_followed_across_the_windows(wall: WritingWall):
    card = cards(wall)[0]
    choose(wall, follow=card["key"])
    path = wall.view["path"]
    assert path["name"] == card["name"]
    assert [step["title"] for step in path["steps"]] == [
        "Fall 2025",
        "Winter 2025-26",
        "Spring 2026",
    ]
    assert path["steps"][-1]["p"] == card["p"]
    assert path["sentence"]
    choose(wall, follow="")
    assert wall.view["path"] is None


def test_a_placement_by_exemplar_is_stored_shown_and_taken_back(own_sample_project: Path):
    source = open_wall(own_sample_project)
    wall = WritingWall(source, school="lincoln")
    heard = Heard(wall)
    card = next(one for one in cards(wall) if one["p"] == 5)
    asked = {"type": "place", "key": card["key"], "piece": card["piece"], "level": "L6"}
    assert heard.ask(**asked, reason=" ")["words"].startswith("Please say why")
    assert heard.ask(**asked, reason="Paragraphs, each with a job.")["type"] == "placed"
    (moved,) = [one for one in cards(wall) if one["key"] == card["key"]]
    assert (moved["p"], moved["by"]) == (6, "exemplar")
    opened = heard.ask(type="open", key=card["key"])["pieces"][0]
    assert opened["reason"] == "Paragraphs, each with a job."
    with Project.open(own_sample_project) as project, project.reading() as unit:
        (stored,) = unit.placements.all()
        assert (stored.level_id, stored.by) == ("L6", PlacedBy.EXEMPLAR)
    again = WritingWall(open_wall(own_sample_project), school="lincoln")
    assert again.view["total"]["counts"] == wall.view["total"]["counts"]
    back = {"type": "take_back", "key": card["key"], "piece": card["piece"]}
    assert heard.ask(**back)["type"] == "placed"
    (home,) = [one for one in cards(wall) if one["key"] == card["key"]]
    assert (home["p"], home["by"]) == (5, "crosswalk")
    assert heard.ask(**back)["type"] == "refused"


def test_where_cards_may_not_be_placed_a_message_sent_by_hand_is_refused(sample_wall: WallSource):
    wall = WritingWall(sample_wall, placing=False)
    heard = Heard(wall)
    card = next(one for one in cards(wall) if one["p"])
    for kind in ("place", "take_back"):
        answer = heard.ask(
            type=kind, key=card["key"], piece=card["piece"], level="L5", reason="Because."
        )
        assert answer["type"] == "refused"


def test_what_is_no_question_gets_no_answer(wall: WritingWall):
    heard = Heard(wall)
    for message in ("open", {"type": "shutdown", "n": 1}, None, {}):
        wall._handle_custom_msg(message, [])
    assert heard.said == []


def test_an_unknown_school_is_refused_with_those_there_are(sample_wall: WallSource):
    with pytest.raises(Exception, match="lincoln"):
        WritingWall(sample_wall, school="hogwarts")


def test_the_script_and_the_style_ask_nothing_of_the_network():
    for text in (str(WritingWall._esm), str(WritingWall._css)):
        assert text.strip()
        assert "import " not in text.split("export default")[0].replace("important", "")
        assert "@import" not in text
        assert "url(" not in text
