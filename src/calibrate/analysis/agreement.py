"""How far raters agree: by criterion and in all, with intervals and one plain sentence each.

The table decides which readings count: reliability is a matter of independent blind readings alone
(`calibrate.analysis.readings.independent_blind` chooses them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.agreement_details import AgreementDetails, agreement_details
from calibrate.analysis.agreement_words import agreement_sentence
from calibrate.analysis.coefficient_panels import (
    Panel,
    Resample,
    plain_of_all,
    step_of_all,
    whole_scores,
)
from calibrate.analysis.hidden_effects import (
    seen_and_expected,
    what_the_number_hides,
    word_sentence,
)
from calibrate.errors import ArgumentError, DataError
from calibrate.model.rubric import Scale
from calibrate.stats.bootstrap import SEED
from calibrate.stats.ratings import Ratings, prepare_ratings
from calibrate.stats.results import Coefficient

#: What the answer about all criteria together is called.
TOTAL = "total"

_READING = ("session", "round", "purpose")


@dataclass(frozen=True)
class CodeUse:
    """How often one rater gave a level where another gave a condition code, on the same criterion.

    Parameters
    ----------
    n_pairs
        Pairs of judgements of one piece, criterion and round.
    n_mixed
        Pairs of which one is a level and one a code.
    """

    n_pairs: int
    n_mixed: int

    @property
    def rate(self) -> float:
        """The share of pairs that mix a level and a code; ``nan`` without pairs."""
        return self.n_mixed / self.n_pairs if self.n_pairs else float("nan")


@dataclass(frozen=True)
class CriterionAgreement:
    """Agreement on one criterion, or on all together (``criterion`` is then ``total``).

    Parameters
    ----------
    n_pieces, n_raters, n_ratings
        Pieces, raters and scores that the table holds; each coefficient says what it could use.
    coefficients
        In the order of the panel.
    sentence
        What a coach can repeat.
    codes
        Disagreement between levels and condition codes; None where nobody gave a code.
    remarks
        Sentences on what the numbers hide: most scores at one level, raters with different habits.
    details
        Agreement by piece and by level, and two raters' limits, where all coefficients were asked for.
    """

    criterion: str
    n_pieces: int
    n_raters: int
    n_ratings: int
    coefficients: tuple[Coefficient, ...]
    sentence: str
    codes: CodeUse | None = None
    remarks: tuple[str, ...] = ()
    details: AgreementDetails | None = None

    def coefficient(self, name: str, weights: str | None = None) -> Coefficient:
        """The coefficient of this name (and these weights, if there are several).

        Raises
        ------
        ArgumentError
            If the panel has none.
        """
        for one in self.coefficients:
            if one.name == name and weights in (None, one.weights):
                return one
        raise ArgumentError(
            f"This panel has no coefficient {name!r}.",
            fix="It has " + ", ".join(dict.fromkeys(one.name for one in self.coefficients)) + ".",
        )

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer; ``codes`` and ``remarks`` only where there are some."""
        answer: dict[str, object] = {
            "criterion": self.criterion,
            "n_pieces": self.n_pieces,
            "n_raters": self.n_raters,
            "n_ratings": self.n_ratings,
            "coefficients": [one.as_dict() for one in self.coefficients],
            "sentence": self.sentence,
        }
        if self.codes is not None:
            answer["codes"] = {
                "n_pairs": self.codes.n_pairs,
                "n_mixed": self.codes.n_mixed,
                "rate": self.codes.rate,
            }
        if self.remarks:
            answer["remarks"] = list(self.remarks)
        return answer if self.details is None else answer | self.details.as_dict()


@dataclass(frozen=True)
class AgreementResult:
    """Agreement on every criterion and on all together."""

    criteria: tuple[CriterionAgreement, ...]
    total: CriterionAgreement

    def as_dict(self) -> dict[str, object]:
        """The JSON answer of ``calibrate agreement``."""
        return {
            "criteria": [one.as_dict() for one in self.criteria],
            "total": self.total.as_dict(),
        }


