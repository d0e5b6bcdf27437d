"""A look at a project's health: what is broken, what is missing, what should be known."""

from __future__ import annotations

import hashlib
import os
import platform
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from calibrate import __version__
from calibrate.errors import CalibrateError, ProjectError, SealError
from calibrate.model.session import SessionState
from calibrate.store import examine
from calibrate.store.project import Project
from calibrate.store.repository import Unit
from calibrate.store.schema import REVISIONS
from calibrate.store.sealing import KeyStore, Manifest, SealedBallot, check_ballot, check_manifest
from calibrate.store.sealing.ballots import BallotPlace
from calibrate.store.settings import FILE_NAME
from calibrate.workflows.imports_store import LOCK

_UNREADABLE = "The database is damaged: not all of it can be read."
MOST_NAMED = 5
_GO_BACK = "Go back to the newest backup that the doctor finds sound."


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the doctor saw.

    Parameters
    ----------
    check
        Which check found it: ``opening``, ``database``, ``links``, ``orphans``, ``work``,
        ``ballots``, ``privacy``, ``recovery``.
    message
        What is wrong, in plain words, without a child's name.
    fix
        What to do.
    problem
        False for a note that needs no repair.
    """

    check: str
    message: str
    fix: str = ""
    problem: bool = True


@dataclass(frozen=True, slots=True)
class Health:
    """What the doctor saw of one project."""

    project: str
    versions: dict[str, str]
    counts: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing needs repair."""
        return not any(finding.problem for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return {
            "project": self.project,
            "sound": self.sound,
            "versions": self.versions,
            "counts": self.counts,
            "findings": [asdict(finding) for finding in self.findings],
        }


def examine_project(folder: Path | str) -> Health:
    """Look at a project from its folder to its sealed ballots.

    A project that cannot be opened at all is a finding too. An older database is brought up to
    date (after a backup) by opening it, and the report says so.
    """
    versions = {
        "calibrate": __version__,
        "python": platform.python_version(),
        "sqlalchemy": version("sqlalchemy"),
        "database": REVISIONS[-1],
    }
    try:
        project = Project.open(folder)
    except CalibrateError as error:
        finding = Finding("opening", f"{error.file or folder}: {error.message}", error.fix or "")
        return Health("", versions, {}, (finding,))
    with project:
        findings = list(_of_opening(project))
        findings += _of_permissions(project)
        counts: dict[str, int] = {}
        try:
            with project.reading() as unit:
                versions["engine"] = examine.engine_version(unit)
                for check in (_of_database, _of_orphans, _of_work, _of_ballots):
                    findings += check(project, unit)
                counts = _counts(unit)
        except ProjectError:
            findings.append(Finding("database", _UNREADABLE, _GO_BACK))
        return Health(project.name, versions, counts, tuple(findings))


def _counts(unit: Unit) -> dict[str, int]:
    return {
        "schools": unit.people.schools.count(),
        "students": unit.people.students.count(),
        "raters": unit.people.raters.count(),
        "rubrics": unit.rubrics.count(),
        "pieces": unit.work.pieces.count(),
        "files": unit.work.files.count(),
        "sessions": unit.sessions.count(),
        "readings": unit.scores.readings.count(),
        "scores": unit.scores.count(),
    }


def _of_opening(project: Project) -> Iterator[Finding]:
    if project.upgraded_from is not None:
        kept = f" A copy was kept as {project.backup.name}." if project.backup else ""
        yield Finding(
            "opening",
            f"The database was of version {project.upgraded_from} and was brought up to date.{kept}",
            problem=False,
        )
    if project.recovery_public_key is None:
        yield Finding(
            "recovery",
            "The project has no recovery key, so no session can be sealed.",
            "Start a project with `calibrate init`, which makes one.",
            problem=False,
        )


def _of_permissions(project: Project) -> Iterator[Finding]:
    if os.name != "posix":
        return
    wanted = [project.folder, project.work, project.reports, project.folder / FILE_NAME]
    wanted += [project.database] if project.database else []
    for path in wanted:
        if not path.exists():
            yield Finding("work", f"{path.name} is missing.", "Put it back from a backup.")
        elif stat.S_IMODE(path.stat().st_mode) & 0o077:
            mode = "700" if path.is_dir() else "600"
            yield Finding(
                "privacy",
                f"Other accounts of this machine can look into {path.name}.",
                f"Run: chmod {mode} on it.",
            )


def _of_database(_project: Project, unit: Unit) -> Iterator[Finding]:
    if pages := examine.broken_pages(unit):
        yield Finding(
            "database",
            f"The database file is damaged ({len(pages)} places).",
            _GO_BACK,
        )
    for table, count in examine.broken_links(unit).items():
        yield Finding(
            "links",
            f"{count} rows of {table} refer to something that is not there.",
            "Another program wrote to the database: go back to a backup.",
        )


def _of_orphans(_project: Project, unit: Unit) -> Iterator[Finding]:
    for table, count in examine.nobodys(unit).items():
        what = "names" if table == "person_name" else "pseudonyms"
        yield Finding(
            "orphans",
            f"{count} {what} belong to nobody in the project.",
            "Import the roster again, or remove them.",
        )
    if codes := examine.unknown_exemplars(unit):
        yield Finding(
            "orphans",
            f"The continuum shows {len(codes)} exemplars that the project does not have: "
            f"{', '.join(codes[:5])}{' …' if len(codes) > 5 else ''}.",
            "Import the work that they belong to, or correct the piece codes.",
        )
    for rubric in examine.unknown_crosswalk_rubrics(unit):
        yield Finding(
            "orphans",
            f"A crosswalk reads scores of rubric {rubric}, which the project does not have.",
            "Import that rubric, or correct the crosswalk.",
        )


def _of_work(project: Project, unit: Unit) -> Iterator[Finding]:
    root = project.work.resolve()
    code_of = {piece.id: piece.code for piece in unit.work.pieces.all()}
    known = set()
    outside, missing, changed = [], [], []
    for file in unit.work.files.all():
        path = (root / file.stored_as).resolve()
        where = f"file {file.ordinal} of piece {code_of[file.piece_id]}"
        known.add(path)
        if root not in path.parents:
            outside.append(where)
        elif not path.is_file():
            missing.append(where)
        elif _sha256(path) != file.sha256:
            changed.append(where)
    for files, alone, together, fix in (
        (
            outside,
            "points out of the project folder",
            "point out of the project folder",
            "Import it again.",
        ),
        (missing, "is missing", "are missing", "Import the work again."),
        (
            changed,
            "is not what was imported: it was changed or damaged",
            "are not what was imported: they were changed or damaged",
            "Import the work again, or put it back from a backup.",
        ),
    ):
        if files:
            yield Finding("work", _files(files, alone, together), fix)
    strays = [path for path in root.rglob("*") if path.is_file() and path.resolve() not in known]
    strays = [path for path in strays if path != root / LOCK]
    if strays:
        one = len(strays) == 1
        yield Finding(
            "orphans",
            f"{len(strays)} {'file' if one else 'files'} in work/ {'belongs' if one else 'belong'} "
            "to no piece.",
            "They are not shown to anybody; remove them if they are not needed.",
            problem=False,
        )


def _files(files: list[str], one: str, several: str) -> str:
    """What is wrong with some files: the first few by name, the others by number."""
    if len(files) == 1:
        return f"{files[0][0].upper()}{files[0][1:]} {one}."
    rest = len(files) - MOST_NAMED
    named = ", ".join(files[:MOST_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
    return f"{len(files):,} files {several}: {named}."


def _of_ballots(project: Project, unit: Unit) -> Iterator[Finding]:
    for session in unit.sessions.all():
        ballots = unit.ballots.of(session.id)
        stored = unit.ballots.manifests.find(session.id)
        if stored is None:
            if ballots:
                yield Finding(
                    "ballots",
                    f"Session {session.id} has ballots but no signed list of its panel and keys.",
                    "Go back to a backup; do not reveal this session.",
                )
            continue
        try:
            manifest = check_manifest(
                stored.body,
                stored.signature,
                stored.verify_key,
                project=project.id,
                session=session.id,
                trusted_key=_trusted_key(project, session.id) or stored.verify_key,
            )
            key = unit.ballots.keys.find(session.id)
            if key is None or key.public_key != manifest.session_key:
                raise SealError("The session's key is not the one that the facilitator signed.")
        except SealError as error:
            yield Finding("ballots", f"Session {session.id}: {error.message}", error.fix or "")
            continue
        if session.state is SessionState.CALLED_OFF:
            continue  # nobody opens them
        bad = sum(not _holds(project.id, ballot, manifest) for ballot in ballots)
        if bad:
            yield Finding(
                "ballots",
                f"Session {session.id}: {bad} of {len(ballots)} sealed ballots are damaged or were changed.",
                "Before the reveal, ask those raters to commit again; the session's page names them.",
            )
        if session.state is SessionState.SCORING and project.recovery_public_key is None:
            yield Finding("recovery", f"Session {session.id} is sealed without a recovery key.")


def _trusted_key(project: Project, session_id: str) -> bytes | None:
    """What this machine's key store vouches for; None where it does not hold the session's keys."""
    keys = KeyStore(project.id, project.folder)
    return keys.session_public(session_id).verify_key if keys.has_session(session_id) else None


def _holds(project_id: str, ballot: Any, manifest: Manifest) -> bool:
    place = BallotPlace(project_id, ballot.session_id, ballot.round.value, ballot.rater_id)
    try:
        sealed = SealedBallot(
            place,
            ballot.sequence,
            ballot.state.value,
            ballot.answered,
            ballot.sealed,
            ballot.signature,
        )
        check_ballot(
            sealed, verify_key=manifest.verify_key(ballot.rater_id), size=manifest.ballot_size
        )
    except CalibrateError:
        return False
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
