"""Schools beside each other as the plain values that the page draws."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from calibrate.analysis.comparability import (
    FEWEST_READERS,
    REST,
    Comparison,
    GroupDifference,
    comparison_sentence,
)
from calibrate.analysis.settling import what_would_settle
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.short_answer import short_answer
from calibrate.analysis.wording import count, listed, signed, upper_first
from calibrate.widgets.cross_school_agreement import Chosen, agreement_state
from calibrate.widgets.cross_school_map import map_state
from calibrate.workflows.school_comparison import SchoolSource

State = dict[str, Any]

ALONE = (
    "One school has nothing to be set beside. When readers of a second school score some of the same "
    "pieces, blind, this page can say whether a 3 here is a 3 there."
)

VERDICTS = {"same": "the same", "different": "different", "cannot tell": "cannot tell"}

DEMAND = {
    1: "1 recall",
    2: "2 skill and concept",
    3: "3 strategic thinking",
    4: "4 extended thinking",
}
"""Webb's depths of knowledge."""


def setup(source: SchoolSource) -> State:
    """What stays the same: the lists to choose from."""
    facts = source.facts
    return {
        "windows": [{"id": "", "title": "Whole year"}]
        + [{"id": one.id, "title": one.title} for one in facts.windows],
        "criteria": [{"id": TOTAL, "title": "All together"}]
        + [{"id": one.id, "title": one.name} for one in facts.rubric.criteria],
        "left_out": facts.left_out,
        "rubric": f"{facts.rubric.title}, version {facts.rubric.version}",
    }


def view(source: SchoolSource, choice: Mapping[str, str]) -> State:
    """What the page draws now.

    Parameters
    ----------
    choice
        ``window``, ``criterion``, ``school`` (empty for all) and ``beside`` (empty for all others).
    """
    window, criterion = choice["window"], choice["criterion"]
    found, labels = source.comparison(window), source.facts.labels
    chosen = Chosen(choice["school"], choice["beside"])
    schools = [{"id": one, "title": labels.get(one, one)} for one in found.links.groups]
    alone = len(schools) < 2
    lead = [one for one in found.against_rest(criterion) if chosen.holds(one) and not alone]
    pairs = [one for one in found.between_pairs(criterion) if chosen.holds(one)]
    within, between = source.agreements(window, criterion)
    return {
        "schools": schools,
        "alone": ALONE if alone else "",
        "answer": ("" if criterion == TOTAL else f"{labels.get(criterion, criterion)}: ")
        + short_answer(found, labels, criterion),
        "map": map_state(found, criterion, labels),
        "about": f"{_about(source, found, window)} {source.shown(window).sentence}".strip(),
        "links": _links(found, labels),
        "agreement": agreement_state(within, between, chosen, labels),
        "differences": _differences(found, lead, pairs, chosen, criterion, labels),
        "by_criterion": _by_criterion(found, chosen, labels),
        "silence": _silence(source, choice, pairs, labels),
        "tasks": _tasks(source, window),
    }


def plain_words(setup: State, view: State) -> list[str]:
    """The view in sentences alone, for a notebook that is read without a kernel."""
    if "refused" in setup:
        return [setup["refused"]]
    parts = [
        view["answer"],
        view["map"]["sentence"],
        *view["map"]["schools"],
        view["links"]["sentence"],
        view["agreement"]["sentence"],
        *(one["words"] for one in view["silence"]["items"]),
        *(one["next"] for one in view["silence"]["items"]),
        view["tasks"]["sentence"],
    ]
    return [one for one in dict.fromkeys(parts) if one]


def _about(source: SchoolSource, found: Comparison, window: str) -> str:
    schools = count(len(found.links.groups), "school")
    period = source.facts.labels.get(window, "the whole year")
    return (
        f"{upper_first(schools)}, {period}. Only work that readers of two schools scored blind, each "
        "for themselves, can answer; how well a school’s students write changes nothing here."
    )


