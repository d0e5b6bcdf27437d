"""The map of pairs in the school report: pseudonyms alone, and only where there are raters enough."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from calibrate.reports.agreement_section import pairs_of_sessions
from calibrate.store.project import Project
from calibrate.workflows.district_facts import rater_pseudonyms
from calibrate.workflows.rubric_in_use import rubric_in_use
from calibrate.workflows.score_tables import score_table


@pytest.fixture
def asked(own_sample_project):
    with Project.open(own_sample_project) as project:
        table = score_table(project)
        seen = {}

        def pairs_figure(matrix, names):
            seen.update(matrix=matrix, names=names)
            return SimpleNamespace(png=lambda: b"x", alt="A map.", sentence=matrix.sentence)

        def ask(readings, sessions):
            return pairs_of_sessions(
                readings,
                sessions,
                rubric_in_use(project, table),
                SimpleNamespace(pairs_figure=pairs_figure),
                lambda raters: rater_pseudonyms(project, raters),
            ).html

        yield table, ask, seen


def test_every_reader_has_a_pseudonym_and_one_sentence_says_what_is_seen(asked):
    table, ask, seen = asked
    shown = ask(table, sorted(table["session"].dropna().unique()))
    assert "Who reads alike" in shown
    assert seen["matrix"].sentence in shown
    assert len(seen["matrix"].raters) > 20
    assert set(seen["names"]) == set(seen["matrix"].raters)
    assert all(name.startswith("Rater ") for name in seen["names"].values())


def test_with_few_readers_there_is_no_map(asked):
    table, ask, seen = asked
    few = table[table["rater"].isin(sorted(table["rater"].unique())[:5])]
    assert ask(few, sorted(table["session"].dropna().unique())) == ""
    assert seen == {}
