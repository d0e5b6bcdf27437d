"""One difference between two groups of raters, and how its verdict is reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from calibrate.analysis.comparability_words import (
    REST,
    Labels,
    difference_words,
    other_side,
    why_nothing,
)
from calibrate.analysis.group_contrasts import Contrast
from calibrate.analysis.intervals import MIN_PIECES
from calibrate.analysis.links import LinkMap
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label

SAME, DIFFERENT, CANNOT_TELL = "same", "different", "cannot tell"


@dataclass(frozen=True)
class GroupDifference:
    """The points that ``a`` awards minus ``b`` on the same work.

    ``ci95`` holds simultaneously over the whole family; ``ci90`` is the plain interval that decides
    ``same``. ``verdict`` is ``same``, ``different`` or ``cannot tell``; ``reason`` says why. ``rest`` are
    the groups that stood behind ``rest``, and ``whole_rest`` says whether those are all other groups.
    ``withheld``: so few readers stand behind it that its numbers were taken out; ``without``: groups that are not among the
    rest, for the same reason (`calibrate.analysis.few_readers`).
    """

    a: str
    b: str
    criterion: str
    scale: str
    difference: float
    se: float
    ci95: tuple[float, float]
    ci90: tuple[float, float]
    speaks_for: str
    margin: float
    n_shared_pieces: int
    n_raters_a: int
    n_raters_b: int
    verdict: str
    reason: str
    sentence: str
    rest: tuple[str, ...] = field(default=(), kw_only=True)
    whole_rest: bool = field(default=True, kw_only=True)
    withheld: bool = field(default=False, kw_only=True)
    without: tuple[str, ...] = field(default=(), kw_only=True)

    def as_dict(self) -> dict[str, object]:
        """The fields of the `compare` JSON; nan stays nan for the writer to turn into null."""
        return {
            "a": self.a,
            "b": self.b,
            "criterion": self.criterion,
            "scale": self.scale,
            "difference": self.difference,
            "se": self.se,
            "ci95": list(self.ci95),
            "ci90": list(self.ci90),
            "speaks_for": self.speaks_for,
            "margin": self.margin,
            "n_shared_pieces": self.n_shared_pieces,
            "verdict": self.verdict,
            "reason": self.reason,
            **({"rest": list(self.rest)} if self.b == REST else {}),
        }


def scale_of(criterion: str) -> str:
    """The unit of a difference on a criterion, or in total."""
    return "rubric points" if criterion != TOTAL else "rubric points, mean of the criteria"


def verdict_of(ci95: tuple[float, float], ci90: tuple[float, float], margin: float) -> str:
    """``same`` (it takes precedence) if the 90% interval lies inside the margin, ``different`` if the
    simultaneous 95% interval does not hold zero, else ``cannot tell`` (also where there is none).
    """
    if -margin < ci90[0] and ci90[1] < margin:
        return SAME
    if ci95[0] > 0 or ci95[1] < 0:
        return DIFFERENT
    return CANNOT_TELL


REASONS = {
    SAME: "the 90% interval lies inside the margin",
    DIFFERENT: "the 95% interval does not hold zero",
}


def judge(
    a: str,
    b: str,
    criterion: str,
    contrast: Contrast,
    margin: float,
    each: float,
    links: LinkMap,
    labels: Labels,
) -> GroupDifference:
    """The difference with its verdict, for these raters.

    Parameters
    ----------
    each
        The confidence of each interval with which all of the family hold together.
    """
    estimate = contrast.estimate
    ci95, ci90 = estimate.interval(each), estimate.interval(0.90)
    verdict = verdict_of(ci95, ci90, margin)
    if estimate.n_pieces == 0:
        reason = why_nothing(a, b, criterion, links, labels)
    elif estimate.n_pieces < MIN_PIECES:
        reason = f"they share only {count(estimate.n_pieces, 'piece')}"
    else:
        reason = REASONS.get(
            verdict,
            "the interval holds both no difference and one that would matter; "
            "more shared pieces would tell",
        )
    rest, whole = rest_of(b, contrast.others, links)
    words = difference_words(
        label(labels, a),
        other_side(b, labels, rest, whole),
        criterion,
        estimate,
        ci95,
        ci90,
        margin,
        verdict,
        reason,
        labels,
    )
    return GroupDifference(
        a,
        b,
        criterion,
        scale_of(criterion),
        estimate.value,
        estimate.se,
        ci95,
        ci90,
        "these raters",
        margin,
        estimate.n_pieces,
        contrast.n_raters_a,
        contrast.n_raters_b,
        verdict,
        reason,
        words,
        rest=rest,
        whole_rest=whole,
    )


def rest_of(b: str, others: Sequence[str], links: LinkMap) -> tuple[tuple[str, ...], bool]:
    """The groups behind ``rest``, in their order, and whether those are all that there are besides one."""
    if b != REST or not others:
        return (), True
    rest = tuple(one for one in links.groups if one in others)
    return rest, len(rest) == len(links.groups) - 1
