from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from calibrate.errors import ArgumentError, NotFound, ProjectError, SealError
from calibrate.store.sealing import (
    KeyStore,
    default_key_store,
    make_rater_secret,
    make_recovery_key,
    make_session_secrets,
    open_with_recovery,
    seal_for_recovery,
)
from calibrate.store.sealing.passphrase import PASSPHRASE_COST, Cost, check_passphrase, slow_key
from tests.store.sealing_kit import CHEAP, PASSPHRASE, make_key_store


def test_the_passphrase_opens_the_session(tmp_path: Path) -> None:
    store, secrets = make_key_store(tmp_path), make_session_secrets()
    store.save_session("se-1", secrets, PASSPHRASE)
    assert store.has_session("se-1") and not store.has_session("se-2")
    assert make_key_store(tmp_path).open_session("se-1", PASSPHRASE) == secrets
    public = store.session_public("se-1")
    assert public.session_key == secrets.public_key and public.verify_key == secrets.verify_key


def test_a_wrong_or_missing_passphrase_does_not(tmp_path: Path) -> None:
    store = make_key_store(tmp_path)
    store.save_session("se-1", make_session_secrets(), PASSPHRASE)
    for wrong in (PASSPHRASE + "!", PASSPHRASE.upper(), ""):
        with pytest.raises(SealError, match="not the passphrase") as caught:
            store.open_session("se-1", wrong)
        assert caught.value.fix is not None and "recovery" in caught.value.fix
    with pytest.raises(SealError, match="needs the facilitator's passphrase"):
        store.open_session("se-1", None)


def test_the_same_letters_typed_on_another_keyboard_open_it(tmp_path: Path) -> None:
    store, secrets = make_key_store(tmp_path), make_session_secrets()
    store.save_session("se-1", secrets, "Zoë's five brown otters")
    assert store.open_session("se-1", " Zoe\u0308's five brown otters ") == secrets


@pytest.mark.parametrize("weak", ["", "short", "aaaaaaaaaaaaaaaa", "   12345678     "])
def test_a_weak_passphrase_is_refused_and_nothing_is_written(tmp_path: Path, weak: str) -> None:
    store = make_key_store(tmp_path)
    with pytest.raises(SealError, match="at least 12"):
        store.save_session("se-1", make_session_secrets(), weak)
    assert not store.has_session("se-1")


def test_only_the_demo_does_without_a_passphrase(tmp_path: Path) -> None:
    store, secrets = make_key_store(tmp_path), make_session_secrets()
    with pytest.raises(SealError, match="needs the facilitator's passphrase"):
        store.save_session("se-1", secrets, None)
    store.save_session("se-1", secrets, None, demo=True)
    assert store.open_session("se-1", None) == secrets