def _links(found: Comparison, labels: Mapping[str, str]) -> State:
    groups = found.links.groups
    rows = [
        {
            "id": one,
            "title": labels.get(one, one),
            "cells": [{"id": two, "n": found.links.shared(one, two)} for two in groups[:at]],
        }
        for at, one in enumerate(groups)
    ]
    most = max((one.n_shared_pieces for one in found.links.links), default=0)
    return {"rows": rows, "most": most, "sentence": found.links.sentence}


def _differences(
    found: Comparison,
    lead: Sequence[GroupDifference],
    pairs: Sequence[GroupDifference],
    chosen: Chosen,
    criterion: str,
    labels: Mapping[str, str],
) -> State:
    shown = [*lead, *pairs]
    if chosen.beside:
        sentence = " ".join(one.sentence for one in shown)
    elif chosen.school:
        sentence = " ".join(one.sentence for one in lead)
    else:
        sentence = comparison_sentence(found.groups, found.pairs, found.links, labels, criterion)
    margin = shown[0].margin if shown else 0.0
    rule = (
        f"The shaded band is the margin: less than {margin:.2f} of a point either way is too small to "
        "matter. “The same” is said only if the whole 90% interval lies inside it; “different” only if "
        f"the 95% interval, which holds together with those of all {found.family_size} comparisons, "
        "leaves zero out."
    )
    return {
        "rows": [_difference(one, labels) for one in shown],
        "n_lead": len(lead),
        "scale": _scale([*found.against_rest(criterion), *found.between_pairs(criterion)]),
        "margin": margin,
        "rule": rule if shown else "",
        "sentence": sentence,
        "few": _few(shown),
    }


def _few(shown: Sequence[GroupDifference]) -> str:
    few = [
        one
        for one in shown
        if one.n_shared_pieces and min(one.n_raters_a, one.n_raters_b) < FEWEST_READERS
    ]
    if not few:
        return ""
    return (
        f"Fewer than {FEWEST_READERS} readers of one side stand behind what is marked “few readers”: it "
        "says more of these people than of their school, and no report for outside shows it."
    )


def _difference(one: GroupDifference, labels: Mapping[str, str]) -> State:
    known = not math.isnan(one.se)
    title = labels.get(one.a, one.a)
    other = "all other schools" if one.b == REST else labels.get(one.b, one.b)
    return {
        "a": one.a,
        "b": one.b,
        "title": title,
        "other": other,
        "verdict": one.verdict,
        "said": VERDICTS[one.verdict],
        "value": one.difference if known else None,
        "low": one.ci95[0] if known else None,
        "high": one.ci95[1] if known else None,
        "near_low": one.ci90[0] if known else None,
        "near_high": one.ci90[1] if known else None,
        "shown": signed(one.difference) if known else "–",
        "range": f"{signed(one.ci95[0])} to {signed(one.ci95[1])}" if known else "–",
        "near": f"{signed(one.ci90[0])} to {signed(one.ci90[1])}" if known else "–",
        "pieces": one.n_shared_pieces,
        "readers": f"{one.n_raters_a} and {one.n_raters_b}" if one.n_shared_pieces else "–",
        "few": bool(one.n_shared_pieces) and min(one.n_raters_a, one.n_raters_b) < FEWEST_READERS,
        "note": ""
        if known
        else "no shared piece"
        if not one.n_shared_pieces
        else f"only {count(one.n_shared_pieces, 'shared piece')}",
        "margin": one.margin,
        "sentence": one.sentence,
    }


def _scale(rows: Sequence[GroupDifference]) -> State:
    """The ends of the axis and its ticks: what can be told fits on it."""
    told = [one for one in rows if one.verdict != "cannot tell"]
    ends = [abs(end) * 1.12 for one in told for end in one.ci95 if not math.isnan(end)]
    values = [abs(one.difference) * 1.12 for one in rows if not math.isnan(one.difference)]
    margins = [one.margin * 1.6 for one in rows]
    reach = min(max([0.5, *margins, *ends, *values]), 3.0)
    step = 0.25 if reach <= 0.6 else 0.5 if reach <= 1.6 else 1.0
    n = int(reach / step)
    ticks = [at * step for at in range(-n, n + 1)]
    return {
        "reach": reach,
        "ticks": [
            {"at": one, "words": "0" if one == 0 else f"{'+' if one > 0 else '−'}{abs(one):g}"}
            for one in ticks
        ],
    }