def agreement(
    table: pd.DataFrame,
    scales: Mapping[str, Scale | Sequence[float]],
    *,
    every: bool = False,
    like_these: bool = False,
    resample: Resample | None = None,
    words: str = "landis-koch",
    labels: Mapping[str, str] | None = None,
    draws: int = 1000,
    seed: int = SEED,
) -> AgreementResult:
    """How far do raters agree on each criterion, and on all together?

    Parameters
    ----------
    table
        A score table: at least ``piece, rater, criterion, score`` (NaN beside a ``code``). Scores
        are compared within a piece, criterion, session, round and purpose, as far as the table has
        these columns; a piece is one draw however many it has. Pass only the readings that count.
    scales
        The scale of every criterion in the table, in the order in which to report them: a `Scale`,
        or its values, lowest first.
    every
        All coefficients instead of the default panel of six, and agreement by piece and by level.
    like_these
        Intervals for raters like these (three or more) instead of for these raters alone.
    resample
        Intervals by resampled pieces: ``pieces``, or ``blocks`` (see `Panel`).
    words
        Whose words AC2 is called by, with ``every``: a key of `calibrate.stats.benchmark_words.SCALES`.
    labels
        What criteria are called in sentences, where not by their id.
    draws, seed
        Resamples for intervals, and their seed.

    Raises
    ------
    ArgumentError
        If a column or a scale is missing.
    DataError
        If a score is not on its scale, or a rater scored the same twice.
    """
    rows = _checked(table, scales)
    panel = Panel(every, like_these, resample, words, draws, seed)
    names = [name for name in scales if name in set(rows["criterion"])]
    parts = tuple(
        _one(name, rows[rows["criterion"] == name], scales[name], panel, labels) for name in names
    )
    return AgreementResult(parts, _total(rows, {name: scales[name] for name in names}, panel))


def plain_agreement(
    table: pd.DataFrame, scales: Mapping[str, Scale | Sequence[float]]
) -> tuple[Coefficient, Coefficient]:
    """Exact and adjacent agreement on all criteria together, as `agreement` gives them for the total.

    For whoever needs no more than these two; the parameters are those of `agreement`.
    """
    rows = _checked(table, scales)
    present = set(rows["criterion"])
    known = {name: scale for name, scale in scales.items() if name in present}
    ratings, _ = _together(rows.dropna(subset=["score"]), known)
    return plain_of_all(ratings, step_of_all([_values(scale)[0] for scale in known.values()]))


def _one(
    name: str,
    rows: pd.DataFrame,
    scale: Scale | Sequence[float],
    panel: Panel,
    labels: Mapping[str, str] | None,
) -> CriterionAgreement:
    values, interval = _values(scale)
    scored = rows.dropna(subset=["score"])
    # The unit is (piece, reading occasion); the piece stays the draw.
    ratings = prepare_ratings(
        scored["piece_number"],
        scored["rater_number"],
        scored["score"],
        values,
        criterion=scored["occasion"],
        interval=interval,
    )
    found = panel.of(ratings)
    codes = _codes(rows)
    shown = (labels or {}).get(name, name)
    details = agreement_details(ratings, *_called(scored)) if panel.every else None
    remarks = _remarks(ratings, found, panel)
    sentence = agreement_sentence(shown, found, codes)
    return _answer(name, scored, found, sentence, codes, remarks, details)


def _total(
    rows: pd.DataFrame, scales: Mapping[str, Scale | Sequence[float]], panel: Panel
) -> CriterionAgreement:
    scored = rows.dropna(subset=["score"])
    ratings, same_scale = _together(scored, scales)
    wholes = whole_scores(rows) if len(scales) > 1 else None
    step = step_of_all([_values(scale)[0] for scale in scales.values()])
    found = panel.of_all(ratings, same_scale, wholes, step)
    codes = _codes(rows)
    sentence = agreement_sentence("All criteria together", found, codes)
    remarks = _remarks(ratings, found, panel) if same_scale else ()
    details = None
    if panel.every:
        numbers = None if wholes is None else wholes.ratings
        details = agreement_details(
            ratings, *_called(scored), same_scale=same_scale, numbers=numbers
        )
    return _answer(TOTAL, scored, found, sentence, codes, remarks, details)


def _called(scored: pd.DataFrame) -> tuple[list[str], list[str]]:
    """What pieces and raters are called, in the order in which `prepare_ratings` numbers them."""
    pieces = scored.drop_duplicates("piece_number").sort_values("piece_number")["piece"]
    raters = scored.drop_duplicates("rater_number").sort_values("rater_number")["rater"]
    return pieces.tolist(), raters.tolist()


def _remarks(ratings: Ratings, found: tuple[Coefficient, ...], panel: Panel) -> tuple[str, ...]:
    """What the numbers hide; among all coefficients also agreement seen and by luck, and what AC2 may be called."""
    said = list(what_the_number_hides(ratings))
    if panel.every:
        said.append(seen_and_expected(found))
        corrected = next(
            one for one in found if (one.name, one.weights) == ("gwet_ac", "quadratic")
        )
        said.append(word_sentence("Gwet's AC2", corrected, panel.words))
    return tuple(one for one in said if one)


