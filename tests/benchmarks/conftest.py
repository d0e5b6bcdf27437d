"""A session on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.norming import Room
from tests.support.served import make_project


@pytest.fixture
def norming(tmp_path: Path) -> Room:
    """A session of three raters and three pieces, open for scoring, in a project on disk."""
    return make_project(tmp_path)
