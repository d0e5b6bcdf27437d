"""Any table of scores, from anywhere, as the score table that the analysis reads.

Long (one row per judgement) or wide (one column per criterion), CSV or XLSX, with columns named as the file has them. Nothing
of a project is needed. All problems come at once, each with its row and column; a cell's content is never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from calibrate.errors import TableRefused
from calibrate.exchange.cells import plain_heading
from calibrate.exchange.levels import LevelList, LevelsGiven, parse_levels
from calibrate.exchange.problems import Problems
from calibrate.exchange.tables import Table, is_spoilt_id, near_spellings, read_table
from calibrate.model.scores import ReadingPurpose

#: Condition codes by how files write them. One letter stands for Smarter Balanced's.
CODES = {
    **{
        code: code for code in ("BLANK", "INSUFF", "LANG", "OFFTOPIC", "OFFPURP", "COPIED", "ILLEG")
    },
    **{code: code for code in ("REFUSE", "NE", "NS", "NA", "IE", "SNA", "NYC", "IWS")},
    "N/A": "NA",
    "B": "BLANK",
    "I": "INSUFF",
    "L": "LANG",
    "T": "OFFTOPIC",
    "M": "OFFPURP",
}

_NUMBER = re.compile(r"^[-−]?\d{1,6}(?:[.,]\d{1,4})?$")
_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9_/ -]{0,23}$")
_ONE_READING = ("session", "round", "purpose", "window")
_KNOWN = {
    "round": {
        "": "",
        "blind": "blind",
        "1": "blind",
        "after_discussion": "after_discussion",
        "2": "after_discussion",
        "operational": "operational",
    },
    "purpose": {"": "", **{purpose.value: purpose.value for purpose in ReadingPurpose}},
}

#: What an empty round or purpose stands for.
_UNSAID = {"round": "blind", "purpose": ReadingPurpose.INDEPENDENT.value}


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """A file's judgements and the scales that they are on.

    Attributes
    ----------
    frame
        One row per judgement: ``piece, rater, criterion`` (text), ``score`` (a value, NaN beside a code), ``code`` (text or
        NA), ``row`` (of the file), and the file's other columns as text under plain names (``school``, ``session``, …).
    levels
        The values of each criterion's scale, lowest first; criteria in the file's order.
    warnings
        What was let pass, and what was assumed.
    file, sha256
        The file's name and hash.
    """

    frame: pd.DataFrame
    levels: dict[str, tuple[float, ...]]
    warnings: tuple[str, ...]
    file: str
    sha256: str


def read_score_table(
    path: Path,
    *,
    piece: str | None = None,
    rater: str | None = None,
    criterion: str | None = None,
    score: str | None = None,
    criteria: Sequence[str] = (),
    levels: str | None = None,
) -> ScoreTable:
    """Read scores from CSV or XLSX.

    Parameters
    ----------
    path
        The file.
    piece, rater, criterion, score
        The headings of these columns, where they are not called so. Without a column for the criterion all scores are of one
        criterion, ``all``.
    criteria
        For a wide table: the headings of the columns that hold scores, one per criterion.
    levels
        The scale, as `parse_levels` reads it. Without it the values seen stand for the scale, with a warning.

    Raises
    ------
    ArgumentError
        If ``levels`` cannot be read.
    DataError
        If the file is no table; as `TableRefused` with every problem of its columns and rows.
    """
    given = parse_levels(levels) if levels else LevelsGiven(None, {})
    table = read_table(path)
    problems = Problems(table.file)
    problems.warnings.extend(table.warnings)
    reader = _Reader(table, problems, given)
    reader.find_columns(
        {"piece": piece, "rater": rater, "criterion": criterion, "score": score}, tuple(criteria)
    )
    frame = reader.judgements()
    scales = reader.scales(frame)
    if problems.found:
        raise TableRefused(problems.found)
    return ScoreTable(frame, scales, tuple(problems.warnings), table.file, table.sha256)


class _Reader:
    """One pass over one table; problems gather in ``problems``."""

    def __init__(self, table: Table, problems: Problems, given: LevelsGiven) -> None:
        self.table = table
        self.problems = problems
        self.given = given
        self.place: dict[str, int] = {}
        self.wide: list[tuple[int, str]] = []
        self.others: list[tuple[int, str]] = []
        self.spelling: dict[str, str] = {}
        self.read: dict[tuple[str, str], tuple[float | None, str | None] | None] = {}

    def find_columns(self, named: dict[str, str | None], criteria: tuple[str, ...]) -> None:
        """Match headings; a missing one refuses the table."""
        headings = [plain_heading(heading) for heading in self.table.columns]
        for name, heading in named.items():
            if criteria and name in ("criterion", "score"):
                continue
            wanted = plain_heading(heading or name)
            if wanted in headings:
                self.place[name] = headings.index(wanted)
            elif heading is not None or name != "criterion":
                self.problems.add(
                    f"There is no column called {heading or name}.",
                    row=1,
                    fix=f"Say what the column is called: --{name} HEADING."
                    if name != "score"
                    else "Say what it is called (--score HEADING), or, with a column for each criterion, "
                    "name those: --criteria ORG,CONV.",
                )
        for heading in criteria:
            if plain_heading(heading) in headings:
                at = headings.index(plain_heading(heading))
                self.wide.append((at, self.table.columns[at]))
            else:
                self.problems.add(
                    f"There is no column called {heading}.", row=1, fix="Check --criteria."
                )
        if len({at for at, _ in self.wide}) != len(self.wide):
            self.problems.add(
                "A criterion is named twice.", column="--criteria", fix="Name it once."
            )
        if self.problems.found:
            raise TableRefused(self.problems.found)
        if not criteria and "code" in headings:
            self.place["code"] = headings.index("code")
        used = {*self.place.values(), *(at for at, _ in self.wide)}
        taken = {"piece", "rater", "criterion", "score", "code", "row", "position", "joint"}
        self.others = [
            (at, name) for at, name in enumerate(headings) if at not in used and name not in taken
        ]

    def judgements(self) -> pd.DataFrame:
        """Every judgement that could be read."""
        columns: dict[str, list[object]] = {
            name: [] for name in ("piece", "rater", "criterion", "score", "code", "row")
        }
        kept: list[tuple[str, ...]] = []
        empty = 0
        seen: dict[tuple[str, ...], int] = {}
        marks = [(at, name) for at, name in self.others if name in _ONE_READING]
        for number, cells in zip(self.table.numbers, self.table.rows, strict=True):
            if not self._occasion_is_known(cells, number):
                continue
            piece, rater = self._id(cells, "piece", number), self._id(cells, "rater", number)
            for criterion, column, text, code in self._cells(cells, number):
                if not text and not code:
                    empty += 1
                    continue
                found = self._judgement(number, criterion, column, text, code)
                if found is None or piece is None or rater is None:
                    continue
                occasion = (_occasion(name, cells[at]) for at, name in marks)
                key = (piece, rater, criterion, *occasion)
                if key in seen:
                    self.problems.add(
                        f"This rater scored the same piece on the same criterion already in row {seen[key]}.",
                        row=number,
                        column=column,
                        fix="Keep one of them; a second reading needs a round or purpose of its own.",
                    )
                    continue
                seen[key] = number
                for name, value in zip(
                    columns, (piece, rater, criterion, *found, number), strict=True
                ):
                    columns[name].append(value)
                kept.append(cells)
        if empty:
            noun = "judgement is" if empty == 1 else "judgements are"
            self.problems.warn(f"{empty} {noun} empty (no score and no code): counted as missing.")
        if not columns["piece"] and not self.problems.found:
            self.problems.add("The table holds no scores.", fix="Check that it was saved.")
        for name in ("piece", "rater"):
            if said := near_spellings(name, columns[name]):
                self.problems.warn(said)
        frame = pd.DataFrame(columns)
        frame["score"] = frame["score"].astype(float)
        frame["code"] = frame["code"].astype("string")
        for at, name in self.others:
            frame[name] = pd.array([cells[at] or pd.NA for cells in kept], dtype="string")
        for name, known in _KNOWN.items():
            if name in frame:
                words = frame[name].fillna("").map(lambda word, known=known: known[_plain(word)])
                frame[name] = words.replace("", pd.NA).astype("string")
        if "joint_with" in frame:
            frame["joint"] = frame["joint_with"].notna()
        return frame

    def scales(self, frame: pd.DataFrame) -> dict[str, tuple[float, ...]]:
        """The scale of each criterion: as given, or the values seen."""
        names = list(dict.fromkeys(frame["criterion"]))
        assumed = [name for name in names if self.given.of(name) is None]
        if assumed and self.given.by_criterion:
            for name in assumed:
                self.problems.add(
                    f"There are no levels for the criterion {name}.",
                    column="--levels",
                    fix="Give the levels of every criterion, or one list for all.",
                )
            return {}
        seen = sorted(set(frame["score"].dropna()))
        if assumed and seen:
            shown = ", ".join(f"{value:g}" for value in seen)
            self.problems.warn(
                f"No levels were given, so the values seen ({shown}) stand for the scale of every criterion. "
                "Levels that nobody used are missing: give the whole scale, for example --levels 1-4."
            )
            if len(seen) == 1:
                seen.append(seen[0] + 1)
        for name in self.given.by_criterion:
            if name.casefold() not in {one.casefold() for one in names}:
                self.problems.warn(f"Levels were given for {name}, which is not in the file.")
        found: dict[str, tuple[float, ...]] = {}
        for name in names:
            levels = self.given.of(name)
            found[name] = levels.values if levels else tuple(float(value) for value in seen)
        return found

    def _id(self, cells: tuple[str, ...], name: str, number: int) -> str | None:
        text = cells[self.place[name]]
        column = self.table.columns[self.place[name]]
        if not text:
            self.problems.add(
                f"The {name} is missing.", row=number, column=column, fix="Fill it in."
            )
        elif is_spoilt_id(text):
            self.problems.add(
                "A spreadsheet turned this id into scientific notation, so its digits are lost.",
                row=number,
                column=column,
                fix="Format the column as text and enter the ids again.",
            )
        elif len(text) > 200 or not text.isprintable():
            self.problems.add("This cannot be an id.", row=number, column=column, fix="Shorten it.")
        else:
            return text
        return None

    def _occasion_is_known(self, cells: tuple[str, ...], number: int) -> bool:
        """Whether round and purpose are words that say which readings count."""
        fine = True
        for at, name in self.others:
            if name in _KNOWN and _plain(cells[at]) not in _KNOWN[name]:
                words = ", ".join(word for word in _KNOWN[name] if word.isidentifier())
                self.problems.add(
                    f"This {name} is not known.",
                    row=number,
                    column=self.table.columns[at],
                    fix=f"Use one of {words}; rename the column if it means something else.",
                )
                fine = False
        return fine

    def _cells(self, cells: tuple[str, ...], number: int) -> list[tuple[str, str, str, str]]:
        """Criterion, column, score text and code text of every judgement in a row."""
        if self.wide:
            return [(criterion, criterion, cells[at], "") for at, criterion in self.wide]
        criterion = "all"
        if "criterion" in self.place:
            criterion = cells[self.place["criterion"]]
            if not criterion:
                self.problems.add(
                    "The criterion is missing.",
                    row=number,
                    column=self.table.columns[self.place["criterion"]],
                    fix="Fill it in.",
                )
                return []
            criterion = self.spelling.setdefault(criterion.casefold(), criterion)
        code = cells[self.place["code"]] if "code" in self.place else ""
        return [
            (criterion, self.table.columns[self.place["score"]], cells[self.place["score"]], code)
        ]

    def _judgement(
        self, number: int, criterion: str, column: str, text: str, code: str
    ) -> tuple[float | None, str | None] | None:
        """Score and code of one judgement; None after noting a problem."""
        if text and code:
            self.problems.add(
                "Score and code are both filled.",
                row=number,
                column=column,
                fix="Fill one of them.",
            )
            return None
        if code:
            if not _CODE.match(code):
                self.problems.add(
                    "This cannot be a condition code.",
                    row=number,
                    column="code",
                    fix="Use a short word such as BLANK.",
                )
                return None
            return None, CODES.get(code.upper(), code.upper())
        key = (criterion, text)
        if key not in self.read:
            self.read[key] = _score_or_code(text, self.given.of(criterion))
        found = self.read[key]
        if found is None:
            self._refuse_score(number, criterion, column, text)
        return found

    def _refuse_score(self, number: int, criterion: str, column: str, text: str) -> None:
        levels = self.given.of(criterion)
        if levels is None:
            self.problems.add(
                "This is neither a number nor a known condition code.",
                row=number,
                column=column,
                fix="Correct it; if your levels are words, name them from lowest to highest: "
                "--levels LP,IP,P,E.",
            )
        elif _NUMBER.match(text):
            self.problems.add(
                f"The score {text} is not on the scale {levels.shown}.",
                row=number,
                column=column,
                fix="Correct the score, or give the whole scale with --levels.",
            )
        else:
            self.problems.add(
                f"This is neither a level ({levels.shown}) nor a known condition code.",
                row=number,
                column=column,
                fix="Correct it.",
            )


def _occasion(name: str, word: str) -> str:
    """A word about the reading as it is understood: an empty round is the blind one, whatever another spelling says."""
    if name not in _KNOWN:
        return word
    return _KNOWN[name][_plain(word)] or _UNSAID[name]


def _plain(word: str) -> str:
    return word.casefold().replace(" ", "_")


def _score_or_code(text: str, levels: LevelList | None) -> tuple[float | None, str | None] | None:
    """A cell as a level or as a code; None where it is neither."""
    if levels is not None and text.upper() in levels.words:
        return levels.words[text.upper()], None
    if _NUMBER.match(text) and not (levels and levels.words):
        value = float(text.replace(",", ".").replace("−", "-"))
        if levels is None:
            return value, None
        near = [level for level in levels.values if abs(level - value) < 1e-9]
        return (near[0], None) if near else None
    code = CODES.get(text.upper())
    return None if code is None else (None, code)