def _by_criterion(found: Comparison, chosen: Chosen, labels: Mapping[str, str]) -> State | None:
    """One pair, or one school against all others, criterion by criterion."""
    if not chosen.school:
        return None
    kind = found.pairs if chosen.beside else found.groups
    other = chosen.beside or REST
    rows = [one for one in kind if {one.a, one.b} == {chosen.school, other}]
    if not any(one.n_shared_pieces for one in rows):
        return None
    rows.sort(key=lambda one: found.criteria.index(one.criterion))
    names = labels.get(rows[0].a, rows[0].a)
    beside = "all other schools" if other == REST else labels.get(rows[0].b, rows[0].b)
    return {
        "title": f"{names} beside {beside}, criterion by criterion",
        "rows": [
            _difference(one, labels)
            | {
                "title": "All together"
                if one.criterion == TOTAL
                else labels.get(one.criterion, one.criterion),
                "other": "",
            }
            for one in rows
        ],
        "scale": _scale(rows),
        "sentence": _criteria_said(rows, names, beside, labels),
    }


def _criteria_said(
    rows: Sequence[GroupDifference], one: str, other: str, labels: Mapping[str, str]
) -> str:
    """Where two differ, where they score alike and where it cannot be told, in one sentence."""
    parts = {"more": [], "less": [], "alike": [], "unknown": []}  # type: dict[str, list[str]]
    for row in rows:
        if row.criterion == TOTAL:
            continue
        kind = {"same": "alike", "cannot tell": "unknown"}.get(
            row.verdict, "more" if row.difference > 0 else "less"
        )
        parts[kind].append(labels.get(row.criterion, row.criterion))
    told = [
        f"{one} gives {way} points than {other} on {listed(parts[kind])}"
        for kind, way in (("more", "more"), ("less", "fewer"))
        if parts[kind]
    ]
    if parts["alike"]:
        told.append(f"both score alike on {listed(parts['alike'])}")
    if parts["unknown"]:
        told.append(f"it cannot be told on {listed(parts['unknown'])}")
    return upper_first("; ".join(told)) + "."


def _silence(
    source: SchoolSource,
    choice: Mapping[str, str],
    pairs: Sequence[GroupDifference],
    labels: Mapping[str, str],
) -> State:
    window, criterion = choice["window"], choice["criterion"]
    found = source.comparison(window)
    settling = {
        (one.a, one.b): upper_first(one.advice)
        for one in what_would_settle(
            found.between_pairs(criterion), labels, family_size=found.family_size
        )
    } | {(one.a, one.b): one.sentence for one in source.exchanges(window, criterion)}
    silent = [one for one in pairs if one.verdict == "cannot tell"]
    items = [{"words": one.sentence, "next": settling[one.a, one.b]} for one in silent]
    if not found.between_pairs():
        sentence = ALONE
    elif not items:
        sentence = "Every pair of schools shown has a verdict."
    else:
        sentence = (
            f"For {count(len(items), 'pair')} of schools nothing can be said yet; this too is an answer, "
            "and says which work to exchange next."
        )
    return {"items": items, "sentence": sentence}


def _tasks(source: SchoolSource, window: str) -> State:
    demand = source.demand(window)
    labels = source.facts.labels
    schools = sorted({school for school, _ in demand}, key=lambda one: labels.get(one, one))
    depths = [one for one in DEMAND if any(demand[school, one] for school in schools)]
    unknown = any(demand[school, None] for school in schools)
    known = sum(n for (_, depth), n in demand.items() if depth)
    columns: list[int | None] = [*depths, *([None] if unknown else [])]
    return {
        "columns": [DEMAND[one] if one else "not known" for one in columns],
        "rows": [
            {
                "title": labels.get(school, school),
                "counts": [demand[school, one] for one in columns],
                "all": sum(demand[school, one] for one in columns),
            }
            for school in schools
        ],
        "sentence": (
            f"The depth is known for {known} of {count(demand.total(), 'piece')}; the same score on an "
            "easier task is not the same achievement."
            if demand.total()
            else "There are no pieces in this window."
        ),
    }
