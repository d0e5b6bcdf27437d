"""Bring in student work: windows, tasks, pieces with where each child was then, and their cleaned files."""

from __future__ import annotations

import hashlib
import html
import re
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from calibrate.errors import CalibrateError
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile, read_source
from calibrate.exchange.work_files.cleaned import CleanFile
from calibrate.exchange.work_files.worker import Cleaner
from calibrate.exchange.work_index import PieceRow, WorkIndex, read_work_index
from calibrate.model.work import MediaKind, WorkFile
from calibrate.store.project import Project
from calibrate.workflows.imports import SOURCE, FileImporter, ImportOptions, ImportRun
from calibrate.workflows.imports_pieces import bring_in_pieces
from calibrate.workflows.imports_store import Stage, only_one_import

MAX_FILE = 40_000_000
_NEAR_THE_START = 400


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A cleaned file that waits to be moved in."""

    stored_as: str
    kind: MediaKind
    media_type: str
    sha256: str
    source_sha256: str


class WorkImporter(FileImporter):
    """Cleans files aside, then writes everything in one transaction."""

    def __init__(self) -> None:
        self._held = ExitStack()
        self._project: Project | None = None
        self._stage: Stage | None = None
        self._staged: dict[str, list[StagedFile]] = {}
        self._index = WorkIndex()

    def read(self, path: Path, options: ImportOptions) -> Problems:
        """Read the index, the tasks and the windows."""
        self._index = read_work_index(path)
        self.sha256 = self._index.sha256
        return self._index.problems

    def prepare(self, project: Project, problems: Problems) -> None:
        """Clean every file that is not in the project yet, without holding up anybody."""
        self._held.enter_context(only_one_import(project.work))
        self._project = project
        self._stage = Stage(project.work)
        known = _known_sources(project)
        names = _names(project)
        with Cleaner() as cleaner:
            for row in self._index.pieces:
                sources = _open(row, problems)
                hashes = [one.sha256 for one in sources]
                if row.files and [sha for sha, _ in groupby(hashes)] != known.get(row.piece):
                    self._staged[row.piece] = self._clean(
                        row, sources, cleaner, problems, names.get(row.student, ())
                    )

    def _clean(
        self,
        row: PieceRow,
        sources: list[SourceFile],
        cleaner: Cleaner,
        problems: Problems,
        names: tuple[str, ...],
    ) -> list[StagedFile]:
        assert self._stage is not None
        staged = []
        for number, (source, path) in enumerate(zip(sources, row.files, strict=False), start=1):
            markdown = path.suffix.casefold() in (".md", ".markdown")
            try:
                files = cleaner.clean(source.content, markdown=markdown)
            except CalibrateError as error:
                problems.add(
                    f"File {number} of this row: {error.message}",
                    row=row.row,
                    column="files",
                    fix=error.fix,
                )
                continue
            for one in files:
                if _names_somebody(one, names):
                    problems.warn(
                        f"File {number} of this row seems to name the child near its start; "
                        "cover the name if the piece is to be scored blind.",
                        row=row.row,
                        column="files",
                    )
                staged.append(
                    StagedFile(
                        self._stage.add(one.content, one.suffix),
                        one.kind,
                        one.media_type,
                        one.sha256,
                        source.sha256,
                    )
                )
        return staged

    def apply(self, run: ImportRun) -> None:
        """Write windows, tasks and pieces, and move the cleaned files in."""
        assert self._stage is not None
        work = run.unit.work
        run.tally.add("windows", work.windows.put_all(self._index.windows))
        run.tally.add("tasks", work.tasks.put_all(self._index.tasks))
        ids = bring_in_pieces(run, self._index.pieces)
        run.problems.raise_if_any()
        self._files(run, self._stage, ids)

    def _files(self, run: ImportRun, stage: Stage, ids: dict[str, str]) -> None:
        noun = run.unit.work.files
        before: dict[str, list[WorkFile]] = {}
        for file in noun.all():
            before.setdefault(file.piece_id, []).append(file)
        stage.sweep({file.stored_as for some in before.values() for file in some})
        wanted: list[WorkFile] = []
        scored_again = 0
        for row in self._index.pieces:
            piece_id = ids[row.piece]
            old = before.get(piece_id, [])
            staged = self._staged.get(row.piece)
            if staged is None:
                run.tally.count("files", "unchanged", len(old))
                continue
            for file in old:
                noun.remove(piece_id, file.ordinal)
            stage.replace([file.stored_as for file in old])
            other = {file.source_sha256 for file in old} != {one.source_sha256 for one in staged}
            if old and other and run.unit.scores.readings.first(piece_id=piece_id) is not None:
                scored_again += 1
            run.tally.count("files", "changed" if old else "new", len(staged))
            wanted += [
                WorkFile(
                    piece_id,
                    ordinal,
                    one.kind,
                    one.media_type,
                    one.stored_as,
                    one.sha256,
                    one.source_sha256,
                )
                for ordinal, one in enumerate(staged, start=1)
            ]
        if scored_again:
            run.problems.warn(
                f"Work that has been scored was replaced ({scored_again} "
                f"{'piece' if scored_again == 1 else 'pieces'}): check that the scores still "
                "belong to it."
            )
        noun.add_all(wanted)
        stage.move_in([file.stored_as for file in wanted])

    def saved(self) -> None:
        """Keep what was moved in."""
        if self._stage is not None:
            self._stage.saved()

    def close(self) -> None:
        """Take back what was not saved, and let the next import begin."""
        if self._stage is not None and self._project is not None:
            project = self._project
            self._stage.close(lambda: _stored(project))
        self._held.close()


def _open(row: PieceRow, problems: Problems) -> list[SourceFile]:
    found = []
    for number, path in enumerate(row.files, start=1):
        try:
            found.append(read_source(path, name=problems.file, limit=MAX_FILE))
        except CalibrateError as error:
            problems.add(
                f"File {number} of this row: {error.message}",
                row=row.row,
                column="files",
                fix=error.fix,
            )
    return found


def _known_sources(project: Project) -> dict[str, list[str]]:
    """The hashes of the files that a piece came from, in order, where all of them are still whole."""
    with project.reading() as unit:
        pieces = {one.id: one.source_id for one in unit.work.pieces.all(source=SOURCE)}
        files = unit.work.files.all()
    found: dict[str, list[str]] = {}
    broken = set()
    for file in files:
        source_id = pieces.get(file.piece_id)
        if source_id is None:
            continue
        sources = found.setdefault(source_id, [])
        if not sources or sources[-1] != file.source_sha256:
            sources.append(file.source_sha256)
        if not _is_whole(project.work / file.stored_as, file.sha256):
            broken.add(source_id)
    return {source_id: some for source_id, some in found.items() if source_id not in broken}


def _is_whole(path: Path, sha256: str) -> bool:
    """Whether a stored file is still what was imported."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _stored(project: Project) -> set[str]:
    with project.reading() as unit:
        return {file.stored_as for file in unit.work.files.all()}


def _names(project: Project) -> dict[str, tuple[str, ...]]:
    """Children's names by the ids of the files, to warn where work names its writer."""
    with project.reading() as unit:
        names = {one.person_id: one for one in unit.people.names.all()}
        students = unit.people.by_source("student", SOURCE)
    return {
        source_id: tuple(
            part for part in (names[one.id].given_name, names[one.id].family_name) if len(part) >= 3
        )
        for source_id, one in students.items()
        if one.id in names
    }


def _names_somebody(file: CleanFile, names: tuple[str, ...]) -> bool:
    """Whether the work names its writer near its start, as far as that can be read."""
    text = file.words
    if names and file.kind in (MediaKind.TEXT, MediaKind.HTML):
        text = file.content[:200_000].decode("utf-8", "ignore")
        if file.kind is MediaKind.HTML:
            text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    start = text.strip()[:_NEAR_THE_START]
    return any(re.search(rf"\b{re.escape(name)}\b", start, re.IGNORECASE) for name in names)


importer = WorkImporter
