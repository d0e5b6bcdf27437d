"""Paper sheets typed into a spreadsheet: one table of several raters, checked as a whole, then sealed sheet by sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from calibrate.errors import CalibrateError, NotFound
from calibrate.exchange.cells import plain_heading
from calibrate.exchange.problems import Problems
from calibrate.exchange.tables import Table, column_letter, read_table
from calibrate.model.rubric import Level
from calibrate.model.session import RoundName
from calibrate.model.typed import typed_text
from calibrate.store.repository import Unit
from calibrate.store.sealing import Choice, Contents
from calibrate.workflows.norming.paper import SheetState, sheet_states
from calibrate.workflows.norming.sheets import RaterSheet, ScoreSheets, score_sheets
from calibrate.workflows.norming.trust import NormingProject

LEFT_EMPTY = {"-", "–", "—"}
"""What is written in a cell that the rater left empty on the paper."""

MOST_LETTERS = 4000


@dataclass(frozen=True, slots=True)
class TypedSheet:
    """One rater's sheet as it was typed in.

    Parameters
    ----------
    contents
        What stands on it.
    left_empty
        How many cells were said to be empty on the paper.
    over
        The number of the saved ballot that it may replace, 0 for none.
    """

    sheet: RaterSheet
    contents: Contents = field(repr=False)
    left_empty: int = 0
    over: int = 0


def read_sheets(
    project: NormingProject,
    session_id: str,
    round_name: RoundName,
    path: Path,
    *,
    replace: Sequence[str] = (),
) -> tuple[TypedSheet, ...]:
    """Read paper sheets from CSV or XLSX, and check everything before anything is sealed.

    Long: ``rater, piece, criterion, score`` (a level or a condition code), if wanted ``code`` and
    ``note``. Wide: ``rater, piece`` and a column for each criterion, if wanted ``note``. A rater is
    named by the roster's id or as on the sheet; a cell that is empty on the paper holds ``-``.

    Parameters
    ----------
    replace
        Rater ids whose saved ballots the paper may replace.

    Raises
    ------
    ImportRefused
        With every problem of every row; no cell is quoted.
    """
    table = read_table(path)
    sheets = score_sheets(project, session_id)
    problems = Problems(table.file)
    with project.store.reading() as unit:
        names = _rater_names(unit, sheets)
    reader = _Reader(table, sheets, problems, names)
    reader.read()
    states = sheet_states(project, session_id, round_name)
    found = tuple(
        reader.finished(sheet, states.get(sheet.rater_id, SheetState()), replace)
        for sheet in sheets.sheets
        if sheet.rater_id in reader.first_row
    )
    if not found and not problems.found:
        problems.add("The table holds no scores.", fix="Check that it was saved.")
    problems.raise_if_any()
    return found


def _rater_names(unit: Unit, sheets: ScoreSheets) -> dict[str, str]:
    """What a rater may be called in the file, in lower case, to the rater's id; nothing that two are called."""
    raters = unit.people.raters.all(id=[one.rater_id for one in sheets.sheets])
    source = {one.id: one.source_id for one in raters}
    called: dict[str, set[str]] = {}
    for sheet in sheets.sheets:
        for name in (sheet.rater_id, source[sheet.rater_id], sheet.name, sheet.label):
            if name:
                called.setdefault(name.casefold(), set()).add(sheet.rater_id)
    return {name: next(iter(ids)) for name, ids in called.items() if len(ids) == 1}


