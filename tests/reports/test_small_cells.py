"""The inside edition prints no difference that is about a person or two, nor what would give it away."""

from __future__ import annotations

import re

import pytest

from calibrate.analysis.cut_crossing import mean_scores
from calibrate.analysis.few_readers import shown_comparison
from calibrate.analysis.own_teachers import own_teachers
from calibrate.reports.comparison_section import difference_table
from calibrate.reports.own_teachers_section import own_teachers_section
from calibrate.reports.schools_section import schools_section
from calibrate.reports.small_cells import ONE_READER
from tests.analysis.districts import SCALES, district
from tests.analysis.test_own_teachers import SCALES as OWN_SCALES
from tests.analysis.test_own_teachers import audit


def row_of(html: str, first: str) -> str:
    rows = re.findall(r"<tr.*?</tr>", html, re.S)
    return re.sub(r"<[^>]+>", " ", next(one for one in rows if re.search(rf">{first}<", one)))


def with_schools(schools: dict[str, str]):
    table = audit(1, n_teachers=9)
    homes = table["rater"].map(schools)
    return table.assign(rater_school=homes.fillna(table["rater_school"]))


def own_html(schools: dict[str, str]) -> str:
    return own_teachers_section(own_teachers(with_schools(schools), OWN_SCALES), {}).html


def homes(*sizes: int) -> dict[str, str]:
    names = [f"S{school}" for school, size in enumerate(sizes) for _ in range(size)]
    return {f"T{i}": name for i, name in enumerate(names)}


def test_the_difference_of_a_school_with_one_teacher_is_not_printed_nor_the_one_that_gives_it_away():
    html = own_html(homes(1, 3, 5))
    assert "not shown" in row_of(html, "S0") and not re.search(r"[+−]\d", row_of(html, "S0"))
    assert "not shown" in row_of(html, "S1")
    assert re.search(r"[+−]?0\.\d\d", row_of(html, "S2"))
    assert re.search(r"[+−]?0\.\d\d", row_of(html, "All schools"))


def test_with_enough_teachers_everywhere_every_difference_is_printed():
    assert "not shown" not in own_html(homes(3, 3, 3)).lower()


@pytest.mark.parametrize(("readers", "hidden"), [(1, True), (3, False)])
def test_a_pair_that_one_reader_stands_behind_has_no_difference_in_the_tables(readers, hidden):
    table = district(1, lenient=0.45)
    if readers == 1:
        schools = table.groupby("piece")["rater_school"].transform(
            lambda one: "lincoln" in set(one)
        )
        mine = schools & (table["rater_school"] == "riverbend")
        table = table.assign(rater=table["rater"].where(~mine, "riverbend-0"))
    found = shown_comparison(table, SCALES).comparison
    pairs = difference_table(found.between_pairs(), {}, "Schools").html
    assert ("not shown" in row_of(pairs, "lincoln and riverbend")) is hidden
    assert "not shown" not in row_of(pairs, "lincoln and roosevelt")
    assert (ONE_READER in pairs) is hidden
    assert not re.search(r"[+−]\d", row_of(pairs, "lincoln and riverbend")) or not hidden
    given = mean_scores(table, "rater_school")
    assert "not shown" not in schools_section(found, given, SCALES, {}).html
