"""Bring in a rubric. A version that is there stays as it is: a changed rubric is a new version."""

from __future__ import annotations

from pathlib import Path

from calibrate.exchange.problems import Problems
from calibrate.exchange.rubrics import rubric_of
from calibrate.exchange.source_files import read_source
from calibrate.exchange.yaml_trees import MAX_BYTES
from calibrate.model.rubric import Rubric
from calibrate.workflows.imports import FileImporter, ImportOptions, ImportRun


class RubricImporter(FileImporter):
    """Reads one rubric and adds it."""

    rubric: Rubric

    def read(self, path: Path, options: ImportOptions) -> Problems:
        """Read the YAML file."""
        source = read_source(path, limit=MAX_BYTES)
        self.sha256 = source.sha256
        self.rubric = rubric_of(source)
        return Problems(source.name)

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


importer = RubricImporter
