"""The help of every coefficient: the question that it answers, when it misleads, and where it comes from."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import pytest

from calibrate.stats import (
    agreement,
    all_pairs,
    alpha,
    benchmark_words,
    concordance,
    conger,
    cronbach,
    icc,
    kendall,
    raters_like_these,
    two_raters,
)
from calibrate.stats.results import Coefficient

MODULES = (agreement, alpha, concordance, conger, cronbach, icc, kendall, two_raters)


def coefficients() -> list[Callable[..., Coefficient]]:
    """Every public function of the coefficient modules that gives a coefficient of ratings or scores."""
    return [
        function
        for module in MODULES
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).return_annotation == "Coefficient"
        and name != "intraclass"  # the six forms say it
    ]


def test_the_coefficients_are_all_there() -> None:
    names = {function.__name__ for function in coefficients()}
    assert len(names) >= 21
    assert {
        "gwet_ac",
        "krippendorff_alpha",
        "kendall_w",
        "icc_c_k",
        "light_kappa",
        "lin_ccc",
    } <= names


@pytest.mark.parametrize(
    "function",
    [
        *coefficients(),
        all_pairs.all_pairs,
        all_pairs.level_agreement,
        benchmark_words.benchmark_word,
        raters_like_these.for_raters_like_these,
        concordance.limits_of_agreement,
    ],
    ids=lambda function: function.__name__,
)
def test_help_says_the_question_when_it_misleads_and_the_source_with_its_page(
    function: Callable[..., object],
) -> None:
    text = inspect.getdoc(function) or ""
    assert "?" in text.split("\n\n")[0]
    assert "mislead" in text
    assert re.search(r"\bpp?\. \d+", text), "a source with its page"
