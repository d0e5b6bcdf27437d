"""Severity on one scale: the many-facet Rasch model of a score table, labelled and said in sentences.

How it lives beside `analysis.severity`: that one sets a rater beside the others on the very same pieces, in rubric points, and
asks nothing of a model; it is what reports to people show. This one joins all raters through chains of shared pieces, so that
raters who never met can be compared, and tells difficulty, fit and rater effects. Its severity is in logits, positive is harsher.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from calibrate.analysis.piece_groups import PieceGroups, piece_groups
from calibrate.analysis.readings import LeftOut, ScaleLike, as_scales, independent_blind
from calibrate.analysis.severity_anchors import notes_on_anchors, notes_on_displaced
from calibrate.analysis.severity_drift import RereadDrift, reread_drift
from calibrate.analysis.severity_effects import (
    BiasTable,
    RaterEffect,
    bias_tables,
    effects_by_rater,
)
from calibrate.analysis.severity_steps import LevelAdvice, level_advice, too_few_scores
from calibrate.analysis.severity_verdicts import RaterVerdict, rater_verdicts
from calibrate.analysis.severity_words import whole_sentence
from calibrate.analysis.wording import label, some_listed
from calibrate.errors import ArgumentError
from calibrate.stats.facets import FacetsFit, fit_facets, prepare_judgements
from calibrate.stats.facets.model import measured_judgements
from calibrate.stats.facets.unexpected import Unexpected, unexpected_judgements

STANDARD = ("piece", "rater", "criterion", "score")


@dataclass(frozen=True, eq=False)
class SeverityModel:
    """A fitted model with everything that is said of it.

    Attributes
    ----------
    fit
        Measures, errors and fit of every element; see `FacetsFit`.
    model
        ``rating_scale`` or ``partial_credit``.
    groups
        Which pieces may differ in quality on average.
    verdicts
        Every rater beside the average rater of the subset.
    effects
        Central tendency and halo, by rater.
    bias
        Raters by criterion, and by the columns asked for.
    drift
        Raters between windows, where earlier pieces were read again; None where no column tells the window.
    unexpected
        Judgements far from what was expected, farthest first.
    advice
        What the steps say of the rubric's levels.
    left_out
        Judgements that do not count, with the reason.
    notes
        What a reader must know beside the numbers.
    sentence
        The plain sentence.
    """

    fit: FacetsFit
    model: str
    groups: PieceGroups
    verdicts: tuple[RaterVerdict, ...]
    effects: tuple[RaterEffect, ...]
    bias: tuple[BiasTable, ...]
    drift: tuple[RereadDrift, ...] | None
    unexpected: tuple[Unexpected, ...]
    advice: tuple[LevelAdvice, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    sentence: str


def severity_model(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    estimator: str = "mml",
    model: str = "rating_scale",
    errors: str = "robust",
    facets: Sequence[str] = (),
    bias_by: Sequence[str] = (),
    anchors: Mapping[str, Mapping[str, float]] | None = None,
    correct_bias: bool = False,
    labels: Mapping[str, str] | None = None,
) -> SeverityModel:
    """Fit the many-facet Rasch model to the independent blind readings of a score table.

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion.
    estimator, errors, anchors, correct_bias
        As in `fit_facets`.
    model
        ``rating_scale`` (criteria with equally many levels share their steps) or ``partial_credit``.
    facets
        Columns that are further facets: a school of raters, a task, a window.
    bias_by
        Columns by which raters are checked for bias beside the criteria: a school, a group of students.
    labels
        What raters and criteria are called in sentences.

    Raises
    ------
    ArgumentError
        A column that the table has not, or that is one of the four every table has.
    DataError
        Anchors of which not one has an id of the table.
    """
    for column in (*facets, *bias_by):
        if column not in table.columns or column in STANDARD:
            raise ArgumentError(
                f"The score table has no column {column!r} to use as a facet or group.",
                fix="Name a column of the table other than piece, rater, criterion and score.",
            )
    chosen = independent_blind(table, scales)
    rows = chosen.table
    known = {name: scale.values for name, scale in as_scales(scales).items()}
    groups = piece_groups(rows)
    data = prepare_judgements(
        rows["piece"],
        rows["rater"],
        rows["criterion"],
        rows["score"],
        known,
        further={one: _text(rows, one) for one in facets},
        groups=groups.labels if estimator == "mml" else None,
        model=model,
    )
    fit = fit_facets(
        data, estimator=estimator, errors=errors, anchors=anchors, correct_bias=correct_bias
    )
    said_of_anchors = (*notes_on_anchors(data, anchors), *notes_on_displaced(fit, labels))
    judged = [(part, measured_judgements(data, part)) for _, part in fit.bounded]
    verdicts = rater_verdicts(fit, labels)
    effects = effects_by_rater(fit, labels)
    columns = {one: _text(rows, one) for one in bias_by}
    options = {"estimator": estimator, "model": model, "errors": errors}
    drift = reread_drift(table, scales, labels=labels, **options)
    return SeverityModel(
        fit,
        model,
        groups,
        verdicts,
        effects,
        bias_tables(fit, rows, columns, labels),
        drift,
        unexpected_judgements(judged),
        level_advice(fit, labels),
        chosen.left_out,
        (*_notes(fit, groups, estimator, labels), *said_of_anchors),
        whole_sentence(fit, verdicts, labels),
    )


def _text(rows: pd.DataFrame, column: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.asarray(rows[column].astype("string").fillna("not told").to_numpy(dtype=object))


def _notes(
    fit: FacetsFit, groups: PieceGroups, estimator: str, labels: Mapping[str, str] | None
) -> tuple[str, ...]:
    notes = []
    if estimator == "mml":
        notes.append(groups.note)
    if fit.joined_by_extremes:
        notes.append(
            "Some raters share pieces, but only such as one side gave the lowest or the highest level throughout: these tell who "
            "is harsher, not by how much, so they carry no link."
        )
    for name, reason in fit.hidden.items():
        notes.append(f"No measures for {name}: {reason}.")
    if any(part.unbounded for _, part in fit.fits):
        notes.append(
            "On every shared piece the scores differ the same way, so the model has no finite measures; more pieces will help."
        )
    elif fit.fits and not fit.converged:
        notes.append(
            "The estimates had not settled when the iterations ended; take them with care."
        )
    if few_scores := too_few_scores(fit):
        names = some_listed([label(labels, one) for one in few_scores])
        notes.append(f"There are too few scores to say anything of the levels of {names}.")
    few = [part for _, part in fit.fits if len(np.unique(part.data.piece)) < 30]
    if few and fit.options.errors == "robust":
        notes.append(
            "With fewer than 30 pieces the errors are at least those of the plain model, and still rough."
        )
    return tuple(notes)
