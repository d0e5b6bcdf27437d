"""Who is called harsh, and when these scores cannot tell."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.severity_model import severity_model
from calibrate.analysis.severity_verdicts import half_widths, rater_verdicts
from calibrate.analysis.severity_words import zero_of
from calibrate.errors import DataError
from calibrate.stats.facets import fit_facets
from tests.analysis.test_severity_model import as_table, scales
from tests.stats.facets.simulated import draw, panel


def test_a_team_of_five_pieces_whose_raters_are_alike_hears_of_no_harsh_rater():
    """Criteria that hang together and five pieces: with a normal interval somebody was called harsh in every sixth team."""
    called = 0
    for seed in range(12):
        rng = np.random.default_rng(seed + 5000)
        drawn = draw(
            seed, rng.normal(0, 1.3, 5), [list(range(8))] * 5, np.zeros(8), np.zeros(4), halo=0.8
        )
        found = rater_verdicts(fit_facets(drawn.prepared()))
        called += any(one.verdict in ("harsher", "more lenient") for one in found)
        assert all(one.df <= 4 for one in found if math.isfinite(one.df))
    assert called == 0


def test_the_interval_in_points_is_that_of_the_severity():
    found = severity_model(as_table(panel(1, pieces=120)), scales(3))
    for one in found.verdicts:
        assert one.ci_low < one.difference < one.ci_high
        assert one.df > 20
    worst = max(found.verdicts, key=lambda one: one.half_logits)
    table = found.fit.tables["rater"]
    assert worst.half_logits == pytest.approx(2.0 * table.se[table.row(worst.rater)], rel=0.1)


def test_a_rater_who_gave_only_the_highest_level_is_lenient_by_a_guess():
    table = as_table(panel(2, pieces=60))
    table.loc[table.rater == "R5", "score"] = 4.0
    found = {one.rater: one for one in severity_model(table, scales(3)).verdicts}["R5"]
    assert found.verdict == "more lenient"
    assert found.ci_high - found.ci_low > 0.01, (
        "at the ceiling a slope is nothing, an interval is not"
    )
    assert found.sentence.endswith("every score was the highest, so how much is a guess.")
    assert "give or take" not in found.sentence


def test_a_sentence_that_begins_with_an_id_leaves_it_as_it_is():
    table = as_table(panel(2, pieces=60))
    table.loc[table.rater == "R5", "score"] = 4.0
    table["rater"] = table["rater"].str.lower()
    told = severity_model(table, scales(3)).sentence
    assert told.startswith("r4 is harsher"), told


def test_one_piece_calls_nobody_anything():
    found = severity_model(as_table(panel(1, pieces=1, raters=5, each=5)), scales(3))
    assert {one.verdict for one in found.verdicts} == {"cannot tell"}
    assert all("only 1 piece" in one.sentence for one in found.verdicts)
    assert all(math.isnan(one.se) for one in found.verdicts)


def test_raters_of_a_school_are_set_beside_their_school():
    drawn = panel(1, pieces=60)
    table = as_table(drawn, home_school=np.where(drawn.rater < 3, "A", "B"))
    found = severity_model(table, scales(3), facets=["home_school"])
    assert all(
        "the average rater of the same home school" in one.sentence for one in found.verdicts
    )
    assert "the others of their home school" in found.sentence
    # A rater at the middle of the harsher school gives what that school gives, not what all give.
    rater = found.fit.tables["rater"]
    school = found.fit.tables["home_school"]
    for one in found.verdicts:
        at = rater.row(one.rater)
        home = school.fair[school.row("A" if int(one.rater[1]) < 3 else "B")]
        assert rater.fair[at] - home == pytest.approx(one.difference, abs=1e-6)


def anchored(facet: str, values: dict[str, float], **options):
    return severity_model(
        as_table(panel(7, pieces=80)), scales(3), anchors={facet: values}, **options
    )


def test_an_anchor_that_no_longer_fits_is_named_with_how_far_it_would_move():
    free = severity_model(as_table(panel(7, pieces=80)), scales(3)).fit.tables["rater"]
    known = dict(zip(free.ids, free.measure.tolist(), strict=True))
    assert not [one for one in anchored("rater", known).notes if "no longer" in one]
    told = [one for one in anchored("rater", known | {"R2": 2.0}).notes if "no longer" in one]
    assert len(told) == 1
    assert (
        told[0].startswith("Of 6 anchors of the facet rater, 1 no longer fits")
        and "R2 −1." in told[0]
    )


@pytest.mark.parametrize("estimator", ["mml", "jml"])
def test_anchored_pieces_show_how_far_they_would_move(estimator):
    free = severity_model(as_table(panel(7, pieces=80)), scales(3), estimator=estimator)
    pieces = free.fit.tables["piece"]
    known = dict(zip(pieces.ids[:20], pieces.measure[:20].tolist(), strict=True))
    known["P003"] += 4
    found = anchored("piece", known, estimator=estimator)
    table = found.fit.tables["piece"]
    moved = {one: table.displacement[table.row(one)] for one in known}
    assert moved["P003"] < -1.5
    assert max(abs(value) for one, value in moved.items() if one != "P003") < 0.75
    assert any("P003" in one for one in found.notes if "no longer" in one)
    assert np.isnan(table.displacement[20:]).all()


def test_steps_given_in_part_hold_nothing_and_that_is_said():
    found = anchored("step", {"C0:2": -1.0, "C0:3": 0.0})
    assert any("Only some steps of C0 were given" in one for one in found.notes)
    free = severity_model(as_table(panel(7, pieces=80)), scales(3))
    assert found.fit.log_likelihood == pytest.approx(free.fit.log_likelihood)


def test_steps_that_contradict_each_other_are_refused():
    both = {f"C{c}:{k}": (k - 3) * (1 + c) for c in (0, 1) for k in (2, 3, 4)}
    with pytest.raises(DataError, match="C0 and C1 different steps") as refused:
        anchored("step", both)
    assert "partial_credit" in refused.value.fix
    found = anchored("step", both, model="partial_credit").fit.steps
    assert [one.threshold for one in found[:6]] == pytest.approx([-1, 0, 1, -2, 0, 2])


def test_every_rater_held_leaves_pieces_and_criteria_on_their_scale():
    """All raters at last year's values a logit up: pieces and criteria follow, and nobody is called anything."""
    free = severity_model(as_table(panel(7, pieces=80)), scales(3)).fit
    known = {
        one: value + 1
        for one, value in zip(free.tables["rater"].ids, free.tables["rater"].measure, strict=True)
    }
    found = anchored("rater", known)
    assert found.fit.tables["rater"].measure == pytest.approx(list(known.values()))
    assert found.fit.tables["piece"].measure == pytest.approx(
        free.tables["piece"].measure + 1, abs=0.02
    )
    assert {one.verdict for one in found.verdicts} == {"cannot tell"}
    assert all(one.sentence.endswith("was held at a known value.") for one in found.verdicts)


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_poor_table_gives_words_and_no_silly_number():
    """Whatever little there is: no error, a reason for every gap, no endless error told as a fact."""
    from calibrate.analysis.severity_json import severity_as_dict

    for seed in range(12):
        rng = np.random.default_rng(seed)
        p, r, c = np.indices(rng.integers(1, 6, 3)).reshape(3, -1)
        score = [rng.integers(1, 5, len(p)), np.clip(p % 4 + 1 + (r > 1), 1, 4)][seed % 2]
        keep = rng.random(len(p)) < rng.choice([0.4, 1.0])
        keep[0] = True
        table = pd.DataFrame(
            {
                "piece": np.char.add("P", p.astype(str)),
                "rater": np.char.add("R", r.astype(str)),
                "criterion": np.char.add("C", c.astype(str)),
                "score": score.astype(float),
                "school": np.where(r < 2, "A", "B"),
            }
        )[keep]
        answer = severity_as_dict(
            severity_model(
                table,
                scales(5),
                estimator=("mml", "jml")[seed // 2 % 2],
                model=("rating_scale", "partial_credit")[seed // 4 % 2],
                facets=(["school"], [])[seed // 8 % 2],
            )
        )
        for rows in answer["facets"].values():
            for row in rows:
                assert math.isfinite(row["measure"]) or row["undefined"]
                assert not row["se"] > 10
                assert not abs(row["measure"]) >= 15


@pytest.mark.parametrize("estimator", ["mml", "jml"])
def test_an_anchor_of_a_piece_that_is_not_here_changes_nothing(estimator):
    """It must not let the raters float: without a piece that is held, nothing would hold them."""
    free = severity_model(as_table(panel(7, pieces=80)), scales(3), estimator=estimator)
    data = free.fit.data
    stray = fit_facets(data, estimator=estimator, anchors={"piece": {"last year": 1.0}})
    assert stray.tables["rater"].measure == pytest.approx(free.fit.tables["rater"].measure)
    assert [one.verdict for one in rater_verdicts(stray)] == [one.verdict for one in free.verdicts]


def test_on_a_held_scale_raters_are_set_beside_its_zero_and_not_beside_each_other():
    found = anchored("rater", {"R0": 0.2, "R1": 0.4})
    assert zero_of(found.fit) == "where the anchors put it"
    others = [one for one in found.verdicts if one.rater not in ("R0", "R1")]
    assert all("than a rater at 0 on the held scale" in one.sentence for one in others)
    assert "harsher than a rater at 0 on the held scale" in found.sentence
    free = severity_model(as_table(panel(7, pieces=80)), scales(3))
    assert zero_of(free.fit) == "the average rater"


def test_two_schools_that_share_ten_pieces_have_an_interval_for_ten_pieces():
    """400 pieces of their own say nothing of how the schools differ: the interval is Student's t of the ten."""
    rng = np.random.default_rng(4)
    quality = np.r_[rng.normal(0, 1, 10), rng.normal(0, 1, 80), rng.normal(0.5, 1, 80)]
    readers = [[0, 1, 2, 3]] * 10 + [[i % 2] for i in range(80)] + [[2 + i % 2] for i in range(80)]
    drawn = draw(4, quality, readers, np.zeros(4), np.array([-0.3, 0.0, 0.3]))
    where = np.repeat(["both", "A", "B"], [10, 80, 80])[drawn.piece]
    school = np.where(drawn.rater < 2, "A", "B")
    found = fit_facets(drawn.prepared(groups=where, further={"home": school}))
    table = found.tables["home"]
    assert (half_widths(found, "home") / table.se > 2.1).all()
    assert abs(table.measure[0]) < half_widths(found, "home")[0]


def test_a_few_scores_say_nothing_of_the_wording_of_levels():
    found = severity_model(as_table(panel(1, pieces=2, raters=4, each=4, criteria=2)), scales(2))
    assert not found.advice
    assert any(
        "too few scores to say anything of the levels of C0 and C1" in one for one in found.notes
    )
