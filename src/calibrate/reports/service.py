"""What `calibrate report` does: find what is asked for, make it, write the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from calibrate.errors import DataError, NotFound, UsageError
from calibrate.model.roster import Edition
from calibrate.reports.batch import Made, check_formats, run_reports
from calibrate.reports.index import write_index
from calibrate.reports.kinds import ReportJob, ReportKind, report_kind
from calibrate.reports.release import release_tables
from calibrate.store.project import Project
from calibrate.store.repository import Unit

DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was made, and the page that links it."""

    made: tuple[Made, ...]
    index: Path

    @property
    def failed(self) -> tuple[Made, ...]:
        """The reports that could not be made."""
        return tuple(one for one in self.made if one.failed)

    def lines(self) -> list[str]:
        """The answer for a person."""
        good = [one for one in self.made if not one.failed]
        lines = [f"{one.page}  {_headline(one) or 'private: for that rater alone'}" for one in good]
        lines += [f"NOT MADE {one.job.kind} {one.job.id}: {one.headline}" for one in self.failed]
        return [*lines, f"All reports: {self.index}"]

    def as_dict(self) -> dict[str, object]:
        """The answer for a program."""
        return {
            "reports": [
                {
                    "kind": one.job.kind,
                    "id": one.job.id,
                    "window": one.job.window or None,
                    "edition": one.job.edition.value,
                    "page": str(one.page),
                    "headline": _headline(one),
                    "failed": one.failed,
                }
                for one in self.made
            ],
            "index": str(self.index),
        }


def _headline(made: Made) -> str | None:
    """What may be said aloud of a report: nothing of a rater's own page, unless it was not made."""
    listed = report_kind(made.job.kind).listed
    return made.headline if listed or made.failed else None


def make_reports(
    folder: Path,
    kind: str,
    which: str | None = None,
    *,
    every: bool = False,
    window: str = "",
    edition: str = "inside",
    workers: int = 1,
    formats: Sequence[str] = ("html",),
    progress: bool | None = None,
) -> Answer:
    """Make the reports asked for and the index.

    Parameters
    ----------
    folder
        The project's folder.
    kind
        ``session``, ``school``, ``district`` or ``rater``.
    which
        An id; not needed for the district.
    every
        All of that kind.

    Raises
    ------
    UsageError
        If neither an id nor ``every`` is given, or the edition does not exist for this kind.
    NotFound
        If there is no such session, school, rater or window.
    """
    found = report_kind(kind)
    chosen = _edition(found, edition)
    check_formats(formats)
    with Project.open(folder) as project:
        with project.store.reading() as unit:
            ids = _ids(unit, kind, which, every)
            if window and unit.work.windows.find(window) is None:
                known = ", ".join(one.id for one in unit.work.windows.all())
                raise NotFound(f"There is no window {window!r}.", fix=f"The windows are: {known}.")
        if chosen is Edition.OUTSIDE:
            release_tables(project)
        title = project.settings.name
        reports = project.reports
    jobs = [ReportJob(kind, one, window, chosen) for one in ids]
    made = run_reports(folder, jobs, workers=workers, formats=formats, progress=progress)
    return Answer(tuple(made), write_index(reports, title, chosen))


def session_report(folder: Path, session_id: str) -> str:
    """Make one session's report, for whoever wants to link it.

    Parameters
    ----------
    folder
        The project's folder.
    session_id
        The session, usually one that was just closed.

    Returns
    -------
    str
        Where its page lies in the project's folder, such as ``reports/…/index.html``.

    Raises
    ------
    DataError
        If it could not be made.
    """
    whole = folder.resolve()
    (made,) = make_reports(whole, "session", session_id, progress=False).made
    if made.failed:
        raise DataError(made.headline, fix="Try again, or run `calibrate doctor`.")
    return made.page.relative_to(whole).as_posix()


def _edition(kind: ReportKind, edition: str) -> Edition:
    try:
        chosen = Edition(edition)
    except ValueError:
        raise UsageError(
            f"There is no edition {edition!r}.", fix="The editions are inside and outside."
        ) from None
    if chosen not in kind.editions:
        raise UsageError(
            f"A {kind.id} report is for staff: it has no outside edition.",
            fix="Hand out the school or the district report instead.",
        )
    return chosen


def _ids(unit: Unit, kind: str, which: str | None, every: bool) -> list[str]:
    if kind == DISTRICT:
        return [DISTRICT]
    known = {
        "session": lambda: {one.id: one.id for one in unit.sessions.not_called_off()},
        "school": lambda: {one.id: one.id for one in unit.people.schools.all()},
        "rater": lambda: _raters(unit),
    }[kind]()
    if every:
        if not known:
            raise NotFound(f"The project has no {kind} yet.", fix="Bring some in first.")
        return list(dict.fromkeys(known.values()))
    if which is None:
        raise UsageError(
            f"Which {kind}?",
            fix=f"Name one, or use --all. For example: calibrate report {kind} {next(iter(known), 'ID')}",
        )
    if which not in known:
        if kind == "session" and unit.sessions.find(which) is not None:
            raise NotFound(f"Session {which} was called off, so there is nothing to report.")
        if kind == "rater":
            fix = "Give the person_id that the rater has in the roster."
        else:
            fix = f"Known: {', '.join(list(known)[:12]) or 'none yet'}."
        raise NotFound(f"There is no {kind} {which!r}.", fix=fix)
    return [known[which]]


def _raters(unit: Unit) -> dict[str, str]:
    """Raters by the id of their source, and by the id inside the project."""
    raters = unit.people.raters.all()
    return {one.source_id: one.id for one in raters} | {one.id: one.id for one in raters}
