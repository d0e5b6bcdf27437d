"""Read YAML as plain text in lists and maps that remember their lines.

Every scalar stays text, so that a level called ``NO``, a grade ``08`` and a version ``1.10`` arrive
as they were written. Aliases, tags, repeated keys, several documents and deep nesting are refused: a
rubric needs none of them, and they are how a small file becomes a huge one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import yaml

from calibrate.errors import DataError
from calibrate.exchange.cells import read_day
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile, decode_text

MAX_BYTES = 1_000_000
_MAX_DEPTH = 12
_MAX_NODES = 100_000
_NUMBER = re.compile(r"^[-+]?\d{1,9}(?:\.\d{1,9})?$")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    """A text, or an empty place (``text`` is None), and its line."""

    text: str | None
    line: int


@dataclass(slots=True)
class Items:
    """A list and its line."""

    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Map:
    """A map and its line; ``entries`` keep the order of the file."""

    line: int
    entries: dict[str, Node] = field(default_factory=dict)


Node: TypeAlias = Scalar | Items | Map


def read_yaml(source: SourceFile) -> Map:
    """Read one YAML document whose top is a map.

    Raises
    ------
    DataError
        If it is larger than 1 MB, is not YAML, or uses what is refused; with the line as row.
    """
    if len(source.content) > MAX_BYTES:
        raise DataError("The file is larger than 1 MB.", file=source.name, fix="Shorten its texts.")
    text, _ = decode_text(source.content, source.name)
    try:
        tree = _document(yaml.parse(text, Loader=_LOADER), source.name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DataError(
            "The file stops being YAML here.",
            file=source.name,
            row=None if mark is None else mark.line + 1,
            fix="Check indentation (spaces, no tabs), colons, and put texts with a colon in quotes.",
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise DataError(
            "The file is not YAML.", file=source.name, fix="Start from one of our files."
        ) from None
    if not isinstance(tree, Map):
        raise DataError(
            "The file does not start with names and values.",
            file=source.name,
            row=1,
            fix="Start from one of our files.",
        )
    return tree


def _document(events: Iterable[yaml.Event], file: str) -> Node | None:
    """Build the tree of the one document."""
    root: Node | None = None
    open_nodes: list[tuple[Items | Map, Scalar | None]] = []
    count = documents = 0

    def refuse(message: str, line: int) -> DataError:
        return DataError(message, file=file, row=line, fix="Write it out plainly.")

    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise refuse("A second YAML document starts here.", line)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise refuse("Anchors and aliases (& and *) are not used here.", line)
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            open_nodes.pop()
            continue
        node = _node(event, line)
        if node is None:
            continue
        if getattr(event, "tag", None):
            raise refuse("Tags (!) are not used here.", line)
        count += 1
        if count > _MAX_NODES or len(open_nodes) > _MAX_DEPTH:
            raise refuse("The file is nested too deeply or holds too much.", line)
        root = root or node
        if open_nodes:
            _hang(open_nodes, node, refuse)
        if not isinstance(node, Scalar):
            open_nodes.append((node, None))
    return root


def _node(event: yaml.Event, line: int) -> Node | None:
    if isinstance(event, yaml.SequenceStartEvent):
        return Items(line)
    if isinstance(event, yaml.MappingStartEvent):
        return Map(line)
    if isinstance(event, yaml.ScalarEvent):
        empty = event.implicit[0] and event.value in ("", "~", "null")
        return Scalar(None if empty else event.value, line)
    return None


def _hang(open_nodes: list[tuple[Items | Map, Scalar | None]], node: Node, refuse: Any) -> None:
    """Put a node where it belongs in the innermost open list or map."""
    parent, key = open_nodes[-1]
    if isinstance(parent, Items):
        parent.items.append(node)
    elif key is None:
        if not isinstance(node, Scalar) or node.text is None:
            raise refuse("A name is expected here.", node.line)
        if node.text in parent.entries:
            raise refuse("This name is given twice in the same place.", node.line)
        open_nodes[-1] = (parent, node)
    else:
        parent.entries[key.text or ""] = node
        open_nodes[-1] = (parent, None)


class Fields:
    """The fields of a map, read one by one; what cannot be read is noted as a problem.

    Parameters
    ----------
    node
        The map.
    problems
        Where problems go.
    where
        How messages name this map, such as ``criterion 2``.
    known
        The names that are allowed here; any other is a problem.
    """

    def __init__(self, node: Map, problems: Problems, where: str, known: tuple[str, ...]) -> None:
        self.node = node
        self.line = node.line
        self.problems = problems
        self.where = where
        for name, value in node.entries.items():
            if name not in known:
                problems.add(
                    f"This name is not known in the {where}.",
                    row=value.line,
                    fix="Known are " + ", ".join(known) + ".",
                )

    def problem(self, name: str | None, message: str, fix: str | None = None) -> None:
        """Note a problem with a field of this map."""
        node = self.node.entries.get(name or "")
        self.problems.add(message, row=(node or self.node).line, column=name, fix=fix)

    def text(self, name: str, default: str = "") -> str:
        """A text without spaces around it; ``default`` where it is missing or empty."""
        node = self.node.entries.get(name)
        if node is None:
            return default
        if not isinstance(node, Scalar):
            self.problem(name, "A single text is expected here.", "Put it on one line.")
            return default
        return default if node.text is None else node.text.strip()

    def needed(self, name: str) -> str:
        """A text that must be there; empty after noting the problem."""
        value = self.text(name)
        if not value and not isinstance(self.node.entries.get(name), Items | Map):
            self.problem(name, f"The {self.where} needs {name}.", "Add it.")
        return value

    def number(self, name: str) -> float | None:
        """A number, or None where there is none."""
        value = self.text(name)
        if not value:
            return None
        if not _NUMBER.match(value):
            self.problem(name, "This is not a number.", "Write it in digits.")
            return None
        return float(value)

    def whole(self, name: str) -> int | None:
        """A whole number from 0 up, or None where there is none."""
        value = self.number(name)
        if value is not None and (value < 0 or value != int(value)):
            self.problem(name, "This is not a whole number.", "Write it in digits.")
            return None
        return None if value is None else int(value)

    def yes(self, name: str, default: bool = False) -> bool:
        """``true`` or ``false`` (also ``yes`` and ``no``)."""
        value = self.text(name).casefold()
        if value in ("true", "yes"):
            return True
        if value in ("false", "no"):
            return False
        if value:
            self.problem(name, "This is neither true nor false.", "Write true or false.")
        return default

    def day(self, name: str) -> date | None:
        """A date such as 2026-10-02, or None where there is none."""
        value = self.text(name)
        if not value:
            return None
        day = read_day(value)
        if day is None:
            self.problem(name, "This is not a date.", "Write dates like 2026-10-02.")
        return day

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        node = self.node.entries.get(name)
        if node is None or (isinstance(node, Scalar) and node.text is None):
            return ()
        parts = node.items if isinstance(node, Items) else [node]
        if not all(isinstance(part, Scalar) for part in parts):
            self.problem(name, "A list of texts is expected here.", "Put one text in each line.")
            return ()
        return tuple((part.text or "").strip() for part in parts if isinstance(part, Scalar))

    def maps(self, name: str) -> Iterator[Map]:
        """The maps of a list."""
        node = self.node.entries.get(name)
        if node is None or (isinstance(node, Scalar) and node.text is None):
            return
        if not isinstance(node, Items):
            self.problem(name, "A list is expected here.", "Start each entry with a dash.")
            return
        for part in node.items:
            if isinstance(part, Map):
                yield part
            else:
                self.problems.add(
                    "An entry with names and values is expected here.",
                    row=part.line,
                    column=name,
                    fix="Write it like the entries of our files.",
                )

    def map(self, name: str) -> dict[str, Scalar]:
        """A map from names to texts."""
        node = self.node.entries.get(name)
        if node is None or (isinstance(node, Scalar) and node.text is None):
            return {}
        if not isinstance(node, Map):
            self.problem(name, "Names and texts are expected here.", "Write them as name: text.")
            return {}
        found: dict[str, Scalar] = {}
        for key, value in node.entries.items():
            if isinstance(value, Scalar):
                found[key.strip()] = value
            else:
                self.problems.add("A single text is expected here.", row=value.line, column=name)
        return found
