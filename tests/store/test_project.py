"""The project folder: made private, opened with care, upgraded with a backup, refused in plain words."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import DataError, ProjectError
from calibrate.model.roster import School
from calibrate.store import engine, upgrades
from calibrate.store.engine import sqlite_url
from calibrate.store.project import Project
from calibrate.store.repository import Store
from calibrate.store.schema import REVISIONS
from calibrate.store.settings import Settings, check_settings, read_settings, settings_text
from tests.support.databases import Server

FIRST_DATA = """
INSERT INTO about VALUES ('pr-old', '2025-09-01 00:00:00');
INSERT INTO school VALUES ('maple', 'Maple', '[]');
INSERT INTO rater VALUES ('r1', 'test', 'staff-1', 'teacher', 'maple');
INSERT INTO rubric VALUES ('writing', 1, 'Writing', '', 'student_work', 'ours', '[]');
INSERT INTO criterion VALUES ('writing', 1, 'IDEAS', 1, 'Ideas', '', NULL, FALSE);
INSERT INTO level VALUES ('writing', 1, 'IDEAS', '1', 'Low', 1, 1, '');
INSERT INTO level VALUES ('writing', 1, 'IDEAS', '2', 'High', 2, 2, '');
INSERT INTO "window" VALUES ('fall', 'Fall', '2025-26', '2025-09-01', '2025-11-30');
INSERT INTO piece (id, code, source, source_id, window_id, genre, language, accommodations, not_scored)
  VALUES ('p1', 'P00001', 'test', 'w1', 'fall', 'narrative', 'en', '["scribed"]', '[]');
INSERT INTO reading (id, piece_id, rubric_id, rubric_version, purpose, round)
  VALUES ('rd1', 'p1', 'writing', 1, 'independent', 'operational');