class _Reader:
    """One pass over one table; problems gather in ``problems``."""

    def __init__(
        self, table: Table, sheets: ScoreSheets, problems: Problems, names: Mapping[str, str]
    ) -> None:
        self.table, self.sheets, self.problems, self.names = table, sheets, problems, names
        self.first_row: dict[str, int] = {}
        self.answers: dict[tuple[str, str, str], Choice | None] = {}
        self.rows: dict[tuple[str, str, str], int] = {}
        self.notes: dict[tuple[str, str], list[str]] = {}
        self.bad: set[tuple[str, str, str]] = set()
        self.place: dict[str, int] = {}
        self.wide: dict[str, int] = {}
        self.letters = {letter: code for code, letter in sheets.letters.items() if letter}
        self.pieces = {piece.code.casefold(): piece.id for piece in sheets.pieces}
        self.criteria = {
            plain_heading(name): one.id
            for one in sheets.rubric.criteria
            for name in (one.name, one.id)
        }

    def read(self) -> None:
        """Read every row."""
        if not self._find_columns():
            return
        for number, cells in zip(self.table.numbers, self.table.rows, strict=True):
            who = self._named(cells, number, "rater", self.names, "on the panel of this session")
            piece = self._named(cells, number, "piece", self.pieces, "a piece of this session")
            if who is None or piece is None:
                continue
            self.first_row.setdefault(who, number)
            sheet = self.sheets.sheet(who)
            if piece not in {one.id for one in sheet.pieces}:
                self.problems.add(
                    "This rater was not asked to score this piece.",
                    row=number,
                    column=self._heading("piece"),
                    fix="Check the code of the piece; `calibrate session sheets` shows who scores what.",
                )
                continue
            self._note(cells, number, who, piece)
            for criterion, at in self._cells(cells, number):
                self._answer(cells, number, (who, piece, criterion), at)

    def finished(self, sheet: RaterSheet, state: SheetState, replace: Sequence[str]) -> TypedSheet:
        """One rater's sheet, after noting what is missing on it."""
        rater, row = sheet.rater_id, self.first_row[sheet.rater_id]
        codes = {piece.id: piece.code for piece in sheet.pieces}
        for piece, criterion in sheet.due:
            at = (rater, piece, criterion)
            if at not in self.answers and at not in self.bad:
                self.problems.add(
                    f"The sheet of this rater has nothing for {codes[piece]}, {criterion}.",
                    row=row,
                    column=self._heading("rater"),
                    fix="Fill it in, or write - where it is empty on the paper.",
                )
        if state.sequence and rater not in replace:
            self.problems.add(
                "This rater has saved a ballot of this round already"
                + (" (entered from paper)." if state.on_paper else " on a device."),
                row=row,
                column=self._heading("rater"),
                fix="Leave this rater's rows out, or confirm that the paper counts: --replace RATER.",
            )
        mine = {key[1:]: found for key, found in self.answers.items() if key[0] == rater}
        notes = {piece: lines for (who, piece), lines in self.notes.items() if who == rater}
        contents = Contents(
            tuple(one for one in mine.values() if one is not None),
            tuple((piece, " ".join(lines)) for piece, lines in sorted(notes.items())),
        )
        left = sum(one is None for one in mine.values())
        return TypedSheet(sheet, contents, left, state.sequence)

    def _find_columns(self) -> bool:
        headings = [plain_heading(one) for one in self.table.columns]
        for name in ("rater", "piece", "criterion", "score", "code", "note"):
            if name in headings:
                self.place[name] = headings.index(name)
        for name in ("rater", "piece"):
            if name not in self.place:
                self.problems.add(f"There is no column called {name}.", row=1, fix="Add it.")
        if "criterion" not in self.place:
            for at, heading in enumerate(headings):
                if heading in self.criteria and at not in self.place.values():
                    if self.criteria[heading] in self.wide:
                        self.problems.add(
                            "Two columns are of the same criterion.",
                            row=1,
                            column=self.table.columns[at],
                            fix="Remove one of them.",
                        )
                    self.wide[self.criteria[heading]] = at
            if not self.wide:
                wanted = ", ".join(one.id for one in self.sheets.rubric.criteria)
                self.problems.add(
                    "There is neither a column called criterion nor one for a criterion.",
                    row=1,
                    fix=f"The criteria are {wanted}.",
                )
        elif "score" not in self.place:
            self.problems.add("There is no column called score.", row=1, fix="Add it.")
        used = {*self.place.values(), *self.wide.values()}
        for at in range(len(headings)):
            if at not in used:
                self.problems.add(
                    "This column is not one of a score sheet.",
                    row=1,
                    column=column_letter(at),
                    fix="Columns are rater, piece, note, and criterion and score or one for each criterion.",
                )
        return not self.problems.found

    def _heading(self, name: str) -> str:
        return self.table.columns[self.place[name]]

    def _named(
        self, cells: tuple[str, ...], number: int, name: str, known: Mapping[str, str], what: str
    ) -> str | None:
        text = cells[self.place[name]]
        found = known.get(text.casefold())
        if found is None:
            self.problems.add(
                f"This {name} is not {what}." if text else f"The {name} is missing.",
                row=number,
                column=self._heading(name),
                fix="Use the roster's id, or the name as it stands on the sheet."
                if name == "rater"
                else "Use the code that stands on the sheet.",
            )
        return found

    def _note(self, cells: tuple[str, ...], number: int, who: str, piece: str) -> None:
        text = typed_text(cells[self.place["note"]]) if "note" in self.place else ""
        lines = self.notes.setdefault((who, piece), []) if text else []
        if text and text not in lines:
            lines.append(text)
        if sum(map(len, lines)) > MOST_LETTERS:
            self.problems.add(
                f"A note has at most {MOST_LETTERS:,} letters.",
                row=number,
                column=self._heading("note"),
                fix="Please shorten it.",
            )

    def _cells(self, cells: tuple[str, ...], number: int) -> list[tuple[str, int]]:
        if self.wide:
            return list(self.wide.items())
        found = self.criteria.get(plain_heading(cells[self.place["criterion"]]))
        if found is None:
            wanted = ", ".join(one.id for one in self.sheets.rubric.criteria)
            self.problems.add(
                "This is not a criterion of the rubric.",
                row=number,
                column=self._heading("criterion"),
                fix=f"The criteria are {wanted}.",
            )
            return []
        return [(found, self.place["score"])]

    def _answer(
        self, cells: tuple[str, ...], number: int, at: tuple[str, str, str], column: int
    ) -> None:
        _, piece, criterion = at
        heading, text = self.table.columns[column], cells[column]
        if not self.wide and "code" in self.place and cells[self.place["code"]]:
            if text:
                self.problems.add("Score and code are both filled.", row=number, column=heading)
                self.bad.add(at)
                return
            heading, text = self._heading("code"), cells[self.place["code"]]
        scored = next(one for one in self.sheets.pieces if one.id == piece).criteria
        if criterion not in scored:
            if text and text not in LEFT_EMPTY:
                self.problems.add(
                    f"{criterion} is not scored for this piece.",
                    row=number,
                    column=heading,
                    fix="Leave the cell empty.",
                )
            return
        if at in self.rows:
            self.problems.add(
                f"This rater's score for the same piece and criterion stands already in row {self.rows[at]}.",
                row=number,
                column=heading,
                fix="Keep one of them.",
            )
            return
        self.rows[at] = number
        if text in LEFT_EMPTY:
            self.answers[at] = None
        elif not text:
            self.bad.add(at)
            self.problems.add(
                "The cell is empty.",
                row=number,
                column=heading,
                fix="Fill it in, or write - where it is empty on the paper.",
            )
        else:
            self._choice(text, number, heading, at)

    def _choice(self, text: str, number: int, heading: str, at: tuple[str, str, str]) -> None:
        _, piece, criterion = at
        rubric = self.sheets.rubric
        try:
            try:
                found = rubric.read_cell(criterion, text)
            except NotFound:
                if text.upper() not in self.letters:
                    raise
                found = rubric.code(self.letters[text.upper()])
        except CalibrateError:
            self.bad.add(at)
            levels = ", ".join(f"{one:g}" for one in rubric.criterion(criterion).scale.values)
            codes = ", ".join(f"{letter} {code}" for code, letter in self.sheets.letters.items())
            self.problems.add(
                f"This is neither a level of {criterion} nor a condition code.",
                row=number,
                column=heading,
                fix=f"The levels are {levels}" + (f"; the codes are {codes}." if codes else "."),
            )
            return
        level = found.id if isinstance(found, Level) else None
        code = None if isinstance(found, Level) else found.id
        self.answers[at] = Choice(piece, criterion, level=level, code=code)
