"""The outside view of the writing wall as a file: released counts and nothing else."""

from __future__ import annotations

from pathlib import Path

from calibrate.analysis.count_tables import ALL, HIDDEN_MARK, N
from calibrate.errors import NotFound
from calibrate.exchange.data_dictionaries import FilePage
from calibrate.exchange.written_tables import Cell, Column, WrittenTable
from calibrate.reports.release import (
    REPORTS,
    WALL,
    Released,
    read_released,
    release_tables,
)
from calibrate.reports.released_wall import ROWS, wall_table
from calibrate.store.project import Project
from calibrate.workflows.district_facts import district_facts
from calibrate.workflows.exports import (
    TABLES,
    Export,
    apostrophe_note,
    known_or_refused,
    place_for,
    plain_name,
    suffix_for,
    table_bytes,
)

_TAKE_BACK = {
    REPORTS: "Outside reports that were made before show other numbers than may be shown now, so they were taken away. Take back what was "
    "handed out, and make them again: calibrate report district --edition outside, "
    "calibrate report school --all --edition outside.",
    WALL: "Files of the wall's counts that were made before show other counts or stars than this one. Take them back: set "
    "beside this one they could tell what each of them hides.",
}


def export_wall_outside(
    project: Project,
    *,
    window: str | None = None,
    strand: str | None = None,
    raw: bool = False,
    to: Path | None = None,
    force: bool = False,
) -> Export:
    """Counts of students by academic level, school, grade and window, with small groups hidden.

    What is hidden is decided together with the tables of the outside reports, so that no report and no file can be set against
    this one to work out a hidden number. From now on every release takes the wall into account, and reports of an earlier one
    are taken away; so whatever can be refused is refused before.

    Parameters
    ----------
    project
        The project.
    window, strand
        Only these, where given.
    raw
        Cells exactly as they are, for another program.
    to
        Where the file will go.
    force
        Whether a file that is there may be written over.

    Raises
    ------
    ProjectError
        If the file is there already, or cannot be written; then nothing was released.
    UsageError
        If the file's name does not fit a table.
    NotFound
        If there is no such window or strand, nothing was scored, or the project has no continuum.
    """
    suffix = suffix_for(to, TABLES)
    with project.reading() as unit:
        if window is not None:
            known_or_refused("window", window, [one.id for one in unit.work.windows.all()])
        if strand is not None:
            strands = {each.id for one in unit.continuum.all() for each in one.strands}
            known_or_refused("strand", strand, sorted(strands))
    facts = district_facts(project)
    if facts.continuum is None:
        raise NotFound(
            "The project has no continuum for its rubric, so there is no wall to count.",
            fix="Bring one in: calibrate import continuum CONTINUUM.yaml.",
        )
    if strand is not None:
        known_or_refused("strand", strand, [one.id for one in facts.continuum.strands])
    stem = plain_name("wall", "outside", window or "", strand or "")
    place_for(project, f"{stem}{suffix}", to, force=force)
    release_tables(project, wall=True, facts=facts)
    released = read_released(project.folder)
    table = _table(released, window, strand)
    held = released.held
    release = f"{held['input_hash']}, wall {held['wall_hash']}"
    said = [f"{kind} {one}" for kind, one in (("window", window), ("strand", strand)) if one]
    return Export(
        kind="wall",
        stem=stem,
        suffix=suffix,
        content=table_bytes(table, suffix, raw=raw),
        page=FilePage(
            title=f"Writing wall of {held['district']}, outside",
            facts=[
                ("District", str(held["district"])),
                ("Chosen", ", ".join(said) or "everything"),
                (
                    "One row is",
                    "the students of one school, or of one grade, in one window and strand",
                ),
                (
                    "Hidden",
                    f"groups of fewer than {held['min_n']} students ({HIDDEN_MARK}), and others from which they "
                    "could be worked out",
                ),
                ("Release", release),
            ],
            columns=table.columns,
            notes=[
                "It names nobody and may be handed out. Students without a place on the wall (no piece, or not settled yet) "
                "are not counted.",
                f"A star ({HIDDEN_MARK}) is not zero: zeros are hidden too.",
                "When scores change, take earlier files back before you hand out new ones: the two set side by side could "
                "tell what each of them hides.",
                *(_TAKE_BACK[one] for one in held["take_back"]),
                *apostrophe_note(table, raw=raw),
            ],
        ),
        n_rows=len(table.rows),
        subject=", ".join(said),
        detail=f"outside, {len(table.rows)} rows, release {release}",
    )


def _table(released: Released, window: str | None, strand: str | None) -> WrittenTable:
    windows = [window] if window else released.held["windows"]
    strands = [strand] if strand else released.held["strands"]
    levels: tuple[str, ...] = ()
    rows: list[list[Cell]] = []
    for one_window in windows:
        for one_strand in strands:
            for by in ROWS:
                found = released.table(wall_table(by, one_window, one_strand))
                if found is None:
                    continue
                levels = found.level_columns
                for key in found.row_keys:
                    (group,) = key
                    if group == ALL and by != ROWS[0]:
                        continue  # everybody is everybody, by whatever they are counted
                    shown = [found.count(key, column) for column in (*levels, N)]
                    rows.append(
                        [
                            released.labels.get(one_window, one_window),
                            released.labels.get(one_strand, one_strand),
                            "everybody" if group == ALL else by,
                            released.labels.get(group, group),
                            *(HIDDEN_MARK if one is None else one for one in shown),
                        ]
                    )
    columns = (
        Column("window", "when the work was collected"),
        Column("strand", "the thread of the continuum"),
        Column("by", "what the group is: a school, a grade, or everybody"),
        Column("group", "its name"),
        *(Column(one, "students at this academic level") for one in levels),
        Column("students", "students with a place on the wall"),
    )
    return WrittenTable(columns, rows)
