"""The demand of tasks: what raters settled, where it comes from, and what each school's pieces answer."""

import math

import pandas as pd
import pytest

from calibrate.analysis.task_rigor import DECLARED, RATED, UNKNOWN, task_rigor

SCALES = {"DOK": [1, 2, 3, 4]}


def ratings(**given):
    rows = [
        (task, f"R{n}", "DOK", float(level))
        for task, levels in given.items()
        for n, level in enumerate(levels)
    ]
    return pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score"])


def settled(**values):
    rows = [(task, "DOK", "settled", float(value)) for task, value in values.items()]
    return pd.DataFrame(rows, columns=["task", "criterion", "state", "value"])


def answered(**schools):
    rows = [(school, task) for school, tasks in schools.items() for task in tasks]
    return pd.DataFrame(rows, columns=["school", "task"])


@pytest.fixture
def found():
    return task_rigor(
        ratings(a=[2, 2, 3], b=[4, 4, 4], c=[1]),
        SCALES,
        settled(a=2, b=4, c=1),
        answered(oak=["a", "a", "b"], elm=["b", "c", "d"]),
        declared={"c": 2, "a": 3},
        labels={"oak": "Oak School", "elm": "Elm School"},
    )


def test_a_level_says_where_it_comes_from(found):
    of = {one.task: one for one in found.tasks}
    assert (of["a"].level, of["a"].source, of["a"].declared) == (2.0, RATED, 3.0)
    assert (of["c"].level, of["c"].source, of["c"].n_raters) == (2.0, DECLARED, 1)
    assert of["d"].source == UNKNOWN and math.isnan(of["d"].level)
    assert (of["a"].lowest, of["a"].highest) == (2.0, 3.0)


def test_a_schools_demand_is_the_mean_over_its_pieces(found):
    oak, elm = found.school("oak"), found.school("elm")
    assert oak.mean == pytest.approx(8 / 3)
    assert (oak.n_pieces, oak.n_tasks, oak.n_unknown) == (3, 2, 0)
    assert oak.counts == ((2.0, 2), (4.0, 1))
    assert (elm.mean, elm.n_pieces, elm.n_unknown) == (3.0, 2, 1)
    assert (
        oak.sentence
        == "Oak School: 3 pieces answer 2 tasks, at level 2.7 on average (from 2 to 4)."
    )


def test_the_sentence_says_who_rated_and_what_is_only_listed(found):
    assert found.sentence.startswith(
        "2 tasks rated blind by 3 raters each, who chose the same level"
    )
    assert "1 task at the level of the list of tasks, which nobody has checked" in found.sentence
    assert "1 task without a level" in found.sentence
    assert "A higher level is not better" in found.sentence


def test_the_raters_agreement_on_tasks_is_that_of_any_scores(found):
    exact = found.agreement.criteria[0].coefficient("exact_agreement")
    assert exact.value == pytest.approx((1 / 3 + 1) / 2)


def test_without_levels_nothing_is_said():
    nothing = task_rigor(ratings(), SCALES, settled(), answered(oak=["a"]))
    assert nothing.sentence.startswith("Nobody has rated")
    assert nothing.agreement is None
    assert nothing.schools[0].sentence.endswith("no task that its pieces answer has a level.")
