"""Reports: for the facilitator alone, and nothing beside them."""

from __future__ import annotations

import pytest

from tests.support.asgi import ask


@pytest.fixture
def report(norming) -> str:
    folder = norming.folder / "reports" / "session"
    folder.mkdir(parents=True)
    (folder / "s-1.html").write_text("<!doctype html><title>Session</title>", encoding="utf-8")
    (folder / "s-1.ipynb").write_text("{}", encoding="utf-8")
    return "/reports/session/s-1.html"


def test_the_facilitator_reads_a_report_that_runs_nothing(application, as_lead, report) -> None:
    answer = ask(application, report, cookies=as_lead)
    assert answer.status == 200 and "<title>Session" in answer.text
    assert answer.header("content-type").startswith("text/html")
    policy = answer.header("content-security-policy")
    assert policy.startswith("default-src 'none'") and "script-src" not in policy


def test_nobody_else_reads_it(application, as_rater, report) -> None:
    assert ask(application, report, cookies=as_rater("r2")).status == 404
    assert ask(application, report).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/reports/",
        "/reports/session",
        "/reports/session/s-1.ipynb",
        "/reports/../calibrate.toml",
        "/reports/../calibrate.db",
        "/reports//etc/passwd",
        "/reports/nothing.html",
        "/reports/" + "n" * 5000 + ".html",
        "/reports/" + "n/" * 3000 + "n.html",
    ],
)
def test_no_listing_and_nothing_beside_the_reports(application, as_lead, report, path) -> None:
    assert ask(application, path, cookies=as_lead).status == 404


def test_a_link_in_the_folder_leads_nowhere(
    application, as_lead, report, norming, tmp_path
) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("outside", encoding="utf-8")
    (norming.folder / "reports" / "link.html").symlink_to(secret)
    assert ask(application, "/reports/link.html", cookies=as_lead).status == 404
