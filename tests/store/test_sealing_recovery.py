from __future__ import annotations

import hashlib
import os
import random
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import ArgumentError, ProjectError, SealError
from calibrate.store.sealing import (
    make_recovery_key,
    read_public_key,
    read_recovery,
    read_recovery_file,
    write_recovery_file,
)
from calibrate.store.sealing.recovery import RecoveryKey, recovery_sheet
from calibrate.store.sealing.words import secret_to_lines, word_list, words_to_secret


def test_the_word_list_never_changes() -> None:
    words = word_list()
    assert len(words) == len(set(words)) == 4096
    assert hashlib.sha256(" ".join(words).encode()).hexdigest() == (
        "1c957c89816155c3dcbbbcda3cccc9db9937c3be9f03346c3cba0b615f976afa"
    )


def test_fixed_words_still_read_as_the_secret_they_were_printed_for() -> None:
    lines = secret_to_lines(bytes(range(32)))
    assert lines == (
        "baba buwa basa guju voru",
        "bila koto bofi nohi juha",
        "bovi siva bupu bahi vono",
        "daju futa dibu jugi mamu",
        "disu mori doma roha kiho",
        "duga waho daka diri nasu",
    )


@settings(deadline=None, max_examples=50)
@given(st.binary(min_size=32, max_size=32))
def test_words_read_back_as_the_secret(secret: bytes) -> None:
    assert words_to_secret("\n".join(secret_to_lines(secret))) == secret


def test_words_may_be_typed_as_people_type() -> None:
    key = make_recovery_key()
    lines = key.words
    for typed in (
        " ".join(lines).upper(),
        "\r\n".join(f"{n}) {line}" for n, line in enumerate(lines, 1)),
        "-".join(" ".join(lines).split()),
        ", ".join(" ".join(lines).split()),
        " ".join(lines).replace("o", "0"),
    ):
        assert read_recovery(typed, public_key=key.public_key) == key


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 29), st.integers(0, 4095), st.integers(0, 2**32))
def test_a_wrong_word_is_noticed_in_its_line(place: int, index: int, seed: int) -> None:
    secret = random.Random(seed).randbytes(32)
    words = " ".join(secret_to_lines(secret)).split()
    if words[place] == word_list()[index]:
        index = (index + 1) % 4096
    words[place] = word_list()[index]
    with pytest.raises(SealError) as caught:
        words_to_secret(" ".join(words))
    message = caught.value.message
    assert f"Line {place // 5 + 1} " in message or "do not belong together" in message


def test_nearly_every_single_wrong_word_is_told_with_its_line() -> None:
    draw = random.Random(4)
    told = 0
    for _ in range(300):
        words = " ".join(secret_to_lines(draw.randbytes(32))).split()
        place = draw.randrange(30)
        words[place] = draw.choice([word for word in word_list() if word != words[place]])
        with pytest.raises(SealError) as caught:
            words_to_secret(" ".join(words))
        told += f"Line {place // 5 + 1} " in caught.value.message
    assert told >= 297


def test_swapped_lines_are_noticed() -> None:
    lines = list(make_recovery_key().words)
    lines[1], lines[2] = lines[2], lines[1]
    with pytest.raises(SealError, match="Line 2"):
        words_to_secret("\n".join(lines))


def test_a_line_of_another_sheet_is_noticed() -> None:
    lines, other = list(make_recovery_key().words), make_recovery_key().words
    lines[3] = other[3]
    with pytest.raises(SealError, match="do not belong together"):
        words_to_secret("\n".join(lines))


def test_an_unknown_or_missing_word_is_named_by_its_place_and_not_repeated() -> None:
    words = " ".join(make_recovery_key().words).split()
    with pytest.raises(SealError, match="30 recovery words"):
        words_to_secret(" ".join(words[:-1]))
    with pytest.raises(SealError, match="Word 3 of line 2") as caught:
        words_to_secret(" ".join([*words[:7], "queen", *words[8:]]))
    assert "queen" not in str(caught.value)


def test_the_recovery_file_opens_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    project, key = tmp_path / "project", make_recovery_key()
    project.mkdir()
    path = tmp_path / "recovery.txt"
    write_recovery_file(path, key, project_title="Harbor Falls", project_folder=project)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_recovery_file(path, public_key=key.public_key) == key
    assert key.secret.hex() not in path.read_text()
    with pytest.raises(SealError, match="exists already"):
        write_recovery_file(path, key, project_title="Harbor Falls", project_folder=project)


def test_the_recovery_file_is_refused_inside_the_project(tmp_path: Path) -> None:
    project, key = tmp_path / "project", make_recovery_key()
    (project / "work").mkdir(parents=True)
    (tmp_path / "door").symlink_to(project / "work")
    for path in (project / "r.txt", project / "work" / "r.txt", tmp_path / "door" / "r.txt"):
        with pytest.raises(ProjectError, match="inside the project folder"):
            write_recovery_file(path, key, project_title="x", project_folder=project)
        assert not path.exists()


def test_a_title_cannot_disguise_itself_as_part_of_the_sheet() -> None:
    key = make_recovery_key()
    title = "x\n  1.  baba baba baba baba baba\npublic key: AAAA"
    assert read_recovery(recovery_sheet(key, title), public_key=key.public_key) == key


def test_a_damaged_or_foreign_recovery_file_is_refused(tmp_path: Path) -> None:
    key, other = make_recovery_key(), make_recovery_key()
    sheet = recovery_sheet(key, "x")
    with pytest.raises(SealError, match="another project"):
        read_recovery(sheet, public_key=other.public_key)
    mixed = sheet.replace(
        sheet.split("public key: ")[1], recovery_sheet(other, "x").split("public key: ")[1]
    )
    with pytest.raises(SealError, match="do not belong together"):
        read_recovery(mixed, public_key=key.public_key)
    with pytest.raises(SealError, match="recovery words"):
        read_recovery(sheet.replace(key.words[5], ""), public_key=key.public_key)
    with pytest.raises(SealError, match="cannot be read"):
        read_recovery_file(tmp_path / "nothing.txt", public_key=key.public_key)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    with pytest.raises(SealError, match="cannot be read"):
        read_recovery_file(tmp_path / "picture.png", public_key=key.public_key)


def test_the_public_half_is_read_back_from_the_settings() -> None:
    key = make_recovery_key()
    assert read_public_key(key.public_text) == key.public_key
    assert read_public_key(f" {key.public_key.hex()} ") == key.public_key
    for wrong in ("", "abc", key.public_text[:-2], "é" * 43):
        with pytest.raises(SealError, match="is not a key"):
            read_public_key(wrong)


def test_a_recovery_key_has_its_length() -> None:
    with pytest.raises(ArgumentError):
        RecoveryKey(b"short")
    with pytest.raises(ArgumentError):
        secret_to_lines(b"short")
