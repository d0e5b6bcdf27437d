"""The settled scores that a project holds, and the rule by which raters are held to them."""

from __future__ import annotations

import math

import pandas as pd

from calibrate.model.rubric import Rubric
from calibrate.stats.anchor import QualificationRule
from calibrate.store.project import Project
from calibrate.store.settings import Settings

_COLUMNS = ["piece", "criterion", "anchor", "session"]


def anchor_scores(project: Project, rubric: Rubric) -> pd.DataFrame:
    """The current anchors made with a rubric.

    Returns
    -------
    pandas.DataFrame
        Columns ``piece`` (its code), ``criterion``, ``anchor`` (the value of its level) and
        ``session`` (that settled it; missing for an anchor that was brought in).
    """
    levels = {
        (one.id, level.id): level.value for one in rubric.criteria for level in one.scale.levels
    }
    with project.reading() as unit:
        current = unit.sessions.anchors.current(rubric_id=rubric.id, rubric_version=rubric.version)
        codes = {one.id: one.code for one in unit.work.pieces.all()} if current else {}
        settled_in = (
            {one.id: one.session_id for one in unit.sessions.consensus.all()} if current else {}
        )
    rows = [
        (
            codes[one.piece_id],
            one.criterion_id,
            levels[one.criterion_id, one.level_id],
            settled_in.get(one.consensus_id or "", pd.NA),
        )
        for one in current
        if (one.criterion_id, one.level_id) in levels
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def qualification_rule(settings: Settings) -> QualificationRule:
    """The rule of ``calibrate.toml``, section ``[anchors]``."""
    largest = math.inf if settings.qualify_bias is None else settings.qualify_bias
    return QualificationRule(
        "the project's rule",
        dict(settings.qualify_exact),
        settings.qualify_adjacent,
        largest,
        settings.qualify_fewest,
    )
