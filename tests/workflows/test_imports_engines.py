"""Imports mean the same on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibrate.errors import ImportRefused
from calibrate.store.project import Project
from tests.support.databases import Server
from tests.workflows.import_kit import District


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def story(district: District) -> list[object]:
    """Everything in, twice, a refusal, and a correction: what each step said."""
    told: list[object] = []
    for _ in range(2):
        for step in (
            district.rubric,
            district.roster,
            district.work,
            district.scores,
            district.sessions,
            district.continuum,
        ):
            told.append(step().as_dict())
    with pytest.raises(ImportRefused) as caught:
        district.scores("piece,rater,FOC\nP9,T1,3\n")
    told.append(str(caught.value))
    told.append(district.scores("piece,rater,FOC\nP0001,T2,4\n").as_dict())
    return told


def shape(district: District) -> dict[str, int]:
    return {table: len(rows) for table, rows in district.content().items()}


def test_both_engines_tell_the_same_story_and_hold_the_same(tmp_path, server, project):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    light = District(project, tmp_path / "a")
    url = server.empty()
    with Project.create(tmp_path / "on-a-server", url=url) as other:
        heavy = District(other, tmp_path / "b")
        assert story(heavy) == story(light)
        assert shape(heavy) == shape(light)
    server.drop(url)
