"""The page about formats names every column that the readers know, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calibrate.exchange import rosters, score_rows, work_index

PAGE = Path(__file__).parents[2] / "docs" / "import-formats.md"
KNOWN = {
    "roster": {*rosters.REQUIRED, *rosters.OPTIONAL},
    "work": {*work_index.REQUIRED, *work_index.OPTIONAL},
    "scores": {*score_rows.REQUIRED, *score_rows.OPTIONAL},
}


@pytest.mark.parametrize("kind", sorted(KNOWN))
def test_the_page_lists_the_columns_that_are_read(kind):
    table = PAGE.read_text().split(f"<!-- columns: {kind} -->")[1].split("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[3:]]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == KNOWN[kind]
