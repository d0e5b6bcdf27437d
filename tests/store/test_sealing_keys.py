from __future__ import annotations

import pytest

from calibrate.errors import ArgumentError, SealError
from calibrate.store.sealing import (
    RaterSecret,
    make_join_token,
    make_rater_secret,
    make_recovery_key,
    make_session_secrets,
    open_with_recovery,
    read_join_token,
    seal_for_recovery,
)
from calibrate.store.sealing.encoding import from_text, statement, to_text
from calibrate.store.sealing.keys import SessionSecrets, key_fingerprint


def test_a_raters_keys_all_come_from_the_secret_and_differ() -> None:
    secret = make_rater_secret()
    again = RaterSecret(secret.secret)
    assert again.verify_key == secret.verify_key and again.copy_key == secret.copy_key
    parts = {
        secret.secret,
        secret.verify_key,
        secret.copy_key,
        secret.hash,
        bytes(secret.signing_key),
    }
    assert len(parts) == 5


def test_the_stored_hash_recognises_the_secret_and_no_other() -> None:
    secret = make_rater_secret()
    assert secret.matches(secret.hash)
    assert not make_rater_secret().matches(secret.hash)


def test_secrets_do_not_show_in_a_traceback() -> None:
    rater, session, recovery = make_rater_secret(), make_session_secrets(), make_recovery_key()
    shown = repr(rater) + repr(session) + repr(recovery)
    for secret in (rater.secret, session.private_key, session.signing_seed, recovery.secret):
        assert repr(secret) not in shown and secret.hex() not in shown


def test_a_join_link_carries_the_secret_and_the_fingerprint_of_the_manifest_key() -> None:
    secret, session = make_rater_secret(), make_session_secrets()
    token = make_join_token(secret, session.verify_key)
    back, fingerprint = read_join_token(f" {token}\n")
    assert back == secret and fingerprint == key_fingerprint(session.verify_key)
    assert len(token) == 66 and set(token) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t + "A", lambda t: "é" + t, lambda t: ""]
)
def test_a_join_link_that_was_not_copied_whole_is_refused_kindly(spoil: object) -> None:
    token = make_join_token(make_rater_secret(), make_session_secrets().verify_key)
    with pytest.raises(SealError, match="not complete") as caught:
        read_join_token(spoil(token))  # type: ignore[operator]
    assert token not in str(caught.value)


def test_the_recovery_key_opens_what_was_sealed_for_it() -> None:
    recovery, secrets = make_recovery_key(), make_session_secrets()
    box = seal_for_recovery(secrets, "pr-1", "se-1", recovery_key=recovery.public_key)
    assert secrets.private_key not in box
    assert open_with_recovery(box, "pr-1", "se-1", recovery_secret=recovery.secret) == secrets


def test_another_recovery_key_or_a_box_of_another_session_is_refused() -> None:
    recovery, secrets = make_recovery_key(), make_session_secrets()
    box = seal_for_recovery(secrets, "pr-1", "se-1", recovery_key=recovery.public_key)
    with pytest.raises(SealError, match="does not open this session"):
        open_with_recovery(box, "pr-1", "se-1", recovery_secret=make_recovery_key().secret)
    with pytest.raises(SealError, match="another session"):
        open_with_recovery(box, "pr-1", "se-2", recovery_secret=recovery.secret)
    with pytest.raises(SealError, match="another session"):
        open_with_recovery(box, "pr-2", "se-1", recovery_secret=recovery.secret)
    with pytest.raises(SealError):
        open_with_recovery(box[:-1], "pr-1", "se-1", recovery_secret=recovery.secret)
    with pytest.raises(SealError, match="format"):
        open_with_recovery(b"\x02" + box[1:], "pr-1", "se-1", recovery_secret=recovery.secret)


def test_session_secrets_survive_being_packed() -> None:
    secrets = make_session_secrets()
    assert SessionSecrets.from_bytes(secrets.to_bytes()) == secrets
    with pytest.raises(SealError):
        SessionSecrets.from_bytes(b"short")
    with pytest.raises(ArgumentError):
        SessionSecrets(b"short", secrets.signing_seed)


def test_a_statement_can_be_read_in_one_way_only() -> None:
    assert statement("x", "ab", "c") != statement("x", "a", "bc")
    assert statement("x", "ab") != statement("x", "ab", "")
    assert statement("xa", "b") != statement("x", "ab")


def test_text_of_bytes_has_one_spelling() -> None:
    assert from_text(to_text(b"\xff\xfe\x00")) == b"\xff\xfe\x00"
    for spoiled in ("AB=", "A B", "AB\n", "AR"):
        with pytest.raises(SealError):
            from_text(spoiled)