INSERT INTO reading_rater VALUES ('rd1', 'r1', 1, 'p1', '/operational/independent');
INSERT INTO score (id, reading_id, criterion_id, level_id, comment) VALUES ('sc1', 'rd1', 'IDEAS', '2', 'nice');
"""


def fill_first_version(url: str) -> None:
    """A database as version 0001 made it, with a row in the tables that later versions change."""
    with Store(url) as store:
        upgrades.upgrade(store, REVISIONS[0])
        with upgrades.writing(store) as connection:
            for statement in FIRST_DATA.split(";\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement)


@pytest.fixture
def old_project(tmp_path: Path) -> Path:
    with Project.create(tmp_path / "district", project_id="pr-old") as made:
        assert made.database is not None
        database = made.database
    for left in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
        left.unlink(missing_ok=True)
    fill_first_version(sqlite_url(database))
    return tmp_path / "district"


def test_a_new_project_is_whole_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "district"
    with Project.create(folder, name='Harbor "Falls"', recovery_public_key="abc") as made:
        assert (made.name, made.recovery_public_key) == ('Harbor "Falls"', "abc")
        with made.transaction() as unit:
            unit.people.schools.add(School("maple", "Maple"))
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]
        }
    assert {modes[name] for name in ("district", "work", "reports")} == {0o700}
    assert {mode for name, mode in modes.items() if "." in name} == {0o600}
    with Project.open(folder) as again:
        assert again.settings == made.settings
        assert again.backup is None
        with again.reading() as unit:
            assert unit.people.schools.get("maple").title == "Maple"


def test_a_project_opens_from_its_settings_file_too(tmp_path: Path) -> None:
    Project.create(tmp_path / "a").close()
    with Project.open(tmp_path / "a" / "calibrate.toml") as opened:
        assert opened.folder == tmp_path / "a"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ProjectError, match="not empty"):
        Project.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    Project.create(tmp_path / "a").close()
    with pytest.raises(ProjectError, match="project in this folder already"):
        Project.create(tmp_path / "a")


def test_opening_never_makes_a_database(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no Calibrate project") as refused:
        Project.open(tmp_path)
    assert "calibrate init" in str(refused.value)
    with Project.create(tmp_path / "a") as made:
        assert made.database is not None
        made.database.unlink()
    with pytest.raises(ProjectError, match="database is missing"):
        Project.open(tmp_path / "a")
    assert not (tmp_path / "a" / "calibrate.db").exists()


def test_an_empty_or_foreign_database_is_refused(tmp_path: Path) -> None:
    Project.create(tmp_path / "a").close()
    database = tmp_path / "a" / "calibrate.db"
    database.write_bytes(b"")
    with pytest.raises(ProjectError, match="empty or was not made by Calibrate"):
        Project.open(tmp_path / "a")
    database.write_bytes(b"this is no database at all, but a text that somebody saved" * 30)
    with pytest.raises(ProjectError):
        Project.open(tmp_path / "a")


def test_a_database_of_another_project_is_refused(tmp_path: Path) -> None:
    Project.create(tmp_path / "a").close()
    Project.create(tmp_path / "b").close()
    (tmp_path / "b" / "calibrate.db").replace(tmp_path / "a" / "calibrate.db")
    with pytest.raises(ProjectError, match="another project"):
        Project.open(tmp_path / "a")


def test_a_newer_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    with Project.create(tmp_path / "a") as made, upgrades.writing(made.store) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    before = (tmp_path / "a" / "calibrate.db").read_bytes()
    with pytest.raises(ProjectError, match="newer version of Calibrate") as refused:
        Project.open(tmp_path / "a")
    assert "0999" in str(refused.value)
    assert (tmp_path / "a" / "calibrate.db").read_bytes() == before
    assert list((tmp_path / "a").glob("*.backup.db")) == []


def test_an_older_project_is_upgraded_in_place_after_a_backup(old_project: Path) -> None:
    with Project.open(old_project) as opened:
        assert opened.upgraded_from == "0001"
        assert opened.backup is not None
        with opened.reading() as unit:
            reading = unit.scores.readings.get("rd1")
            assert (reading.rater_ids, reading.minutes, reading.note) == (("r1",), None, "")
            assert unit.work.pieces.get("p1").accommodations == ("scribed",)
            assert unit.work.pieces.get("p1").next_step == ""
            assert unit.scores.get("sc1").comment == "nice"
            assert unit.scores.evidence.count() == 0
            assert unit.audit.all()[0].action == "project.upgrade"
        with pytest.raises(DataError, match="never changed"), opened.transaction() as unit:
            unit.connection.execute(sa.text("DELETE FROM score"))
        backup = opened.backup
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert copy.execute("SELECT comment FROM score").fetchall() == [("nice",)]
    with Project.open(old_project) as again:
        assert (again.upgraded_from, again.backup) == (None, None)


def test_an_older_project_on_a_server_is_upgraded_too(postgresql: Server, tmp_path: Path) -> None:
    url = postgresql.empty()
    with Project.create(tmp_path / "a", project_id="pr-old", url=url):
        pass
    postgresql.drop(url)
    postgresql.create(url)
    fill_first_version(url)
    with Project.open(tmp_path / "a") as opened:
        assert (opened.upgraded_from, opened.backup, opened.database) == ("0001", None, None)
        with opened.reading() as unit:
            assert unit.scores.get("sc1").level_id == "2"
    postgresql.drop(url)


def test_an_upgrade_that_fails_half_way_changes_nothing(
    old_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(connection: sa.Connection, to: str) -> None:
        connection.exec_driver_sql("ALTER TABLE reading ADD COLUMN minutes DOUBLE")
        raise ProjectError("the lights went out")

    monkeypatch.setattr(upgrades, "run_migrations", stumble)
    with pytest.raises(ProjectError, match="lights"):
        Project.open(old_project)
    monkeypatch.undo()
    with Project.open(old_project) as opened:
        assert opened.upgraded_from == "0001"


def test_a_project_on_a_server_needs_an_empty_database(postgresql: Server, tmp_path: Path) -> None:
    url = postgresql.fresh()
    with pytest.raises(ProjectError, match="not empty"):
        Project.create(tmp_path / "a", url=url)
    postgresql.drop(url)


@pytest.mark.parametrize(
    ("line", "column", "hint"),
    [
        ("[score]", "score", "Did you mean scores?"),
        ('[scores]\nresolution_rul = "median"', "scores.resolution_rul", "resolution_rule"),
        ('[scores]\nresolution_rule = "medien"', "scores.resolution_rule", "median"),
        ("[privacy]\nmin_n = 3", "privacy.min_n", "5"),
        ('[privacy]\nmin_n = "ten"', "privacy.min_n", "integer"),
        ("[comparison]\nmargin = -1", "comparison.margin", "above 0"),
        ('[comparison]\nmargin = "much"', "comparison.margin", "above 0"),
        ("[comparison]\nmargin = true", "comparison.margin", "above 0"),
        ("[comparison]\nmargin = { ORG = 0 }", "comparison.margin", "above 0"),
        ("[comparison]\nmargin = {}", "comparison.margin", "above 0"),
        ("[zebra]\nx = 1", "zebra", "project"),
    ],
)
def test_a_wrong_setting_is_named_with_a_hint(
    tmp_path: Path, line: str, column: str, hint: str
) -> None:
    path = tmp_path / "calibrate.toml"
    path.write_text(f'[project]\nid = "pr-1"\nname = "A"\n{line}\n')
    with pytest.raises(ProjectError) as refused:
        read_settings(path)
    assert refused.value.column == column
    assert hint in str(refused.value)


def test_settings_that_are_not_toml_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "calibrate.toml"
    path.write_text("[project]\nname = Harbor Falls\n")
    with pytest.raises(ProjectError, match=r"not written as TOML .*line 2"):
        read_settings(path)
    path.write_text("[project]\nname = 'A'\n")
    with pytest.raises(ProjectError, match=r"project\.id is missing"):
        read_settings(path)


@settings(deadline=None, max_examples=60)
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).map(
        lambda text: text.strip() or "x"
    ),
    st.integers(5, 30),
    st.one_of(st.none(), st.just("median"), st.just("closest_two")),
    st.dictionaries(st.integers(2, 9), st.floats(0, 1), min_size=1),
    st.one_of(st.none(), st.floats(0, 3)),
    st.one_of(
        st.none(),
        st.floats(0.01, 2),
        st.dictionaries(st.text("ABC-\"'ü", min_size=1), st.floats(0.01, 2), min_size=1),
    ),
)
def test_settings_come_back_as_they_were_written(
    name: str,
    min_n: int,
    rule: str | None,
    exact: dict[int, float],
    bias: float | None,
    margin: dict[str, float] | float | None,
) -> None:
    import tomllib

    wanted = Settings(
        "pr-1",
        name,
        None,
        rule or "median",
        min_n,
        qualify_exact=exact,
        qualify_bias=bias,
        margin=margin,
    )
    assert check_settings(tomllib.loads(settings_text(wanted))) == wanted


def test_settings_are_changed_in_place_but_not_the_id(tmp_path: Path) -> None:
    with Project.create(tmp_path / "a") as made:
        made.change_settings(replace(made.settings, min_n=15))
        with pytest.raises(ProjectError, match="keeps its id"):
            made.change_settings(replace(made.settings, id="pr-other"))
        with pytest.raises(ProjectError, match="min_n"):
            made.change_settings(replace(made.settings, min_n=2))
    assert read_settings(tmp_path / "a" / "calibrate.toml").min_n == 15
    assert stat.S_IMODE((tmp_path / "a" / "calibrate.toml").stat().st_mode) == 0o600


def test_a_network_folder_is_refused_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "network_type", lambda path: "nfs4")
    with pytest.raises(ProjectError, match="network folder") as refused:
        Project.create(tmp_path / "a")
    assert "PostgreSQL" in str(refused.value)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("url", ["mysql://a/b", "not a url", "sqlite://"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ProjectError):
        Store(url)


def test_the_engine_is_set_up_as_promised(tmp_path: Path) -> None:
    with Project.create(tmp_path / "a") as made, made.reading() as unit:
        answers = {
            pragma: unit.connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert answers == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 30_000,
    }
    assert os.name != "posix" or stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


@pytest.mark.parametrize("exact", ['{ "4" = 1.2 }', '{ "1" = 0.5 }', "{}"])
def test_a_qualification_rule_that_cannot_be_is_refused(tmp_path: Path, exact: str) -> None:
    path = tmp_path / "calibrate.toml"
    path.write_text(f'[project]\nid = "pr-1"\nname = "A"\n[anchors]\nqualify_exact = {exact}\n')
    with pytest.raises(ProjectError, match="qualify_exact"):
        read_settings(path)