def _together(
    scored: pd.DataFrame, scales: Mapping[str, Scale | Sequence[float]]
) -> tuple[Ratings, bool]:
    """All scores, a unit being a criterion of a piece, and whether all criteria have one scale."""
    known = [_values(scale) for scale in scales.values()]
    every_value = sorted({value for values, _ in known for value in values}) or [1.0, 2.0]
    ratings = prepare_ratings(
        scored["piece_number"],
        scored["rater_number"],
        scored["score"],
        every_value,
        criterion=scored["unit"],
        interval=bool(known) and all(interval for _, interval in known),
    )
    return ratings, len(set(known)) <= 1


def _answer(
    name: str,
    scored: pd.DataFrame,
    coefficients: tuple[Coefficient, ...],
    sentence: str,
    codes: CodeUse | None,
    remarks: tuple[str, ...],
    details: AgreementDetails | None,
) -> CriterionAgreement:
    return CriterionAgreement(
        criterion=name,
        n_pieces=int(scored["piece_number"].nunique()),
        n_raters=int(scored["rater_number"].nunique()),
        n_ratings=len(scored),
        coefficients=coefficients,
        sentence=sentence,
        codes=codes,
        remarks=remarks,
        details=details,
    )


def _values(scale: Scale | Sequence[float]) -> tuple[tuple[float, ...], bool]:
    if isinstance(scale, Scale):
        return scale.values, scale.interval
    return tuple(sorted(float(value) for value in scale)), False


def _checked(table: pd.DataFrame, scales: Mapping[str, Scale | Sequence[float]]) -> pd.DataFrame:
    """The judgements, with pieces, raters, occasions and units numbered."""
    for column in ("piece", "rater", "criterion", "score"):
        if column not in table.columns:
            raise ArgumentError(
                f"The score table has no column {column!r}.",
                column=column,
                fix="It needs piece, rater, criterion and score.",
            )
    rows = pd.DataFrame(
        {
            "piece": table["piece"].astype(str),
            "rater": table["rater"].astype(str),
            "criterion": table["criterion"].astype(str),
            "score": pd.to_numeric(table["score"], errors="coerce").astype(float),
            "coded": table["code"].notna() if "code" in table.columns else False,
        }
    ).reset_index(drop=True)
    if unknown := sorted(set(rows["criterion"]) - set(scales)):
        raise ArgumentError(
            f"There is no scale for the criterion {unknown[0]!r}.",
            fix="Give the levels of every criterion.",
        )
    occasions = [
        table[name].astype("string").fillna("").reset_index(drop=True)
        for name in _READING
        if name in table
    ]
    rows["occasion"] = _numbers(occasions, len(rows))
    rows["unit"] = _numbers([rows["criterion"], rows["occasion"]], len(rows))
    rows["piece_number"] = _numbers([rows["piece"]], len(rows))
    rows["rater_number"] = _numbers([rows["rater"]], len(rows))
    rows = rows[rows["score"].notna() | rows["coded"]].reset_index(drop=True)
    _refuse_off_scale(rows, scales)
    twice = rows.duplicated(["piece_number", "rater_number", "unit"])
    if twice.any():
        row = rows[twice].iloc[0]
        raise DataError(
            f"The same rater scored a piece on {row['criterion']} twice in one round.",
            fix="Keep the one that counts: two readings by one rater are not averaged.",
        )
    return rows


def _refuse_off_scale(rows: pd.DataFrame, scales: Mapping[str, Scale | Sequence[float]]) -> None:
    for name, scores in rows.groupby("criterion")["score"]:
        values, _ = _values(scales[str(name)])
        on = scores.round(6).isin([round(value, 6) for value in values]) | scores.isna()
        if not on.all():
            raise DataError(
                f"{float(scores[~on].iloc[0]):g} is not a score of {name}.",
                column="score",
                fix="Its scores are " + ", ".join(f"{value:g}" for value in values) + ".",
            )


def _numbers(columns: Sequence[pd.Series], n: int) -> pd.Series:
    """Number the different combinations of some columns from 0."""
    found = pd.Series(0, index=range(n), dtype="int64")
    for column in columns:
        codes, names = pd.factorize(column)
        found = pd.Series(pd.factorize(found * max(len(names), 1) + codes)[0], dtype="int64")
    return found


def _codes(rows: pd.DataFrame) -> CodeUse | None:
    if not rows["coded"].any():
        return None
    groups = rows.groupby(["piece_number", "unit"])["coded"].agg(["sum", "count"])
    coded, judged = groups["sum"].astype(int), groups["count"].astype(int)
    return CodeUse(
        n_pairs=int((judged * (judged - 1) // 2).sum()),
        n_mixed=int((coded * (judged - coded)).sum()),
    )
