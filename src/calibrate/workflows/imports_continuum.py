"""Bring in a continuum; its crosswalk must speak of rubrics that the project has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from calibrate.errors import DataError
from calibrate.exchange.continuum import continuum_of
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import read_source
from calibrate.exchange.yaml_trees import MAX_BYTES
from calibrate.model.continuum import Continuum
from calibrate.workflows.imports import SOURCE, FileImporter, ImportOptions, ImportRun


class ContinuumImporter(FileImporter):
    """Reads one continuum and adds or replaces it."""

    continuum: Continuum

    def read(self, path: Path, options: ImportOptions) -> Problems:
        """Read the YAML file."""
        source = read_source(path, limit=MAX_BYTES)
        self.sha256 = source.sha256
        self.continuum = continuum_of(source)
        return Problems(source.name)

    def apply(self, run: ImportRun) -> None:
        """Check rubrics, criteria and exemplars against the project, then add or replace."""
        self._check_rubrics(run)
        continuum = self._with_codes(run)
        if run.problems.found:
            return
        try:
            run.tally.count("continua", run.unit.continuum.put(continuum).value)
        except DataError as error:
            run.problems.add_error(error)

    def _check_rubrics(self, run: ImportRun) -> None:
        rubrics = {(one.id, one.version): one for one in run.unit.rubrics.all()}
        strands = {strand.id: strand for strand in self.continuum.strands}
        reported: set[object] = set()
        for row in self.continuum.crosswalk:
            at = (row.rubric_id, row.rubric_version)
            rubric = rubrics.get(at)
            if rubric is None:
                if at not in reported:
                    run.problems.add(
                        "The crosswalk speaks of a rubric version that the project has not.",
                        column="crosswalk",
                        fix="Bring in that rubric first, or correct its id and version.",
                    )
                reported.add(at)
                continue
            known = {criterion.id for criterion in rubric.criteria}
            missing = [one for one in strands[row.strand_id].criteria if one not in known]
            if missing and (at, row.strand_id) not in reported:
                reported.add((at, row.strand_id))
                run.problems.add(
                    f"The strand {row.strand_id} names a criterion that the rubric has not.",
                    column="criteria",
                    fix="The rubric's criteria are " + ", ".join(sorted(known)) + ".",
                )

    def _with_codes(self, run: ImportRun) -> Continuum:
        """The continuum with exemplars under the codes that raters see."""
        pieces = run.unit.work.pieces.all()
        codes = {piece.code: piece.code for piece in pieces}
        codes |= {piece.source_id: piece.code for piece in pieces if piece.source == SOURCE}
        kept = [one for one in self.continuum.exemplars if one.piece_code in codes]
        left = len(self.continuum.exemplars) - len(kept)
        if left:
            noun = "exemplar names a piece" if left == 1 else "exemplars name pieces"
            run.problems.warn(
                f"{left} {noun} that the project has not, and was left out: "
                "bring in the work and then the continuum again."
            )
            run.tally.count("exemplars", "skipped", left)
        exemplars = tuple(replace(one, piece_code=codes[one.piece_code]) for one in kept)
        return replace(self.continuum, exemplars=exemplars)


importer = ContinuumImporter