def test_no_secret_lies_open_in_the_key_store(tmp_path: Path) -> None:
    store, secrets, rater = make_key_store(tmp_path), make_session_secrets(), make_rater_secret()
    store.save_session("se-1", secrets, PASSPHRASE)
    store.save_pin("se-1", "rt-1", rater, "482915")
    from calibrate.store.sealing.encoding import to_text

    written = b"".join(p.read_bytes() for p in store.folder.rglob("*") if p.is_file())
    assert to_text(secrets.public_key).encode() in written
    for secret in (secrets.private_key, secrets.signing_seed, rater.secret):
        assert to_text(secret).encode() not in written and secret not in written
    assert PASSPHRASE.encode() not in written and b"482915" not in written


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    store = make_key_store(tmp_path)
    store.save_session("se-1", make_session_secrets(), PASSPHRASE)
    store.save_pin("se-1", "rt-1", make_rater_secret(), "482915")
    store.remember_recovery_key(make_recovery_key().public_key)
    files = [path for path in store.folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {
        "se-1.json",
        "rt-1.json",
        "server.json",
        "recovery.json",
    }
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (store.folder, *(path.parent for path in files)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    store = make_key_store(tmp_path)
    store.save_session("se-1", make_session_secrets(), PASSPHRASE)
    (store.folder / "sessions" / "se-1.json").chmod(0o644)
    with pytest.raises(SealError, match="Other accounts") as caught:
        store.open_session("se-1", PASSPHRASE)
    assert caught.value.fix is not None and "chmod 600" in caught.value.fix


def test_a_key_store_inside_the_project_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    (project / "work").mkdir(parents=True)
    (tmp_path / "door").symlink_to(project / "work")
    for inside in (project, project / "keys", tmp_path / "door", project / ".." / "project" / "k"):
        with pytest.raises(ProjectError, match="inside the project folder"):
            KeyStore("pr-1", project, inside)
    monkeypatch.setenv("CALIBRATE_KEY_STORE", str(project / "keys"))
    with pytest.raises(ProjectError, match="inside the project folder"):
        KeyStore("pr-1", project)
    assert list(project.iterdir()) == [project / "work"]
    with pytest.raises(ProjectError, match="inside the project folder"):
        KeyStore("project", project, tmp_path)


def test_the_place_comes_from_the_argument_the_environment_or_the_accounts_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    monkeypatch.setenv("CALIBRATE_KEY_STORE", str(tmp_path / "named"))
    assert KeyStore("pr-1", project).folder == tmp_path / "named" / "pr-1"
    assert KeyStore("pr-1", project, tmp_path / "said").folder == tmp_path / "said" / "pr-1"
    monkeypatch.delenv("CALIBRATE_KEY_STORE")
    assert default_key_store().is_absolute() and "calibrate" in default_key_store().parts


def test_keys_are_never_overwritten_by_chance(tmp_path: Path) -> None:
    store, secrets = make_key_store(tmp_path), make_session_secrets()
    store.save_session("se-1", secrets, PASSPHRASE)
    with pytest.raises(SealError, match="exists already"):
        store.save_session("se-1", make_session_secrets(), PASSPHRASE)
    assert store.open_session("se-1", PASSPHRASE) == secrets
    assert [path.name for path in (store.folder / "sessions").iterdir()] == ["se-1.json"]


def test_a_lost_passphrase_is_mended_by_the_recovery_file_and_words(tmp_path: Path) -> None:
    store, secrets, recovery = make_key_store(tmp_path), make_session_secrets(), make_recovery_key()
    box = seal_for_recovery(secrets, "pr-1", "se-1", recovery_key=recovery.public_key)
    store.save_session("se-1", secrets, PASSPHRASE)
    found = open_with_recovery(box, "pr-1", "se-1", recovery_secret=recovery.secret)
    store.restore_session("se-1", found, "another four words entirely")
    assert store.open_session("se-1", "another four words entirely") == secrets
    with pytest.raises(SealError):
        store.open_session("se-1", PASSPHRASE)


def test_a_passphrase_can_be_changed_by_who_knows_it(tmp_path: Path) -> None:
    store, secrets = make_key_store(tmp_path), make_session_secrets()
    store.save_session("se-1", secrets, PASSPHRASE)
    with pytest.raises(SealError):
        store.change_passphrase("se-1", "a wrong passphrase", "another four words entirely")
    store.change_passphrase("se-1", PASSPHRASE, "another four words entirely")
    assert store.open_session("se-1", "another four words entirely") == secrets


def test_a_session_file_put_in_anothers_place_is_refused(tmp_path: Path) -> None:
    store = make_key_store(tmp_path)
    store.save_session("se-1", make_session_secrets(), PASSPHRASE)
    store.save_session("se-2", make_session_secrets(), PASSPHRASE)
    sessions = store.folder / "sessions"
    (sessions / "se-2.json").replace(sessions / "se-1.json")
    with pytest.raises(SealError, match="not believed"):
        store.open_session("se-1", PASSPHRASE)


@pytest.mark.parametrize("field", ["session_key", "verify_key"])
def test_a_public_key_changed_in_the_file_is_noticed(tmp_path: Path, field: str) -> None:
    store, other = make_key_store(tmp_path), make_session_secrets()
    store.save_session("se-1", make_session_secrets(), PASSPHRASE)
    from calibrate.store.sealing.encoding import to_text

    path = store.folder / "sessions" / "se-1.json"
    body = json.loads(path.read_text()) | {field: to_text(other.public_key)}
    path.write_text(json.dumps(body))
    with pytest.raises(SealError, match="not believed"):
        store.open_session("se-1", PASSPHRASE)


@pytest.mark.parametrize(
    "change", [{"memory": 2**40}, {"operations": 10**9}, {"memory": 0}, {"operations": 0}]
)
def test_a_file_that_asks_for_endless_work_is_refused(
    tmp_path: Path, change: dict[str, int]
) -> None:
    store = make_key_store(tmp_path)
    store.save_session("se-1", make_session_secrets(), PASSPHRASE)
    path = store.folder / "sessions" / "se-1.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(SealError, match="unusual amount of work"):
        store.open_session("se-1", PASSPHRASE)


@pytest.mark.parametrize("text", ["", "[]", "not json", '{"format": 99}'])
def test_a_damaged_file_is_said_plainly(tmp_path: Path, text: str) -> None:
    store = make_key_store(tmp_path)
    store.save_session("se-1", make_session_secrets(), PASSPHRASE)
    (store.folder / "sessions" / "se-1.json").write_text(text)
    with pytest.raises(SealError, match="key store"):
        store.open_session("se-1", PASSPHRASE)


def test_keys_that_are_elsewhere_are_said_to_be_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not on this machine") as caught:
        make_key_store(tmp_path).open_session("se-1", PASSPHRASE)
    assert caught.value.fix is not None and "CALIBRATE_KEY_STORE" in caught.value.fix


def test_a_recovery_key_put_in_place_of_the_first_is_noticed(tmp_path: Path) -> None:
    store, first = make_key_store(tmp_path), make_recovery_key().public_key
    store.check_recovery_key(first)
    store.check_recovery_key(first)
    with pytest.raises(SealError, match="not the one that this machine remembers"):
        store.check_recovery_key(make_recovery_key().public_key)
    with pytest.raises(SealError):
        store.remember_recovery_key(make_recovery_key().public_key)


@pytest.mark.parametrize("name", ["../se-1", "", "a/b", ".hidden", "a\\b", "se 1"])
def test_a_name_cannot_lead_out_of_the_key_store(tmp_path: Path, name: str) -> None:
    store = make_key_store(tmp_path)
    with pytest.raises(ArgumentError):
        store.save_session(name, make_session_secrets(), PASSPHRASE)
    with pytest.raises(ArgumentError):
        store.save_pin("se-1", name, make_rater_secret(), "482915")
    with pytest.raises(ArgumentError):
        make_key_store(tmp_path, project=name)


def test_the_passphrase_is_slow_to_try_by_default() -> None:
    assert PASSPHRASE_COST.memory >= 256 * 1024 * 1024 and PASSPHRASE_COST.operations >= 3
    salt = os.urandom(16)
    assert slow_key("x", salt, CHEAP) != slow_key("x", os.urandom(16), CHEAP)
    assert slow_key("x", salt, CHEAP) != slow_key("x", salt, Cost(2, CHEAP.memory))
    check_passphrase(PASSPHRASE)
