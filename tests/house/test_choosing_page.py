"""The page on choosing a statistic shows what is computed, and names what there is."""

from __future__ import annotations

import importlib.util

from tests.support.tree import ROOT

PAGE = ROOT / "docs" / "choosing-a-statistic.md"


def numbers():
    spec = importlib.util.spec_from_file_location(
        "choosing_numbers", ROOT / "docs" / "choosing_numbers.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_number_of_the_page_is_the_computed_one():
    text = PAGE.read_text(encoding="utf-8")
    assert numbers().computed(text) == text, "run: python docs/choosing_numbers.py"


def test_the_page_is_linked_from_the_first_page():
    assert "choosing-a-statistic.md" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
