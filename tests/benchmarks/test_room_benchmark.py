"""The room under load, with two raters for two seconds: it ends, measures, and finds everything that was acknowledged."""

from __future__ import annotations

from benchmarks import room


def test_it_measures_and_finds_what_was_acknowledged(capsys) -> None:
    assert room.main(["--raters", "2", "--seconds", "2", "--browsers", "0"]) == 0
    said = capsys.readouterr().out
    assert "nothing lost" in said and "saves, one a second each" in said
    assert " 0 lost" in said


def test_what_was_not_kept_is_counted_as_lost(norming) -> None:
    token = norming.handouts["r2"].token
    told = room.Told(acknowledged={("p1", "IDEAS"): "3"})
    assert room.lost(norming, {"r2": token}, [told]) == (1, 1)


def test_a_share_is_the_value_that_so_many_do_not_exceed() -> None:
    assert room.share([float(n) for n in range(1, 101)], 0.95) == 96.0
    assert room.share([5.0], 0.99) == 5.0
