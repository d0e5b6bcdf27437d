"""What a browser test asserts, it waits for: a page is never read once, right after something was done to it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.tree import ROOT

AT_ONCE = {
    "all_inner_texts",
    "all_text_contents",
    "get_attribute",
    "inner_html",
    "inner_text",
    "input_value",
    "is_checked",
    "is_disabled",
    "is_editable",
    "is_enabled",
    "is_hidden",
    "is_visible",
    "text_content",
}
"""What Playwright reads and does not wait for; ``expect`` has a patient form of each."""


def read_at_once(source: str) -> list[str]:
    """What the assertions of a file read from a page, or from a cable, without waiting."""
    found = []
    for one in ast.walk(ast.parse(source)):
        if isinstance(one, ast.Assert):
            for inside in ast.walk(one):
                if isinstance(inside, ast.Call) and isinstance(inside.func, ast.Attribute):
                    name, bare = inside.func.attr, not (inside.args or inside.keywords)
                    if name in AT_ONCE or (name == "count" and bare):
                        found.append(f"line {inside.lineno}: {name}")
                elif isinstance(inside, ast.Attribute) and inside.attr == "cable":
                    found.append(f"line {inside.lineno}: cable")
    return found


@pytest.mark.parametrize(
    "file", sorted((ROOT / "tests" / "browser").glob("*.py")), ids=lambda one: one.name
)
def test_a_browser_test_asserts_nothing_that_it_reads_at_once(file: Path) -> None:
    # Say it with expect(), or with receives, never_received, brings or wait_until of tests/support.
    assert read_at_once(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "assert page.locator('p').inner_text() == 'saved'",
        "assert not page.get_by_role('button').is_visible()",
        "assert page.locator('li').count() == 3",
        "assert b'score' in visitor.cable.received",
    ],
)
def test_what_is_read_at_once_is_found(line: str) -> None:
    assert len(read_at_once(line)) == 1


def test_a_text_may_be_counted_in() -> None:
    assert read_at_once("assert printed.count('slip') == 3") == []
