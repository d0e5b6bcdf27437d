"""A browser is found, else installed, else the tests fail and say what to do. They never skip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support import browsers


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with an empty PATH, no browser in the usual places and nothing that can be installed."""
    monkeypatch.delenv(browsers.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browsers, "PLACES", ())
    monkeypatch.setattr(browsers, "playwrights_own", lambda: tmp_path / "nothing")
    monkeypatch.setattr(browsers, "install_from_debian", lambda: False)
    monkeypatch.setattr(browsers, "install_from_playwright", lambda: False)
    return tmp_path


def fake_browser(path: Path, code: int = 0) -> Path:
    path.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_browser_of_this_machine_runs() -> None:
    assert browsers.runs(browsers.provide())


def test_a_browser_on_the_path_is_found(bare_machine: Path) -> None:
    fake = fake_browser(bare_machine / "google-chrome")
    assert browsers.provide() == fake


def test_a_placeholder_that_does_not_start_is_passed_over(bare_machine: Path) -> None:
    fake_browser(bare_machine / "chromium", code=1)
    fake = fake_browser(bare_machine / "google-chrome-stable")
    assert browsers.provide() == fake


def test_the_variable_comes_first(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_browser(bare_machine / "chromium")
    fake = fake_browser(bare_machine / "mine")
    monkeypatch.setenv(browsers.VARIABLE, str(fake))
    assert browsers.provide() == fake


def test_a_variable_that_names_nothing_is_an_error_with_the_fix(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_browser(bare_machine / "chromium")
    monkeypatch.setenv(browsers.VARIABLE, str(bare_machine / "gone"))
    with pytest.raises(browsers.BrowserMissing, match=browsers.VARIABLE):
        browsers.provide()


@pytest.mark.parametrize("installer", ["install_from_debian", "install_from_playwright"])
def test_a_missing_browser_is_installed(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch, installer: str
) -> None:
    def install() -> bool:
        fake_browser(bare_machine / "chromium")
        return True

    monkeypatch.setattr(browsers, installer, install)
    assert browsers.provide() == bare_machine / "chromium"


@pytest.mark.usefixtures("bare_machine")
def test_without_any_browser_the_fix_is_named() -> None:
    with pytest.raises(browsers.BrowserMissing, match="sudo apt install chromium"):
        browsers.provide()


def test_root_starts_the_browser_without_its_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--no-sandbox" in browsers.flags()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "--no-sandbox" not in browsers.flags()
