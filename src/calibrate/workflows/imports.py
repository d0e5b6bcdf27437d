"""Bring files into a project: check everything first, then apply in one transaction, or change nothing.

What a check says is what applying does, because a check *is* the import, taken back at its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from calibrate import __version__
from calibrate.errors import ArgumentError, CalibrateError, ImportRefused
from calibrate.exchange.problems import Problems
from calibrate.model.ids import new_id
from calibrate.model.provenance import ImportRecord
from calibrate.store.project import Project
from calibrate.store.repository import Change, Unit

KINDS = ("roster", "rubric", "work", "scores", "sessions", "continuum")
SOURCE = "file"
"""Where people and pieces come from whose ids stand in a school's own files."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read.

    Parameters
    ----------
    rubric, version
        For scores outside a session: the rubric, where the project has several. For a rubric: what it is to be called.
    halves
        For scores: ``2+``, ``3-``, ``2/3`` and ``2-3`` stand for 2.5.
    columns
        For scores: from our names of columns to the headings of the file, where they differ.
    """

    rubric: str = ""
    version: int | None = None
    halves: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)

    def as_mapping(self) -> dict[str, str]:
        """What is kept with the import: only what was said."""
        said = {"rubric": self.rubric, "version": str(self.version or "")}
        said |= {f"column.{ours}": theirs for ours, theirs in self.columns.items()}
        said["halves"] = "yes" if self.halves else ""
        return {key: value for key, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did, or would do.

    Parameters
    ----------
    new, changed, unchanged, skipped
        Numbers of records.
    details
        The same by noun, such as ``{"students": {"new": 900}}``.
    warnings
        What was let pass.
    problems
        For a check: everything that stands in the way; empty if the file can be brought in.
    applied
        Whether the project was changed by it; a check never does.
    """

    kind: str
    new: int
    changed: int
    unchanged: int
    skipped: int
    details: Mapping[str, Mapping[str, int]]
    warnings: tuple[str, ...] = ()
    problems: tuple[CalibrateError, ...] = ()
    applied: bool = False

    def as_dict(self) -> dict[str, object]:
        """The summary as plain values, for JSON."""
        return {
            "kind": self.kind,
            "applied": self.applied,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "details": {noun: dict(counts) for noun, counts in self.details.items()},
            "warnings": list(self.warnings),
            "problems": [problem.as_dict() for problem in self.problems],
        }


class Tally:
    """Counts, by noun, of what was new, changed, unchanged and skipped."""

    def __init__(self) -> None:
        self.by_noun: dict[str, Counter[str]] = {}

    def count(self, noun: str, what: str, number: int = 1) -> None:
        """Count some records of a noun."""
        if number:
            self.by_noun.setdefault(noun, Counter())[what] += number

    def add(self, noun: str, changes: Counter[Change]) -> None:
        """Count what the store says that it did."""
        for change, number in changes.items():
            self.count(noun, change.value, number)

    def total(self, what: str) -> int:
        """How many of all nouns together."""
        return sum(counts[what] for counts in self.by_noun.values())


@dataclass(slots=True)
class ImportRun:
    """What every importer is given: the unit to work in, and where to note what it finds."""

    unit: Unit
    problems: Problems
    tally: Tally
    options: ImportOptions
    import_id: str


class Importer(Protocol):
    """One kind of import. ``read`` and ``prepare`` come before the transaction, ``apply`` is in it."""

    sha256: str

    def read(self, path: Path, options: ImportOptions) -> Problems:
        """Read and check the files; what is wrong with single rows is returned."""

    def prepare(self, project: Project, problems: Problems) -> None:
        """Do the slow part that needs no transaction, such as cleaning work."""

    def apply(self, run: ImportRun) -> None:
        """Compare with the project, note problems, and write."""

    def saved(self) -> None:
        """The transaction is saved."""

    def close(self) -> None:
        """Clear up, whatever happened."""


class FileImporter:
    """What most importers share: nothing slow to prepare, nothing to clear up."""

    sha256 = ""

    def prepare(self, project: Project, problems: Problems) -> None:
        """Nothing to prepare."""

    def saved(self) -> None:
        """Nothing more to do."""

    def close(self) -> None:
        """Nothing to clear up."""


class _OnlyChecked(Exception):
    """Raised at the end of a check, so that the transaction is rolled back."""


def check_and_apply(
    project: Project,
    kind: str,
    path: Path,
    check_only: bool = False,
    options: ImportOptions | None = None,
) -> ImportSummary:
    """Check a file (or folder) and bring it into the project.

    Parameters
    ----------
    project
        The project.
    kind
        ``roster``, ``rubric``, ``work``, ``scores``, ``sessions`` or ``continuum``.
    path
        The file or folder.
    check_only
        Whether to say only what would happen. Problems are then in the summary, not raised.

    Raises
    ------
    ImportRefused
        With every problem found, if not ``check_only``; nothing was changed.
    ArgumentError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise ArgumentError(f"{kind!r} cannot be imported.", fix="Use " + ", ".join(KINDS) + ".")
    options = options or ImportOptions()
    tally = Tally()
    problems = Problems(path.name)
    importer = _importer(kind)
    try:
        try:
            problems = importer.read(Path(path), options)
            _run(project, kind, importer, problems, tally, options, check_only)
        except _OnlyChecked:
            pass
        except ImportRefused as refused:
            problems.found = list(refused.problems)
        except CalibrateError as error:
            problems.found = [error]
    finally:
        importer.close()
    if problems.found and not check_only:
        raise ImportRefused(problems.found)
    return ImportSummary(
        kind=kind,
        new=tally.total("new"),
        changed=tally.total("changed"),
        unchanged=tally.total("unchanged"),
        skipped=tally.total("skipped"),
        details=tally.by_noun,
        warnings=tuple(problems.warnings),
        problems=tuple(problems.found),
        applied=not check_only,
    )


def _importer(kind: str) -> Importer:
    module = import_module(f"calibrate.workflows.imports_{kind}")
    made: Callable[[], Any] = module.importer
    importer: Importer = made()
    return importer


def _run(
    project: Project,
    kind: str,
    importer: Importer,
    problems: Problems,
    tally: Tally,
    options: ImportOptions,
    check_only: bool,
) -> None:
    importer.prepare(project, problems)
    with project.transaction() as unit:
        run = ImportRun(unit, problems, tally, options, new_id("im"))
        record = ImportRecord(
            run.import_id,
            kind,
            importer.sha256,
            __version__,
            datetime.now(UTC),
            options.as_mapping(),
        )
        unit.imports.add(record)
        importer.apply(run)
        problems.raise_if_any()
        counts = {what: tally.total(what) for what in ("new", "changed", "unchanged", "skipped")}
        unit.imports.put(
            ImportRecord(
                record.id,
                kind,
                record.source_sha256,
                record.importer_version,
                record.imported_at,
                record.mapping,
                counts,
            )
        )
        unit.audit.log("import", f"import.{kind}", run.import_id)
        if check_only:
            raise _OnlyChecked
    importer.saved()
