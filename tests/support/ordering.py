"""Which files of tests start first: those that take longest, so that no process is left alone with one at the end.

A file's time is guessed by what its tests ask for, and named here where they start something long by themselves. A wrong
guess costs a little time and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

#: Seconds that a test takes that asks for this; by its dearest fixture.
BY_FIXTURE = {
    "lab_page": 40.0,
    "browser": 4.0,
    "own_sample_project": 5.0,
    "sample_reports": 1.0,
    "sample_wall": 1.0,
    "sample_project": 1.0,
}

#: Seconds of any other.
ELSE = 0.02

#: Seconds of files whose tests start kernels, servers or programs, simulate, or are many, without asking for one above.
BY_FILE = {
    "tests/analysis/test_panel.py": 8.0,
    "tests/analysis/test_suppression.py": 15.0,
    "tests/browser/test_room_story.py": 40.0,
    "tests/commands/test_agreement_degenerate.py": 6.0,
    "tests/commands/test_compare_command.py": 40.0,
    "tests/commands/test_plan_command.py": 12.0,
    "tests/figures/test_figures.py": 10.0,
    "tests/house/test_choosing_page.py": 15.0,
    "tests/house/test_makefile.py": 15.0,
    "tests/house/test_start_up.py": 25.0,
    "tests/house/test_wheel.py": 20.0,
    "tests/notebooks/test_wall_notebooks.py": 30.0,
    "tests/reports/test_batch.py": 45.0,
    "tests/serve/test_gate.py": 10.0,
    "tests/serve/test_server.py": 20.0,
    "tests/stats/test_shared_properties.py": 12.0,
    "tests/store/test_repository.py": 8.0,
    "tests/widgets/test_desk_answers.py": 10.0,
    "tests/widgets/test_norming_board.py": 10.0,
    "tests/workflows/test_imports.py": 12.0,
    "tests/workflows/test_imports_work.py": 15.0,
    "tests/workflows/test_norming_killed.py": 15.0,
    "tests/workflows/test_norming_reveal_view.py": 10.0,
}

#: This file makes the reports that others read, and starts before anything else. Those others come so many files later, when
#: the reports are there: a process that needs them sooner would stand and wait.
MAKER = "tests/reports/test_sample_reports.py"
MADE = "sample_reports"
MEANWHILE = 8


class Item(Protocol):
    """What is asked of a test."""

    @property
    def nodeid(self) -> str: ...

    @property
    def fixturenames(self) -> Sequence[str]: ...


def seconds(file: str, tests: Iterable[Item]) -> float:
    """About how long a file of tests takes on its own."""
    guessed = sum(
        max((BY_FIXTURE[name] for name in one.fixturenames if name in BY_FIXTURE), default=ELSE)
        for one in tests
    )
    return max(guessed, BY_FILE.get(file, 0.0))


def longest_first(items: Iterable[Item]) -> list[Item]:
    """The same tests, file by file: the order inside a file stays, and files that take equally long keep theirs."""
    files: dict[str, list[Item]] = defaultdict(list)
    for one in items:
        files[one.nodeid.partition("::")[0]].append(one)
    by_time = sorted(files, key=lambda file: -seconds(file, files[file]))
    maker = [one for one in by_time if one == MAKER]
    readers = [
        one
        for one in by_time
        if one != MAKER and any(MADE in test.fixturenames for test in files[one])
    ]
    others = [one for one in by_time if one not in (*maker, *readers)]
    order = [*maker, *others[:MEANWHILE], *readers, *others[MEANWHILE:]]
    return [one for file in order for one in files[file]]
