"""Make many reports: several processes, a progress bar, and one failure stops nothing else."""

from __future__ import annotations

import multiprocessing
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from calibrate.errors import CalibrateError, UsageError
from calibrate.reports.execute import Failure, execute
from calibrate.reports.files import (
    NOTEBOOK,
    PAGE,
    ReportSummary,
    write_private,
    write_summary,
)
from calibrate.reports.kinds import ReportJob
from calibrate.reports.page import failure_page, report_page

FORMATS = ("html", "pdf", "docx")


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one report."""

    job: ReportJob
    page: Path
    headline: str
    failed: bool


def check_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats asked for; an unknown one is refused. HTML is always among them."""
    for name in formats:
        if name not in FORMATS:
            raise UsageError(
                f"There is no report format {name!r}.",
                fix="The formats are " + ", ".join(FORMATS) + ".",
            )
    return tuple(name for name in FORMATS if name == "html" or name in formats)


def make_report(project: Path, job: ReportJob, formats: Sequence[str] = ("html",)) -> Made:
    """Make one report, with its executed notebook beside it.

    A report that cannot be made still gets a page: it says what failed.
    """
    formats = check_formats(formats)
    began = _now()
    folder = job.folder(project / "reports")
    for older in ("report.docx", "report.pdf", "problem.txt"):
        (folder / older).unlink(missing_ok=True)  # what is not made again must not stay beside it
    executed = execute(project, job, folder / NOTEBOOK)
    failure = executed.failure
    if failure is None:
        page, summary = report_page(executed.notebook)
    else:
        page, summary = failure_page(job, failure)
    write_private(folder / PAGE, page.encode("utf-8"))
    if failure is None:
        failure = _other_formats(folder, page, formats)
    write_summary(
        folder,
        ReportSummary(
            job.kind,
            job.id,
            job.window,
            job.edition.value,
            summary.title,
            summary.headline,
            summary.subtitle,
            executed.failure is not None,
            formats if failure is None else ("html",),
            began,
        ),
    )
    headline = summary.headline if failure is None else failure.message
    return Made(job, folder / PAGE, headline, failure is not None)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _other_formats(folder: Path, page: str, formats: Sequence[str]) -> Failure | None:
    try:
        if "docx" in formats:
            from calibrate.reports.docx import docx_of_page

            write_private(folder / "report.docx", docx_of_page(page))
        if "pdf" in formats:
            from calibrate.reports.pdf import write_pdf

            write_pdf(folder / PAGE, folder / "report.pdf")
    except CalibrateError as problem:
        return Failure(str(problem), "another format of the finished page")
    return None


def run_reports(
    project: Path,
    jobs: Sequence[ReportJob],
    *,
    workers: int = 1,
    formats: Sequence[str] = ("html",),
    progress: bool | None = None,
) -> list[Made]:
    """Make every report asked for, in the order asked for.

    Parameters
    ----------
    project
        The project's folder.
    jobs
        Which reports.
    workers
        How many processes work at once.
    formats
        ``html`` (always), ``pdf``, ``docx``.
    progress
        Whether to draw a progress bar on standard error; by default only on a terminal.

    Returns
    -------
    list of Made
        One for each job, failed ones among them.
    """
    if workers < 1:
        raise UsageError("There must be at least one worker.", fix="Use --workers 1 or more.")
    formats = check_formats(formats)
    project = project.resolve()
    made: dict[ReportJob, Made] = {}
    with _progress(len(jobs), progress) as advance:
        if workers == 1 or len(jobs) == 1:
            for job in jobs:
                made[job] = _guarded(project, job, formats)
                advance(made[job])
        else:
            for result in _in_processes(project, jobs, workers, formats):
                made[result.job] = result
                advance(result)
    return [made[job] for job in jobs]


def _in_processes(
    project: Path, jobs: Sequence[ReportJob], workers: int, formats: Sequence[str]
) -> Iterator[Made]:
    """Make reports side by side.

    A process that is ended from outside (a machine short of memory does that) breaks its whole
    pool. What the pool had not made is then made one by one, each in a process of its own, so that
    only the report that cannot be made is missing.
    """
    left: list[ReportJob] = []
    with _pool(min(workers, len(jobs))) as pool:
        futures = {pool.submit(_guarded, project, job, formats): job for job in jobs}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                left.append(futures[future])
    for job in (one for one in jobs if one in left):
        with _pool(1) as pool:
            try:
                yield pool.submit(_guarded, project, job, formats).result()
            except BrokenProcessPool:
                words = "The process that made it was ended twice, perhaps for want of memory."
                yield _failed(project, job, Failure(words, "making the report"))


def _pool(workers: int) -> ProcessPoolExecutor:
    # A fork would copy a half-open database.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def _guarded(project: Path, job: ReportJob, formats: Sequence[str]) -> Made:
    try:
        return make_report(project, job, formats)
    except CalibrateError as problem:
        return _failed(project, job, Failure(str(problem), "setting up the report"))
    except Exception as problem:  # noqa: BLE001 - one report must never stop the others
        details = job.folder(project / "reports") / "problem.txt"
        write_private(details, traceback.format_exc().encode())
        words = (
            f"Something unforeseen stopped it ({type(problem).__name__}). The file problem.txt beside "
            "this page holds the details for whoever looks after Calibrate."
        )
        return _failed(project, job, Failure(words, "making the page"))


def _failed(project: Path, job: ReportJob, failure: Failure) -> Made:
    folder = job.folder(project / "reports")
    page, summary = failure_page(job, failure)
    write_private(folder / PAGE, page.encode("utf-8"))
    write_summary(
        folder,
        ReportSummary(
            job.kind,
            job.id,
            job.window,
            job.edition.value,
            summary.title,
            summary.headline,
            "",
            True,
            ("html",),
            _now(),
        ),
    )
    return Made(job, folder / PAGE, failure.message, True)


@contextmanager
def _progress(total: int, wanted: bool | None) -> Iterator[Callable[[Made], None]]:
    """A progress bar with the time left, on standard error and only for a person."""
    if wanted is None:
        wanted = sys.stderr.isatty()
    if not wanted or not total:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("Reports"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("time left"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=False,
    ) as bar:
        task = bar.add_task("", total=total)

        def advance(result: Made) -> None:
            word = "failed" if result.failed else "done"
            bar.update(task, advance=1, description=f"{result.job.kind} {result.job.id} {word}")

        yield advance
