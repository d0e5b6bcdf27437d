"""The JSON of `calibrate severity`: the fields that other programs rely on."""

from __future__ import annotations

import math
from typing import Any

from calibrate.analysis.severity_effects import CENTRAL, HALO, BiasTable
from calibrate.analysis.severity_model import SeverityModel
from calibrate.stats.facets import FacetsFit
from calibrate.stats.facets.tables import WHY, ElementTable

MOST_UNEXPECTED = 200
"""How many unexpected judgements are listed, farthest first; their number is told in full."""


def severity_as_dict(found: SeverityModel) -> dict[str, Any]:
    """The fields of the JSON answer, full precision; ``nan`` becomes ``null`` where it is printed."""
    fit = found.fit
    return {
        "estimator": fit.options.estimator,
        "model": found.model,
        "errors": fit.options.errors,
        "converged": fit.converged,
        "iterations": fit.iterations,
        "log_likelihood": fit.log_likelihood,
        "connected": fit.connected,
        "subsets": fit.subset_ids(),
        "weak_links": [
            {
                "raters": [fit.data.facets[0].ids[r] for r in link.raters],
                "n_pieces": link.n_pieces,
            }
            for link in fit.weak
        ],
        "facets": {name: _elements(table) for name, table in fit.tables.items()},
        "steps": [
            {
                "criterion": step.criterion,
                "level": step.level,
                "threshold": step.threshold,
                "se": step.se,
                "n": step.n,
                "subset": step.subset,
            }
            for step in fit.steps
        ],
        "separation": {
            name: {
                "separation": one.separation,
                "strata": one.strata,
                "reliability": one.reliability,
                "chi_square": one.chi_square,
                "df": one.df,
                "p": one.p,
            }
            for name, one in fit.separation.items()
        },
        "agreement": {
            "observed": fit.agreement.observed,
            "expected": fit.agreement.expected,
            "rasch_kappa": fit.agreement.kappa,
            "n_pairs": fit.agreement.n_pairs,
        },
        "piece_groups": _groups(fit),
        "verdicts": [
            {
                "rater": one.rater,
                "subset": one.subset,
                "difference": one.difference,
                "se": one.se,
                "ci_low": one.ci_low,
                "ci_high": one.ci_high,
                "df": one.df,
                "margin": one.margin,
                "verdict": one.verdict,
                "sentence": one.sentence,
            }
            for one in found.verdicts
        ],
        "effects": {
            CENTRAL: _effects(found, CENTRAL),
            HALO: _effects(found, HALO),
            "bias": [_bias(one) for one in found.bias],
            "drift": _drift(found),
        },
        "n_unexpected": len(found.unexpected),
        "unexpected": [
            {
                "piece": one.piece,
                "rater": one.rater,
                "criterion": one.criterion,
                "score": one.score,
                "expected": one.expected,
                "z": one.z,
            }
            for one in found.unexpected[:MOST_UNEXPECTED]
        ],
        "level_advice": [
            {
                "criterion": one.criterion,
                "level": one.level,
                "kind": one.kind,
                "n": one.n,
                "sentence": one.sentence,
            }
            for one in found.advice
        ],
        "left_out": [{"reason": one.reason, "n": one.n} for one in found.left_out],
        "notes": list(found.notes),
        "sentence": found.sentence,
    }


def _elements(table: ElementTable) -> list[dict[str, Any]]:
    columns = {
        "id": table.ids,
        "measure": table.measure.tolist(),
        "se": table.se.tolist(),
        "infit_mnsq": table.infit.tolist(),
        "outfit_mnsq": table.outfit.tolist(),
        "infit_z": table.infit_z.tolist(),
        "outfit_z": table.outfit_z.tolist(),
        "fair_score": table.fair.tolist(),
        "observed_mean": table.observed.tolist(),
        "n": table.n.tolist(),
        "subset": table.subset.tolist(),
        "state": table.state,
        "displacement": table.displacement.tolist(),
        "undefined": [
            WHY.get(state) if math.isnan(measure) else None
            for state, measure in zip(table.state, table.measure.tolist(), strict=True)
        ],
    }
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _groups(fit: FacetsFit) -> list[dict[str, Any]]:
    """The mean of each group of pieces on the logit scale of its subset, for marginal estimates."""
    rows = []
    for number, part in fit.bounded:
        if part.group_means is None:
            continue
        for name, mean in zip(fit.data.group_names, part.group_means.tolist(), strict=False):
            if math.isfinite(mean):
                rows.append({"id": name, "subset": number, "mean": mean, "sd": part.spread})
    return rows


def _effects(found: SeverityModel, name: str) -> list[dict[str, Any]]:
    return [
        {
            "rater": one.rater,
            "value": one.value,
            "se": one.se,
            "p": one.p,
            "n_pieces": one.n_pieces,
            "flagged": one.flagged,
            "sentence": one.sentence,
        }
        for one in found.effects
        if one.effect == name
    ]


def _bias(table: BiasTable) -> dict[str, Any]:
    return {
        "by": table.by,
        "n_tested": table.n_tested,
        "sentence": table.sentence,
        "cells": [
            {
                "rater": one.rater,
                "element": one.element,
                "value": one.value,
                "se": one.se,
                "p": one.p,
                "n_pieces": one.n_pieces,
                "flagged": one.flagged,
            }
            for one in table.cells
        ],
    }


def _drift(found: SeverityModel) -> list[dict[str, Any]] | None:
    if found.drift is None:
        return None
    return [
        {
            "rater": one.rater,
            "first": one.first,
            "last": one.last,
            "change": one.change,
            "se": one.se,
            "ci_low": one.ci_low,
            "ci_high": one.ci_high,
            "verdict": one.verdict,
            "reason": one.reason,
            "sentence": one.sentence,
        }
        for one in found.drift
    ]
