"""What was put into the sample district is what the analysis finds in it."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
import yaml

from calibrate.analysis.anchor_readings import beside_anchors
from calibrate.analysis.comparability import Comparison, compare
from calibrate.analysis.drift import drift
from calibrate.analysis.movement import movement
from calibrate.analysis.own_teachers import own_teachers
from calibrate.analysis.severity import SeverityResult, severity
from calibrate.analysis.severity_model import SeverityModel, severity_model
from calibrate.resources import sample_data

SCALES = dict.fromkeys(("FOC", "ORG", "DEV", "STY", "CONV"), (1.0, 2.0, 3.0, 4.0))
WINDOWS = ("2025-fall", "2025-winter", "2026-spring")


def _read(*parts: str) -> pd.DataFrame:
    return pd.read_csv(sample_data(*parts), dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def put_in() -> dict:
    return json.loads(sample_data("truth.json").read_text(encoding="utf-8"))["put_in"]


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    """All scores as a score table, from the files."""
    windows = _read("work", "index.csv").set_index("piece").window
    roster = _read("roster.csv").drop_duplicates("person_id").set_index("person_id")
    table = pd.concat([_read("scores", "operational.csv"), _read("sessions", "scores.csv")])
    table = table.assign(
        score=pd.to_numeric(table.score, errors="coerce"),
        code=table.code.replace("", pd.NA),
        session=table.session.replace("", pd.NA),
        joint=table.joint_with.fillna("") != "",
        window=table.piece.map(windows),
        rater_school=table.rater.map(roster.school_id),
    )
    return table.drop(columns=["comment", "minutes", "joint_with", "scored_at"])


@pytest.fixture(scope="module")
def everyday(scores: pd.DataFrame) -> pd.DataFrame:
    return scores[scores["round"] == "operational"]


@pytest.fixture(scope="module")
def compared(everyday: pd.DataFrame) -> Comparison:
    return compare(everyday, SCALES)


@pytest.fixture(scope="module")
def contrasts(scores: pd.DataFrame) -> SeverityResult:
    return severity(scores, SCALES)


@pytest.fixture(scope="module")
def modelled(scores: pd.DataFrame) -> SeverityModel:
    return severity_model(scores, SCALES)


def _exact_agreement(table: pd.DataFrame) -> float:
    same = pairs = 0
    for _, judged in table.dropna(subset="score").groupby(["piece", "criterion"]):
        for one, other in itertools.combinations(judged.score, 2):
            same += one == other
            pairs += 1
    return same / pairs


def test_agreement_grows_over_the_nine_sessions(scores: pd.DataFrame) -> None:
    blind = scores[scores["round"] == "blind"]
    agreement = blind.groupby("session").apply(_exact_agreement).sort_index()
    assert np.corrcoef(range(9), agreement)[0, 1] > 0.7
    assert agreement[-3:].mean() - agreement[:3].mean() > 0.15


def test_the_second_round_lies_closer_together_in_every_session(scores: pd.DataFrame) -> None:
    talked = scores[scores["round"] == "after_discussion"].groupby("session")
    for session, second in talked:
        first = scores[
            (scores.session == session)
            & (scores["round"] == "blind")
            & scores.piece.isin(second.piece)
        ]
        assert _exact_agreement(second) > _exact_agreement(first) + 0.05, session
    assert movement(scores[scores.session.notna()], SCALES).rows


def test_the_severe_rater_is_clearly_harsh_and_the_harshest(
    contrasts: SeverityResult, put_in: dict
) -> None:
    totals = {row.rater: row for row in contrasts.rows if row.criterion == "total"}
    severe = totals[put_in["severe_rater"]]
    assert severe.verdict == "lower" and severe.ci_high < -0.35
    clear = [row for row in totals.values() if row.n_pieces >= 15]
    assert min(clear, key=lambda row: row.difference) is severe


def test_roosevelt_is_found_lenient_on_shared_work(compared: Comparison, put_in: dict) -> None:
    lenient = put_in["lenient_school"]
    rest = next(one for one in compared.against_rest() if one.a == lenient)
    assert rest.verdict == "different" and rest.ci95[0] > 0.15
    for pair in compared.between_pairs():
        if lenient in (pair.a, pair.b) and pair.n_shared_pieces >= 10:
            generous = pair.difference if pair.a == lenient else -pair.difference
            assert pair.verdict == "different"
            assert 0.2 < generous < 0.6


def test_plain_averages_of_the_schools_would_hide_it(
    everyday: pd.DataFrame, compared: Comparison, put_in: dict
) -> None:
    own = everyday[everyday.purpose == "own_student"]
    means = own.groupby("rater_school").score.mean()
    plain = means[put_in["lenient_school"]] - means["lincoln"]
    shared = next(
        one for one in compared.between_pairs() if {one.a, one.b} == {"lincoln", "roosevelt"}
    )
    assert abs(plain) < 0.15 < 0.25 < abs(shared.difference)


def test_nothing_is_said_of_schools_that_share_no_piece(compared: Comparison, put_in: dict) -> None:
    pairs = {frozenset((one.a, one.b)): one for one in compared.between_pairs()}
    unlinked = pairs[frozenset(put_in["unlinked_schools"])]
    assert unlinked.n_shared_pieces == 0
    assert unlinked.verdict == "cannot tell" and np.isnan(unlinked.difference)
    assert pairs[frozenset(put_in["hardly_linked_schools"])].verdict == "cannot tell"


def test_schools_that_score_alike_are_not_called_different(
    compared: Comparison, put_in: dict
) -> None:
    lenient = put_in["lenient_school"]
    alike = [one for one in compared.between_pairs() if lenient not in (one.a, one.b)]
    assert all(one.verdict != "different" for one in alike)
    assert any(one.verdict == "same" for one in alike)


def test_the_halo_raters_criteria_go_together_more_than_anyones(
    everyday: pd.DataFrame, put_in: dict
) -> None:
    blind = everyday[everyday.purpose == "independent"]
    readings = blind.pivot_table(index=["piece", "rater"], columns="criterion", values="score")

    def together(own: pd.DataFrame) -> float:
        return float(own.corr().to_numpy()[np.triu_indices(5, 1)].mean())

    enough = readings.dropna().groupby("rater").filter(lambda own: len(own) >= 10)
    found = enough.groupby("rater").apply(together).sort_values()
    assert found.index[-1] == put_in["halo_rater"]
    assert found.iloc[-1] > found.iloc[-2] + 0.08


def test_the_drifting_rater_becomes_harsher_over_the_year(
    scores: pd.DataFrame, contrasts: SeverityResult, put_in: dict
) -> None:
    found = drift(scores, SCALES, put_in["drifting_rater"], order=WINDOWS)
    assert found.verdict == "fell" and found.change < -0.35
    differences = [point.difference for point in found.points]
    assert differences == sorted(differences, reverse=True)
    steady = drift(scores, SCALES, put_in["severe_rater"], order=WINDOWS)
    assert steady.verdict != "fell"


def test_the_model_puts_the_severe_rater_at_the_top_of_one_scale(
    modelled: SeverityModel, put_in: dict
) -> None:
    assert modelled.fit.connected and modelled.fit.converged
    table = modelled.fit.tables["rater"]
    assert table.ids[int(np.argmax(table.measure))] == put_in["severe_rater"]
    verdict = next(one for one in modelled.verdicts if one.rater == put_in["severe_rater"])
    assert verdict.verdict == "harsher" and -1.0 < verdict.difference < -0.4


def test_the_model_names_the_halo_rater_and_nobody_else(
    modelled: SeverityModel, put_in: dict
) -> None:
    flagged = [one.rater for one in modelled.effects if one.effect == "halo" and one.flagged]
    assert flagged == [put_in["halo_rater"]]


def test_without_pieces_read_again_the_model_does_not_speak_of_drift(
    modelled: SeverityModel,
) -> None:
    assert modelled.drift and {one.verdict for one in modelled.drift} == {"cannot tell"}


def test_teachers_are_a_little_kinder_to_their_own_students(everyday: pd.DataFrame) -> None:
    found = own_teachers(everyday, SCALES)
    lead = found.of()[0]
    assert lead.n_teachers >= 40 and lead.n_pieces > 450
    assert lead.ci95[0] < 0.08 < lead.ci95[1]
    assert lead.verdict == "alike"
    assert "do not look picked" in found.sentence  # others' pieces were drawn by chance


def test_the_settled_demand_of_every_task_is_the_stated_one() -> None:
    truth = json.loads(sample_data("truth.json").read_text(encoding="utf-8"))["task_demand"]
    ratings = _read("scores", "task-ratings.csv")
    levels = pd.to_numeric(ratings.score).groupby(ratings.task).median()
    assert {task: int(level) for task, level in levels.items()} == truth
    listed = _read("work", "tasks.csv").set_index("task").dok.astype(int)
    assert {task for task in truth if listed[task] > truth[task]} == {
        "all-about-k2",
        "how-it-works-35",
        "small-moment-35",
    }


def test_anchors_show_who_is_severe_and_most_raters_qualify(put_in: dict) -> None:
    settled = [
        (one["piece"], line["criterion"], float(line["score"]))
        for path in sorted(sample_data("sessions").glob("S??.yaml"))
        for held in [yaml.safe_load(path.read_text(encoding="utf-8"))]
        for one in held["anchors"]
        for line in held["consensus"]
        if line["piece"] == one["piece"]
    ]
    anchors = pd.DataFrame(settled, columns=["piece", "criterion", "anchor"])
    table = _read("scores", "validity.csv").drop(columns=["scored_at", "joint_with", "session"])
    table = table.assign(
        score=pd.to_numeric(table.score, errors="coerce"), code=table.code.replace("", pd.NA)
    )
    beside = {one.rater: one for one in beside_anchors(table, anchors, SCALES)}
    assert len(beside) == 20
    severe = beside[put_in["severe_rater"]]
    assert severe.verdict == "not yet" and severe.found.bias_high < 0
    assert sum(one.verdict == "qualified" for one in beside.values()) > 10
