"""Sessions that were held already."""

from __future__ import annotations

from datetime import date

import pytest

from calibrate.errors import DataError, ImportRefused
from calibrate.exchange.sessions import read_sessions
from calibrate.model.session import MinuteKind

GOOD = """\
id: S01
title: "Small moments, first look"
held_on: 2025-10-14
window: 2025-fall
rubric: k8-writing
version: 1
schools: [lincoln]
facilitator: E1
panel: [E1, E2]
pieces: [P0001, P0002]
agreed:
  - We read the drawing and the writing together.
open:
  - "Focus, between 2 and 3: is one scene enough?"
needs: []
actions:
  - {who: First grade team, what: Teach three lessons, due: 2025-11-04}
rubric_notes: Development needs an example.
consensus:
  - {piece: P0001, criterion: FOC, score: 3, reason: One clear moment.}
  - {piece: P0002, criterion: FOC, code: BLANK, reason: Nothing is written.}
"""


def folder(tmp_path, **files: str):
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def test_a_held_session_is_read_with_minutes_actions_and_consensus(tmp_path):
    found = read_sessions(folder(tmp_path, S01=GOOD))
    assert found.problems.found == []
    assert found.scores is None
    (session,) = found.sessions
    assert (session.id, session.held_on, session.version) == ("S01", date(2025, 10, 14), 1)
    assert session.panel == ("E1", "E2")
    assert [kind for kind, _ in session.minutes] == [
        MinuteKind.AGREED,
        MinuteKind.OPEN,
        MinuteKind.RUBRIC_NOTE,
    ]
    assert session.actions == (("First grade team", "Teach three lessons", date(2025, 11, 4)),)
    assert [(c.piece, c.cell, c.is_code, c.line) for c in session.consensus] == [
        ("P0001", "3", False, 20),
        ("P0002", "BLANK", True, 21),
    ]


def test_the_scores_beside_are_found_and_plans_are_left_out(tmp_path):
    folder(tmp_path, S01=GOOD, plan="sessions: []\n")
    (tmp_path / "scores.csv").write_text("piece,rater,criterion,score\nP1,R1,F,1\n")
    found = read_sessions(tmp_path)
    assert len(found.sessions) == 1
    assert found.scores is not None
    assert "plan.yaml" in found.problems.warnings[0]


def test_one_file_can_be_read_alone(tmp_path):
    folder(tmp_path, S01=GOOD, S02=GOOD.replace("S01", "S02"))
    assert [one.id for one in read_sessions(tmp_path / "S02.yaml").sessions] == ["S02"]


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        (("title:", "titel:"), None, "not known in the session"),
        (("2025-10-14", "October"), "held_on", "not a date"),
        (("version: 1", "version: x"), "version", "not a number"),
        (("panel: [E1, E2]", "panel: [E1, E1]"), "panel", "listed twice"),
        (("pieces: [P0001, P0002]", "pieces: []"), "pieces", "needs pieces"),
        (("score: 3", "score: 3, code: BLANK"), "score", "Exactly one"),
        (("piece: P0002", "piece: P0001"), "consensus", "settled twice"),
        (("what: Teach three lessons, ", ""), "what", "needs what"),
    ],
)
def test_each_rule_is_held(tmp_path, change, column, words):
    problems = read_sessions(folder(tmp_path, S01=GOOD.replace(*change))).problems.found
    assert any(words in one.message and one.column == column for one in problems)
    assert all(one.file == "S01.yaml" and one.row for one in problems)


def test_two_files_with_one_id_are_refused(tmp_path):
    (problem,) = read_sessions(folder(tmp_path, S01=GOOD, S02=GOOD)).problems.found
    assert problem.file == "S02.yaml"


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="no session"):
        read_sessions(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        read_sessions(tmp_path / "S09.yaml")
