"""The outside edition's promise, attacked: no hidden count can be worked out, nothing small shows."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from calibrate.analysis.count_tables import ALL, CountTable, N, TableSpec, level_spec, tabulate
from calibrate.analysis.suppression import HOMOGENEOUS, suppress
from calibrate.errors import ArgumentError
from calibrate.model.rubric import Level, Scale

LEVELS = ("1", "2", "3", "4")
SCALE = Scale(tuple(Level(one, one, float(one), int(one)) for one in LEVELS), cut="3")


def children_of(counts, measure="FOC", window="fall"):
    """Children from {(school, classroom, grade): (n per level)}."""
    rows = []
    for (school, classroom, grade), per_level in counts.items():
        for level, n in zip(LEVELS, per_level, strict=True):
            for _ in range(n):
                student = f"{school}-{classroom}-{grade}-{len(rows)}"
                rows.append((student, window, school, classroom, grade, measure, level))
    columns = ["student", "window", "school", "classroom", "grade", "measure", "level"]
    return pd.DataFrame(rows, columns=columns)


def released_specs(children, measures=("FOC",), window="fall"):
    """The tables of every school's report and of the district's, as they would be released."""
    specs = []
    for measure in measures:
        base = (("window", window),)
        specs.append(
            level_spec(f"d-school-{measure}", "", measure, SCALE, rows=["school"], where=base)
        )
        specs.append(
            level_spec(f"d-grade-{measure}", "", measure, SCALE, rows=["grade"], where=base)
        )
        for school in sorted(set(children["school"])):
            where = (*base, ("school", school))
            specs.append(
                level_spec(
                    f"{school}-grade-{measure}", "", measure, SCALE, rows=["grade"], where=where
                )
            )
            specs.append(
                level_spec(
                    f"{school}-room-{measure}", "", measure, SCALE, rows=["classroom"], where=where
                )
            )
    return specs


def attack(children, specs, tables):
    """Everything an attacker can do: the least and most of every hidden cell, by brute force.

    Unknowns are the children of every (school, classroom, grade, measure, level); the equations are
    all visible cells of all tables, and that a unit has as many children under each measure.
    Returns the hidden cells that can have one value only.
    """
    units = sorted(
        {tuple(map(str, key)) for key in children[["school", "classroom", "grade"]].to_numpy()}
    )
    measures = sorted({spec.measure for spec in specs})
    place = {
        (unit, measure, level): i
        for i, (unit, measure, level) in enumerate(
            (u, m, lv) for m in measures for u in units for lv in LEVELS
        )
    }

    def row_of(spec, key, column):
        wanted = dict(spec.where) | (
            {} if key == (ALL,) else dict(zip(spec.rows, key, strict=True))
        )
        parts = [level for level in LEVELS if level in spec.parts(column)]
        row = np.zeros(len(place))
        for unit in units:
            held = dict(zip(("school", "classroom", "grade"), unit, strict=True)) | {
                "window": "fall"
            }
            if all(held[name] == value for name, value in wanted.items()):
                row[[place[unit, spec.measure, level] for level in parts]] = 1
        return row

    if not place:
        return []
    known, values, secret = [], [], []
    for spec, table in zip(specs, tables, strict=True):
        for key, counts in zip(table.row_keys, table.counts, strict=True):
            for column, value in zip(table.columns, counts, strict=True):
                row = row_of(spec, key, column)
                if value is None:
                    secret.append(((table.id, key, column), row))
                else:
                    known.append(row)
                    values.append(value)
    for measure in measures[1:]:
        for unit in units:
            row = np.zeros(len(place))
            for level in LEVELS:
                row[place[unit, measure, level]] = 1
                row[place[unit, measures[0], level]] = -1
            known.append(row)
            values.append(0)
    found = []
    for name, row in secret:
        ends = []
        for sign in (1, -1):
            answer = linprog(
                sign * row,
                A_eq=np.array(known) if known else None,
                b_eq=np.array(values) if known else None,
                bounds=[(0, None)] * len(place),
                method="highs",
            )
            ends.append(np.inf if answer.status == 3 else sign * answer.fun)
        if abs(abs(ends[1]) - abs(ends[0])) < 1e-6:
            found.append(name)
    return found


def check_promise(children, specs, min_n=10):
    result = suppress(children, specs, min_n=min_n)
    for spec, table in zip(specs, result.tables, strict=True):
        truth = tabulate(children, spec)
        assert table.row_keys == truth.row_keys
        for shown, real in zip(table.counts, truth.counts, strict=True):
            for one, value in zip(shown, real, strict=True):
                assert one is None or (one == value and one >= min_n)
    assert attack(children, specs, result.tables) == []
    return result


counts_of_a_room = st.tuples(*[st.integers(0, 30)] * 4)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(counts_of_a_room, min_size=1, max_size=4),
    st.lists(counts_of_a_room, min_size=1, max_size=3),
)
def test_no_hidden_count_of_schools_and_district_together_can_be_worked_out(one, two):
    counts = {("lincoln", f"l{i}", f"0{1 + i // 2}"): per for i, per in enumerate(one)}
    counts |= {("roosevelt", f"r{i}", f"0{1 + i // 2}"): per for i, per in enumerate(two)}
    children = children_of(counts)
    check_promise(children, released_specs(children))


@settings(deadline=None, max_examples=8)
@given(st.lists(st.tuples(counts_of_a_room, st.permutations(range(4))), min_size=2, max_size=4))
def test_two_criteria_of_the_same_children_cannot_be_set_against_each_other(rooms):
    counts = {
        ("lincoln" if i < 2 else "roosevelt", f"c{i}", "01"): per
        for i, (per, _) in enumerate(rooms)
    }
    foc = children_of(counts)
    org = foc.copy()
    turns = {f"c{i}": turn for i, (_, turn) in enumerate(rooms)}
    org["measure"] = "ORG"
    org["level"] = [
        LEVELS[turns[room][int(level) - 1]]
        for room, level in zip(org["classroom"], org["level"], strict=True)
    ]
    children = pd.concat([foc, org], ignore_index=True)
    check_promise(children, released_specs(children, ("FOC", "ORG")))


def test_a_small_table_worked_by_hand():
    # room a: 12 12 3 11 = 38, room b: 15 14 16 13 = 58. The 3 is hidden, then the least other cell
    # of its row (11), then in each of the two columns the other room's cell, because all shows.
    children = children_of({("s", "a", "01"): (12, 12, 3, 11), ("s", "b", "01"): (15, 14, 16, 13)})
    spec = TableSpec("t", "Room", "FOC", LEVELS, ("classroom",), (("window", "fall"),))
    result = check_promise(children, [spec])
    table = result.table("t")
    assert table.counts == (
        (12, 12, None, None, 38),
        (15, 14, None, None, 58),
        (27, 26, 19, 24, 96),
    )
    reasons = {(cell.row, cell.column): cell.reason for cell in result.hidden}
    assert reasons[(("a",), "3")] == "fewer than 10 students"
    assert reasons[(("b",), "4")] == "it would tell another hidden count"
    assert table.footnote.startswith("*")


def test_a_group_wholly_in_one_level_is_not_shown():
    children = children_of({("s", "a", "01"): (0, 0, 25, 0), ("s", "b", "01"): (20, 20, 20, 20)})
    spec = TableSpec("t", "Room", "FOC", LEVELS, ("classroom",), (("window", "fall"),))
    result = check_promise(children, [spec])
    assert result.table("t").count(("a",), "3") is None
    assert HOMOGENEOUS in {cell.reason for cell in result.hidden}


def test_a_small_school_hides_in_the_district_and_in_its_own_report_alike():
    children = children_of(
        {("big", "a", "01"): (20, 20, 20, 20), ("tiny", "b", "01"): (1, 1, 1, 1)}
    )
    result = check_promise(children, released_specs(children))
    assert result.table("d-school-FOC").count(("tiny",), N) is None
    # the district's total minus the big school's would tell the tiny one's
    shown = result.table("d-school-FOC")
    assert shown.count(("big",), N) is None or shown.count((ALL,), N) is None
    tiny = result.table("tiny-grade-FOC")
    assert all(one is None for row in tiny.counts for one in row)


def test_large_groups_are_shown_in_full():
    children = children_of({("s", "a", "01"): (20, 21, 22, 23), ("s", "b", "02"): (24, 25, 26, 27)})
    result = check_promise(children, released_specs(children))
    assert result.hidden == ()
    assert result.table("s-grade-FOC").footnote == ""
    assert result.table("s-grade-FOC").percent(("01",), "3 or above") == 52


def test_the_order_of_rows_changes_nothing():
    counts = {
        ("s", "a", "01"): (12, 12, 3, 11),
        ("s", "b", "01"): (15, 14, 16, 3),
        ("t", "c", "02"): (9, 30, 9, 12),
    }
    children = children_of(counts)
    specs = released_specs(children)
    shuffled = children.sample(frac=1, random_state=4)
    assert suppress(children, specs).tables == suppress(shuffled, specs).tables


def test_the_released_tables_hold_no_hidden_value_and_survive_a_file():
    children = children_of({("s", "a", "01"): (12, 12, 7, 11), ("s", "b", "01"): (15, 14, 16, 13)})
    specs = [TableSpec("t", "Room", "FOC", LEVELS, ("classroom",), (("window", "fall"),))]
    held = json.loads(json.dumps(suppress(children, specs).as_dict()))
    tables = [CountTable.from_dict(one) for one in held["tables"]]
    assert tables == list(suppress(children, specs).tables)
    assert tables[0].counts[0][2] is None
    assert "reason" not in json.dumps(held)
    assert "*" in tables[0].as_frame().to_numpy()


def test_a_group_without_any_level_keeps_its_row():
    children = children_of({("s", "a", "01"): (12, 12, 17, 11)})
    other = children.head(4).assign(
        student=[f"x{i}" for i in range(4)], classroom="b", level="no piece"
    )
    children = pd.concat([children, other], ignore_index=True)
    spec = TableSpec("t", "Room", "FOC", LEVELS, ("classroom",), (("window", "fall"),))
    assert suppress(children, [spec]).table("t").row_keys == (("a",), ("b",), (ALL,))


def test_coverage_and_levels_of_the_same_children_are_decided_together():
    # 3 of 43 children have no piece: shown beside the number with levels they could be counted.
    foc = children_of({("s", "a", "01"): (12, 12, 10, 11), ("s", "b", "01"): (20, 20, 20, 20)})
    gone = foc.head(3).assign(student=["g0", "g1", "g2"], level="no piece")
    everybody = pd.concat([foc, gone], ignore_index=True)
    cover = everybody.assign(
        measure="coverage", level=np.where(everybody["level"] == "no piece", "without", "with")
    )
    children = pd.concat([everybody, cover], ignore_index=True)
    where = (("window", "fall"),)
    specs = [
        TableSpec("levels", "", "FOC", LEVELS, ("classroom",), where),
        TableSpec("coverage", "", "coverage", ("with", "without"), ("classroom",), where),
    ]
    result = suppress(children, specs)
    levels, coverage = result.table("levels"), result.table("coverage")
    assert coverage.count((ALL,), "without") is None
    assert levels.count((ALL,), N) is None or coverage.count((ALL,), N) is None
    assert levels.count(("a",), N) is None or coverage.count(("a",), N) is None


def test_tables_over_several_windows_are_refused():
    with pytest.raises(ArgumentError, match="several windows"):
        TableSpec("t", "", "FOC", LEVELS, ("classroom",))


@pytest.mark.parametrize("min_n", [4, 31])
def test_a_threshold_outside_common_practice_is_refused(min_n):
    with pytest.raises(ArgumentError, match="between 5 and 30"):
        suppress(children_of({("s", "a", "01"): (1, 1, 1, 1)}), [], min_n=min_n)


def test_an_empty_project_gives_empty_tables():
    children = children_of({})
    spec = TableSpec("t", "", "FOC", LEVELS, ("classroom",), (("window", "fall"),))
    assert all(one is None for row in suppress(children, [spec]).table("t").counts for one in row)
