"""The writing wall in a notebook. Python keeps the rules and the data; ``static/wall.js`` draws.

What the page receives: pseudonyms, places, counts, and the words on the cards. A child's work is sent when a
card is opened, that piece alone. Names are sent only while they are on, only in the inside view, and only in
answer to the page's question: what is synced (`view`) can be saved with a notebook, an answer cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from calibrate.analysis.wall import Wall
from calibrate.analysis.wall_groups import GROUPINGS
from calibrate.errors import CalibrateError
from calibrate.widgets import wall_state
from calibrate.widgets.settled_choice import SettledChoice, one_of
from calibrate.workflows.placement import exemplars_at
from calibrate.workflows.shown_work import ShownPage
from calibrate.workflows.wall_views import WallChoice, WallSource

_STATIC = Path(__file__).parent / "static"
_SCRIPTS = (
    "elements.js",
    "page_parts.js",
    "wall_parts.js",
    "wall_picks.js",
    "wall_open.js",
    "wall.js",
)


class WritingWall(SettledChoice, anywidget.AnyWidget):
    """Every child's piece as a card on the school-wide continuum.

    Parameters
    ----------
    source
        The project's wall (`calibrate.workflows.wall_views.open_wall`).
    school
        The school that it opens with; empty for all.
    names
        Whether this is the inside view, in which names can be switched on. They are off at first, and
        are not even read from the store before.
    placing
        Whether cards can be placed beside exemplars here.

    Attributes
    ----------
    shown
        The wall as it is shown now, for a still picture with the same counts.
    """

    # One module for the browser: nothing is looked up while the page runs.
    _esm = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = _STATIC / "wall.css"

    setup = traitlets.Dict().tag(sync=True)
    choice = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(
        self, source: WallSource, *, school: str = "", names: bool = True, placing: bool = True
    ) -> None:
        self._source = source
        self._may_name = names
        self._may_place = placing
        self._first = source.first_choice(school)
        students = sorted(source.pseudonyms)
        self._keys = {student: f"c{n}" for n, student in enumerate(students)}
        self._students = {key: student for student, key in self._keys.items()}
        self._names: dict[str, str] = {}
        self._now = self._first
        super().__init__()
        self.setup = wall_state.setup(source, names=names, placing=placing)
        self.choice = self._settled({})
        self.observe(self._chosen, "choice")
        self.on_msg(self._heard)
        self._show()

    @property
    def shown(self) -> Wall:
        """The wall as it is shown now."""
        return self._source.wall(self._now)

    @property
    def labels(self) -> dict[str, str]:
        """What ids are called: schools, classrooms, windows, strands."""
        return self._source.facts.labels

    def _settled(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The choice that was asked for, as far as it exists and is allowed."""
        facts, first = self._source.facts, self._first
        school = one_of(asked.get("school", first.school), [one.id for one in facts.schools], "")
        rooms = [one.id for one in facts.classrooms if school in ("", one.school_id)]
        return {
            "strand": one_of(
                asked.get("strand"),
                [one.id for one in self._source.continuum.strands],
                first.strand,
            ),
            "window": one_of(asked.get("window"), [one.id for one in facts.windows], first.window),
            "school": school,
            "grade": one_of(asked.get("grade"), list(facts.children["grade"].unique()), ""),
            "classroom": one_of(asked.get("classroom"), rooms, ""),
            "by": one_of(asked.get("by"), list(GROUPINGS), first.by),
            "names": self._may_name and asked.get("names") is True,
            "follow": one_of(asked.get("follow"), list(self._students), ""),
        }

    def _show(self) -> None:
        choice = dict(self.choice)
        self._now = replace(
            self._first, **{key: choice[key] for key in asdict(self._first) if key in choice}
        )
        if not choice["names"]:
            self._names = {}
        elif not self._names:
            self._names = self._source.names()
        shown = wall_state.view(self._source, self._now, self.shown, self._keys, self._names)
        key = choice["follow"]
        shown["path"] = (
            wall_state.path_state(self._source, self._students[key], key, self._now.strand)
            if key
            else None
        )
        self.view = shown

    def _heard(self, _: Any, content: Any, buffers: Any) -> None:
        """Answer the page; a refusal is said there, in words."""
        if not isinstance(content, dict):
            return
        answers = {
            "names": self._name,
            "open": self._open,
            "exemplar": self._exemplar,
            "place": self._place,
            "take_back": self._take_back,
        }
        answer = answers.get(str(content.get("type")))
        if answer is None:
            return
        number = content.get("n")
        try:
            said, pictures = answer(content)
        except CalibrateError as error:
            said, pictures = {"type": "refused", "words": str(error)}, []
        except OSError:
            words = "The project’s folder cannot be read just now. Please try again."
            said, pictures = {"type": "refused", "words": words}, []
        self.send({**said, "n": number}, pictures)

    def _name(self, _: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """What the children on the wall are called, by key; nothing while names are off."""
        shown = [child.student for row in self.shown.rows for child in row.children]
        follow = self._students.get(self.choice["follow"])
        named = {
            self._keys[one]: self._names[one]
            for one in (*shown, *([follow] if follow else []))
            if self._names.get(one)
        }
        return {"type": "names", "names": named}, []

    def _open(self, content: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        student = self._students.get(str(content.get("key")))
        if student is None:
            raise CalibrateError("This card is no longer on the wall.")
        cards = self._cards(student)
        pieces = wall_state.pieces_of(self._source, cards)
        codes = [one["piece"] for one in pieces]
        wanted = one_of(content.get("piece"), codes, codes[0] if codes else "")
        path = wall_state.path_state(self._source, student, self._keys[student], self._now.strand)
        pages, pictures = _pages(self._source.work(wanted) if wanted else ())
        said = {"type": "work", "pieces": pieces, "piece": wanted, "pages": pages, "path": path}
        return said, pictures

    def _exemplar(self, content: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        codes = [one.piece_code for one in self._source.continuum.exemplars]
        code = one_of(content.get("piece"), codes, "")
        if not code:
            raise CalibrateError("This piece is not an exemplar.")
        pages, pictures = _pages(self._source.work(code))
        return {"type": "work", "piece": code, "pages": pages}, pictures

    def _place(self, content: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        piece = self._placeable(content)
        level = str(content.get("level"))
        if not exemplars_at(self._source.continuum, self._now.strand, level):
            raise CalibrateError("This level has no exemplar in this strand yet.")
        self._source.place(piece, self._now.strand, level, str(content.get("reason", "")))
        self._show()
        return {"type": "placed"}, []

    def _take_back(self, content: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        self._source.take_back(self._placeable(content), self._now.strand)
        self._show()
        return {"type": "placed"}, []

    def _placeable(self, content: Mapping[str, Any]) -> str:
        """The piece that may be placed now: one of the child whose card is open."""
        if not self._may_place:
            raise CalibrateError("Cards cannot be placed on this wall.")
        student = self._students.get(str(content.get("key")), "")
        codes = [one.piece for one in self._cards(student) if one.piece]
        piece = one_of(content.get("piece"), codes, "")
        if not piece:
            raise CalibrateError("This card is no longer on the wall.")
        return piece

    def _cards(self, student: str) -> list[Any]:
        mine = self._source.cards_by_child.get((student, self._now.strand), [])
        return [one for one in mine if one.window == self._now.window]


def _pages(pages: tuple[ShownPage, ...]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Pages for the page, and the bytes of their pictures, in order."""
    said: list[dict[str, Any]] = []
    pictures: list[bytes] = []
    for one in pages:
        if one.picture:
            said.append({"kind": "picture", "media": one.media_type, "buffer": len(pictures)})
            pictures.append(one.picture)
        else:
            said.append({"kind": "missing"} if one.missing else {"kind": "html", "html": one.html})
    return said, pictures


__all__ = ["WallChoice", "WritingWall"]
