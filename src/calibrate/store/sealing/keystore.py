"""The key store: a folder outside the project that holds what the project must not.

For each project it keeps the recovery public key as it was at the start (so that another one put
into the project is noticed), each session's private halves under the facilitator's passphrase, the
key that PINs need, and each rater's secret wrapped with that key and the rater's PIN.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random as random_bytes

from calibrate.errors import ArgumentError, NotFound, SealError
from calibrate.store.sealing.encoding import derive, from_text, same, statement, to_text
from calibrate.store.sealing.files import (
    make_private_folder,
    read_private,
    refuse_inside,
    write_private,
)
from calibrate.store.sealing.keys import RaterSecret, SessionSecrets
from calibrate.store.sealing.passphrase import (
    PASSPHRASE_COST,
    PIN_COST,
    Cost,
    check_passphrase,
    new_salt,
    slow_key,
)

KEY_STORE_VARIABLE = "CALIBRATE_KEY_STORE"
FORMAT = 1
_NAME = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")
_SECRET_SIZE = 32


@dataclass(frozen=True, slots=True)
class SessionPublic:
    """A session's public halves as the key store remembers them, 32 bytes each."""

    session_key: bytes
    verify_key: bytes


def default_key_store() -> Path:
    """Where key stores lie: ``CALIBRATE_KEY_STORE``, else the account's data folder."""
    named = os.environ.get(KEY_STORE_VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("calibrate", appauthor=False) / "keys"


class KeyStore:
    """The keys of one project on this machine.

    Parameters
    ----------
    project
        The project's id.
    project_folder
        Where the project lies; the key store must lie elsewhere.
    root
        The folder of all key stores; by default `default_key_store`.
    passphrase_cost, pin_cost
        How slow a new passphrase or PIN is made to try.

    Raises
    ------
    ProjectError
        If the key store would lie inside the project folder.
    """

    def __init__(
        self,
        project: str,
        project_folder: Path,
        root: Path | None = None,
        *,
        passphrase_cost: Cost = PASSPHRASE_COST,
        pin_cost: Cost = PIN_COST,
    ) -> None:
        self.project = project
        base = default_key_store() if root is None else root
        refuse_inside(base, project_folder, "The key store")
        self.folder = base.expanduser().resolve() / _file_name(project)
        refuse_inside(self.folder, project_folder, "The key store")
        self._passphrase_cost = passphrase_cost
        self._pin_cost = pin_cost

    # --- the project's recovery key ---------------------------------------------------------

    def remember_recovery_key(self, public_key: bytes) -> None:
        """Keep the recovery public key (32 bytes) that the project started with."""
        self._write("recovery.json", {"public_key": to_text(public_key)})

    def check_recovery_key(self, public_key: bytes) -> None:
        """Check the project's recovery public key against the one remembered here.

        On a machine that has none yet it is remembered now.

        Raises
        ------
        SealError
            If it was changed since.
        """
        if not (self.folder / "recovery.json").exists():
            self.remember_recovery_key(public_key)
            return
        kept = from_text(self._read("recovery.json", "The remembered recovery key")["public_key"])
        if not same(kept, public_key):
            raise SealError(
                "The project's recovery key is not the one that this machine remembers. Somebody "
                "may have put another in its place.",
                fix="Do not start a session. Compare the label on the printed recovery sheet.",
            )

    # --- a session's private halves ---------------------------------------------------------

    def save_session(
        self, session: str, secrets: SessionSecrets, passphrase: str | None, *, demo: bool = False
    ) -> None:
        """Keep a session's private halves under the facilitator's passphrase.

        Parameters
        ----------
        session
            The session's id.
        secrets
            The private halves.
        passphrase
            At least 12 characters. None only with ``demo``.
        demo
            For the sample district: the keys are kept without a passphrase.

        Raises
        ------
        SealError
            If the passphrase is too short, or the session has keys here already.
        """
        self._save_session(session, secrets, passphrase, demo=demo, replace=False)

    def open_session(self, session: str, passphrase: str | None) -> SessionSecrets:
        """Open a session's private halves.

        Raises
        ------
        SealError
            If the passphrase is another one, or the file was changed.
        NotFound
            If this machine does not hold the session's keys.
        """
        body = self._session(session)
        if body["kdf"] == "none":
            packed = from_text(body["box"])
        else:
            if passphrase is None:
                raise SealError("Opening this session needs the facilitator's passphrase.")
            cost = Cost(int(body["operations"]), int(body["memory"]))
            key = slow_key(passphrase, from_text(body["salt"]), cost)
            try:
                packed = SecretBox(key).decrypt(from_text(body["box"]))
            except CryptoError as error:
                raise SealError(
                    "This is not the passphrase of this session.",
                    fix="Try again. If it is lost, the project's recovery file or words open the session.",
                ) from error
        secrets = SessionSecrets.from_bytes(packed[-2 * _SECRET_SIZE :])
        public = self.session_public(session)
        whole = same(packed, self._session_statement(session, secrets))
        if not (
            whole
            and same(secrets.public_key, public.session_key)
            and same(secrets.verify_key, public.verify_key)
        ):
            raise SealError("The key file of this session was changed and is not believed.")
        return secrets

    def session_public(self, session: str) -> SessionPublic:
        """A session's public halves; no passphrase is needed."""
        body = self._session(session)
        return SessionPublic(from_text(body["session_key"]), from_text(body["verify_key"]))

    def has_session(self, session: str) -> bool:
        """Whether this machine holds the session's keys."""
        return (self.folder / "sessions" / f"{_file_name(session)}.json").exists()

    def change_passphrase(self, session: str, old: str | None, new: str) -> None:
        """Keep a session's keys under a new passphrase."""
        self.restore_session(session, self.open_session(session, old), new)

    def restore_session(self, session: str, secrets: SessionSecrets, passphrase: str) -> None:
        """Keep keys that the recovery key opened under a new passphrase, in place of the old file."""
        self._save_session(session, secrets, passphrase, demo=False, replace=True)

    # --- raters' secrets behind a PIN -------------------------------------------------------

    def save_pin(self, session: str, rater: str, secret: RaterSecret, pin: str) -> None:
        """Wrap a rater's secret so that this machine, given the PIN, can unwrap it.

        Replaces an earlier PIN of the same rater and session.
        """
        salt = new_salt()
        cost = self._pin_cost
        key = self._pin_key(session, rater, slow_key(pin, salt, cost))
        self._write(
            self._pin_file(session, rater),
            {
                "salt": to_text(salt),
                "operations": cost.operations,
                "memory": cost.memory,
                "box": to_text(bytes(SecretBox(key).encrypt(secret.secret))),
            },
            replace=True,
        )

    def open_with_pin(self, session: str, rater: str, pin: str) -> RaterSecret | None:
        """The rater's secret if the PIN is right, else None.

        This does not slow or log tries: only `calibrate.store.sealing.pin.enter_with_pin` may call it.
        """
        try:
            body = self._read(self._pin_file(session, rater), "A PIN for this rater")
        except NotFound:
            return None
        cost = Cost(int(body["operations"]), int(body["memory"]))
        key = self._pin_key(session, rater, slow_key(pin, from_text(body["salt"]), cost))
        try:
            return RaterSecret(SecretBox(key).decrypt(from_text(body["box"])))
        except CryptoError:
            return None

    def forget_pins(self, session: str) -> None:
        """Remove the wrapped secrets of a session that is closed."""
        folder = self.folder / "pins" / _file_name(session)
        if folder.is_dir():
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()

    # --- inside -----------------------------------------------------------------------------

    def _save_session(
        self,
        session: str,
        secrets: SessionSecrets,
        passphrase: str | None,
        *,
        demo: bool,
        replace: bool,
    ) -> None:
        packed = self._session_statement(session, secrets)
        body: dict[str, Any] = {
            "project": self.project,
            "session": session,
            "session_key": to_text(secrets.public_key),
            "verify_key": to_text(secrets.verify_key),
        }
        if passphrase is None:
            if not demo:
                raise SealError(
                    "A session needs the facilitator's passphrase.",
                    fix="Only the sample district does without.",
                )
            body |= {"kdf": "none", "box": to_text(packed)}
        else:
            check_passphrase(passphrase)
            salt, cost = new_salt(), self._passphrase_cost
            key = slow_key(passphrase, salt, cost)
            body |= {
                "kdf": "argon2id",
                "salt": to_text(salt),
                "operations": cost.operations,
                "memory": cost.memory,
                "box": to_text(bytes(SecretBox(key).encrypt(packed))),
            }
        self._write(f"sessions/{_file_name(session)}.json", body, replace=replace)

    def _session_statement(self, session: str, secrets: SessionSecrets) -> bytes:
        return statement("calibrate session keys 1", self.project, session, secrets.to_bytes())

    def _session(self, session: str) -> dict[str, Any]:
        return self._read(f"sessions/{_file_name(session)}.json", "The keys of this session")

    def _pin_file(self, session: str, rater: str) -> str:
        return f"pins/{_file_name(session)}/{_file_name(rater)}.json"

    def _pin_key(self, session: str, rater: str, slow: bytes) -> bytes:
        return derive(self._server_key(), "calibrate pin key 1", self.project, session, rater, slow)

    def _server_key(self) -> bytes:
        path = self.folder / "server.json"
        if not path.exists():
            try:
                self._write("server.json", {"key": to_text(random_bytes(_SECRET_SIZE))})
            except SealError:
                if not path.exists():
                    raise
        return from_text(self._read("server.json", "The key that PINs need")["key"])

    def _write(self, name: str, body: dict[str, Any], *, replace: bool = False) -> None:
        path = self.folder / name
        for folder in (self.folder, path.parent):
            make_private_folder(folder)
        text = json.dumps({"format": FORMAT, **body}, indent=1)
        write_private(path, text.encode("utf-8"), replace=replace)

    def _read(self, name: str, what: str) -> dict[str, Any]:
        path = self.folder / name
        if not path.exists():
            raise NotFound(
                f"{what}: not on this machine.",
                fix=f"Use the machine where it was made, or name its key store with {KEY_STORE_VARIABLE}.",
            )
        try:
            body = json.loads(read_private(path))
        except ValueError as error:
            raise SealError("A file of the key store is damaged.", file=str(path)) from error
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise SealError(
                "A file of the key store has a format that this version does not know.",
                file=str(path),
            )
        return body


def _file_name(name: str) -> str:
    if not _NAME.match(name):
        raise ArgumentError(f"{name!r} cannot be the name of a file in the key store.")
    return name
