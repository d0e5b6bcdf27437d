from __future__ import annotations

import json
from dataclasses import replace

import pytest

from calibrate.errors import ArgumentError, SealError
from calibrate.store.sealing import (
    Manifest,
    check_manifest,
    make_rater_secret,
    make_session_secrets,
    plan_digest,
    sign_manifest,
)
from calibrate.store.sealing.keys import key_fingerprint

secrets = make_session_secrets()
anna, ben = make_rater_secret(), make_rater_secret()
manifest = Manifest(
    project="pr-1",
    session="se-1",
    rubric="k8-writing",
    rubric_version=1,
    session_key=secrets.public_key,
    ballot_size=16384,
    panel={"rt-ben": ben.verify_key, "rt-anna": anna.verify_key},
    plan=plan_digest({"rt-anna": ("pc-1",), "rt-ben": ("pc-1", "pc-2")}),
    made_at="2026-03-03T15:00:00+00:00",
)


def _check(
    data: bytes, signature: bytes, verify_key: bytes = secrets.verify_key, **other: object
) -> Manifest:
    where: dict[str, object] = {
        "project": "pr-1",
        "session": "se-1",
        "trusted_key": secrets.verify_key,
    }
    return check_manifest(data, signature, verify_key, **(where | other))  # type: ignore[arg-type]


def test_a_signed_manifest_is_believed_and_read_back() -> None:
    read = _check(manifest.to_bytes(), sign_manifest(manifest, secrets.signing_key))
    assert read == manifest and read.verify_key("rt-anna") == anna.verify_key
    with pytest.raises(SealError, match="not on the panel"):
        read.verify_key("rt-stranger")


@pytest.mark.parametrize(
    "change",
    [
        {"session_key": make_session_secrets().public_key},
        {"panel": {"rt-ben": ben.verify_key, "rt-anna": make_rater_secret().verify_key}},
        {"panel": {"rt-anna": anna.verify_key}},
        {"ballot_size": 32768},
        {"rubric_version": 2},
        {"plan": plan_digest({"rt-anna": ("pc-2",)})},
        {"made_at": "2027-01-01T00:00:00+00:00"},
    ],
)
def test_a_tampered_manifest_is_refused(change: dict[str, object]) -> None:
    signature = sign_manifest(manifest, secrets.signing_key)
    tampered = replace(manifest, **change)  # type: ignore[arg-type]
    with pytest.raises(SealError, match="was changed"):
        _check(tampered.to_bytes(), signature)


def test_a_whole_new_manifest_signed_by_an_intruder_is_refused_by_key_store_and_link() -> None:
    intruder = make_session_secrets()
    forged = replace(manifest, session_key=intruder.public_key)
    signature = sign_manifest(forged, intruder.signing_key)
    with pytest.raises(SealError, match="was changed"):
        _check(forged.to_bytes(), signature, intruder.verify_key)
    with pytest.raises(SealError, match="was changed"):
        _check(
            forged.to_bytes(),
            signature,
            intruder.verify_key,
            trusted_key=None,
            trusted_fingerprint=key_fingerprint(secrets.verify_key),
        )
    with pytest.raises(SealError, match="was changed"):
        _check(forged.to_bytes(), signature, secrets.verify_key)


def test_a_link_alone_is_enough_to_check_a_manifest() -> None:
    read = _check(
        manifest.to_bytes(),
        sign_manifest(manifest, secrets.signing_key),
        trusted_key=None,
        trusted_fingerprint=key_fingerprint(secrets.verify_key),
    )
    assert read == manifest


def test_nothing_is_believed_without_something_outside_the_database() -> None:
    with pytest.raises(ArgumentError):
        _check(manifest.to_bytes(), sign_manifest(manifest, secrets.signing_key), trusted_key=None)


@pytest.mark.parametrize("other", [{"project": "pr-2"}, {"session": "se-2"}])
def test_a_manifest_of_another_session_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(SealError, match="another session"):
        _check(manifest.to_bytes(), sign_manifest(manifest, secrets.signing_key), **other)


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\0" * 10])
def test_a_manifest_without_its_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(SealError, match="was changed"):
        _check(manifest.to_bytes(), signature)


def test_a_manifest_has_one_spelling() -> None:
    body = json.loads(manifest.to_bytes())
    for spoiled in (
        json.dumps(body).encode(),
        manifest.to_bytes() + b" ",
        b"[]",
        b"\xff",
        b"{}",
        json.dumps(body | {"more": 1}, sort_keys=True, separators=(",", ":")).encode(),
    ):
        with pytest.raises(SealError):
            Manifest.from_bytes(spoiled)
    with pytest.raises(SealError, match="format"):
        Manifest.from_bytes(json.dumps(body | {"format": 2}).encode())


def test_a_panel_has_somebody_on_it_and_a_key_for_each() -> None:
    with pytest.raises(ArgumentError):
        replace(manifest, panel={})
    with pytest.raises(ArgumentError):
        replace(manifest, panel={"rt-anna": anna.verify_key, "rt-ben": anna.verify_key})


def test_a_plan_is_the_same_whatever_the_order() -> None:
    assert plan_digest({"a": ("1", "2"), "b": ("3",)}) == plan_digest(
        {"b": ("3",), "a": ("2", "1")}
    )
    assert plan_digest({"a": ("1",), "b": ("2",)}) != plan_digest({"a": ("2",), "b": ("1",)})
