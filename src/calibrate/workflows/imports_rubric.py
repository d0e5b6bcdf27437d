"""Bring in a rubric from YAML, CASE or Canvas. A version that is there stays as it is: a changed rubric is a new version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from calibrate.exchange.canvas_rubrics import canvas_rubric_of, is_canvas_rubric
from calibrate.exchange.case_rubrics import case_rubric_of, is_case
from calibrate.exchange.foreign_rubrics import rubric_from
from calibrate.exchange.problems import Problems
from calibrate.exchange.rubrics import rubric_of
from calibrate.exchange.source_files import SourceFile, read_source
from calibrate.model.rubric import Rubric
from calibrate.workflows.imports import FileImporter, ImportOptions, ImportRun

_MOST_BYTES = 16_000_000
"""A CASE package may hold a whole framework beside its rubric; YAML has a smaller limit of its own."""


class RubricImporter(FileImporter):
    """Reads one rubric and adds it."""

    rubric: Rubric

    def read(self, path: Path, options: ImportOptions) -> Problems:
        """Read the file: Canvas's CSV, CASE, or YAML."""
        source = read_source(path, limit=_MOST_BYTES)
        self.sha256 = source.sha256
        problems = Problems(source.name)
        self.rubric = _rubric(source, problems, options)
        return problems

    def apply(self, run: ImportRun) -> None:
        """Add the rubric, or find that it is there already; another content is refused."""
        rubrics = run.unit.rubrics
        known = rubrics.find(self.rubric.id, self.rubric.version)
        if known is None:
            rubrics.add(self.rubric)
            run.tally.count("rubrics", "new")
        elif known == self.rubric:
            run.tally.count("rubrics", "unchanged")
        else:
            latest = max(one.version for one in rubrics.all() if one.id == self.rubric.id)
            run.problems.add(
                f"The project has version {known.version} of this rubric with other content.",
                column="version",
                fix=f"Scores keep the words that they were given under: save yours as version {latest + 1}.",
            )


def _rubric(source: SourceFile, problems: Problems, options: ImportOptions) -> Rubric:
    """What a file is shows in what it holds, not in its name."""
    if is_canvas_rubric(source.content):
        foreign = canvas_rubric_of(source, problems)
    elif is_case(source.content):
        foreign = case_rubric_of(source, problems)
    else:
        found = rubric_of(source)
        if options.rubric or options.version:
            return replace(
                found, id=options.rubric or found.id, version=options.version or found.version
            )
        return found
    return rubric_from(foreign, problems, rubric_id=options.rubric, version=options.version)


importer = RubricImporter
