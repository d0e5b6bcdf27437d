"""Long files of tests start first, and none is lost by that."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.ordering import BY_FILE, MAKER, MEANWHILE, longest_first
from tests.support.tree import ROOT


@dataclass(frozen=True)
class One:
    """A test, as far as its place in the order asks."""

    nodeid: str
    fixturenames: tuple[str, ...] = ()


QUICK = [One(f"tests/quick.py::test_{n}") for n in range(9)]
OTHERS = [One(f"tests/other_{n}.py::test") for n in range(12)]
LAB = [One("tests/lab.py::test", ("lab_page", "browser"))]
PAGES = [One("tests/pages.py::test", ("browser", "sample_reports"))]
MAKES = [One(f"{MAKER}::test_{n}", ("sample_reports",)) for n in range(50)]


def test_what_takes_longest_starts_first_and_the_order_within_a_file_stays():
    found = longest_first([*OTHERS, *QUICK, *LAB])
    assert found == [*LAB, *QUICK, *OTHERS]


def test_reports_are_made_at_once_and_whoever_only_reads_them_comes_later():
    found = longest_first([*QUICK, *PAGES, *OTHERS, *LAB, *MAKES])
    assert found[:51] == [*MAKES, *LAB]
    assert found.index(PAGES[0]) == 51 + len(QUICK) + MEANWHILE - 2
    assert sorted(one.nodeid for one in found) == sorted(
        one.nodeid for one in [*QUICK, *PAGES, *OTHERS, *LAB, *MAKES]
    )


def test_a_file_with_a_time_of_its_own_exists():
    assert [name for name in (*BY_FILE, MAKER) if not (ROOT / name).is_file()] == []
