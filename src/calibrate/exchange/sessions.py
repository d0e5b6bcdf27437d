"""Sessions that were held already: one YAML file each, and their scores in a table beside them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from calibrate.errors import ImportRefused
from calibrate.exchange.problems import Problems, first_repeat
from calibrate.exchange.source_files import SourceFile, read_source
from calibrate.exchange.yaml_trees import MAX_BYTES, Fields, read_yaml
from calibrate.model.session import MinuteKind

SCORES = ("scores.csv", "scores.xlsx")
_SESSION = (
    "id",
    "title",
    "held_on",
    "window",
    "rubric",
    "version",
    "schools",
    "facilitator",
    "panel",
    "pieces",
    "agreed",
    "open",
    "needs",
    "actions",
    "rubric_notes",
    "consensus",
    "anchors",
)
_ACTION = ("who", "what", "due", "by")
_ANCHOR = ("piece", "commentary")
_CONSENSUS = ("piece", "criterion", "score", "code", "reason")
_MINUTES = {
    "agreed": MinuteKind.AGREED,
    "open": MinuteKind.OPEN,
    "needs": MinuteKind.NEED,
    "rubric_notes": MinuteKind.RUBRIC_NOTE,
}


@dataclass(frozen=True, slots=True)
class AgreedScore:
    """A line of the consensus as the file has it."""

    line: int
    piece: str
    criterion: str
    cell: str
    is_code: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AnchorLine:
    """A piece that the file makes an anchor by its consensus, and what makes it a good example."""

    line: int
    piece: str
    commentary: str


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A held session as its file has it; pieces and people are named by the ids of the files."""

    file: str
    id: str
    title: str
    held_on: date | None
    window: str
    rubric: str
    version: int | None
    schools: tuple[str, ...]
    facilitator: str
    panel: tuple[str, ...]
    pieces: tuple[str, ...]
    minutes: tuple[tuple[MinuteKind, str], ...]
    actions: tuple[tuple[str, str, date | None], ...]
    consensus: tuple[AgreedScore, ...]
    anchors: tuple[AnchorLine, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class HeldSessions:
    """Every session of a folder, and the table of their scores where there is one."""

    sessions: list[HeldSession]
    scores: SourceFile | None
    problems: Problems
    sha256: str


def read_sessions(path: Path) -> HeldSessions:
    """Read the sessions of a folder (every ``.yaml`` in it), or one file, with the scores beside.

    A YAML file that holds a list of planned ``sessions`` is left out with a warning.

    Raises
    ------
    DataError
        If there is no such file or no session. Problems within the files are returned.
    """
    folder = path if path.is_dir() else path.parent
    paths = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]) if path.is_dir() else [path]
    problems = Problems("sessions")
    if path.is_dir() and not paths:
        problems.add("The folder holds no session (.yaml).", fix="Name the folder of the sessions.")
        problems.raise_if_any()
    digest = hashlib.sha256()
    found: list[HeldSession] = []
    for one in paths:
        source = read_source(one, limit=MAX_BYTES)
        mine = Problems(source.name)
        try:
            tree = read_yaml(source)
            if "sessions" in tree.entries and "id" not in tree.entries and path.is_dir():
                problems.warnings.append(f"{source.name} holds plans, not a session; left out.")
                continue
            digest.update(source.content)
            found.append(_session(Fields(tree, mine, "session", _SESSION), source.name))
        except ImportRefused as error:
            problems.found.extend(error.problems)
        problems.take(mine)
    if (repeat := first_repeat(one.id for one in found if one.id)) is not None:
        files = [one.file for one in found if one.id == repeat]
        problems.add("Two files have the same session id.", file=files[1], fix="Rename one.")
    scores = next((read_source(folder / n) for n in SCORES if (folder / n).exists()), None)
    digest.update(scores.content if scores else b"")
    return HeldSessions(found, scores, problems, digest.hexdigest())


def _session(one: Fields, file: str) -> HeldSession:
    for name in ("panel", "pieces"):
        values = one.texts(name)
        if not values:
            one.problem(name, f"The session needs {name}.", "List them.")
        if first_repeat(values) is not None:
            one.problem(name, "The same id is listed twice.", "List each once.")
    version = one.whole("version")
    if version is None and not one.text("version"):
        one.problem("version", "The session needs the version of its rubric.", "Add it.")
    return HeldSession(
        file=file,
        id=one.needed("id"),
        title=one.needed("title"),
        held_on=one.day("held_on"),
        window=one.needed("window"),
        rubric=one.needed("rubric"),
        version=version,
        schools=one.texts("schools"),
        facilitator=one.text("facilitator"),
        panel=one.texts("panel"),
        pieces=one.texts("pieces"),
        minutes=tuple(
            (kind, text) for name, kind in _MINUTES.items() for text in one.texts(name) if text
        ),
        actions=tuple(
            _action(Fields(node, one.problems, f"action {n}", _ACTION))
            for n, node in enumerate(one.maps("actions"), start=1)
        ),
        consensus=_consensus(one),
        anchors=_anchors(one),
        lines={"": one.line, **{name: node.line for name, node in one.node.entries.items()}},
    )


def _action(one: Fields) -> tuple[str, str, date | None]:
    return one.needed("who"), one.needed("what"), one.day("due") or one.day("by")


def _anchors(session: Fields) -> tuple[AnchorLine, ...]:
    found = []
    for number, node in enumerate(session.maps("anchors"), start=1):
        one = Fields(node, session.problems, f"anchor {number}", _ANCHOR)
        found.append(AnchorLine(node.line, one.needed("piece"), one.text("commentary")))
    if first_repeat(one.piece for one in found) is not None:
        session.problem("anchors", "A piece is listed twice.", "List each piece once.")
    return tuple(found)


def _consensus(session: Fields) -> tuple[AgreedScore, ...]:
    found = []
    for number, node in enumerate(session.maps("consensus"), start=1):
        one = Fields(node, session.problems, f"consensus {number}", _CONSENSUS)
        score, code = one.text("score"), one.text("code")
        if bool(score) == bool(code):
            one.problem("score", "Exactly one of score and code is needed.", "Give one of them.")
        found.append(
            AgreedScore(
                node.line,
                one.needed("piece"),
                one.text("criterion"),
                code or score,
                bool(code),
                one.text("reason"),
            )
        )
    pairs = first_repeat((one.piece, one.criterion.casefold()) for one in found)
    if pairs is not None:
        session.problem(
            "consensus", "A piece and criterion are settled twice.", "Keep one of the two."
        )
    return tuple(found)
