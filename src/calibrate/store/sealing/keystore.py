"""The key store: a folder outside the project that holds what the project must not.

For each project it keeps the recovery public key as it was at the start (so that another one put
into the project is noticed), each session's private halves under the facilitator's passphrase, the
key that PINs need, and each rater's secret wrapped with that key and the rater's PIN.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.utils import random as random_bytes

from calibrate.errors import ArgumentError, NotFound, SealError
from calibrate.store.sealing.encoding import (
    canonical_json,
    derive,
    from_text,
    same,
    statement,
    to_text,
)
from calibrate.store.sealing.keyfolder import KeyFolder, file_name
from calibrate.store.sealing.keys import RaterSecret, SessionSecrets
from calibrate.store.sealing.passphrase import (
    PASSPHRASE_COST,
    PIN_COST,
    Cost,
    check_passphrase,
    new_salt,
    slow_key,
)

_SECRET_SIZE = 32
_HANDOUTS = "calibrate handouts 1"


@dataclass(frozen=True, slots=True)
class SessionPublic:
    """A session's public halves as the key store remembers them, 32 bytes each."""

    session_key: bytes
    verify_key: bytes


class KeyStore(KeyFolder):
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
        super().__init__(project, project_folder, root)
        self._passphrase_cost = passphrase_cost
        self._pin_cost = pin_cost

    # --- the project's recovery key ---------------------------------------------------------

    def remember_recovery_key(self, public_key: bytes) -> None:
        """Keep the recovery public key (32 bytes) that the project started with."""
        self.write("recovery.json", {"public_key": to_text(public_key)})

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
        kept = from_text(self.read("recovery.json", "The remembered recovery key")["public_key"])
        if not same(kept, public_key):
            raise SealError(
                "The project's recovery key is not the one that this machine remembers. Somebody "
                "may have put another in its place.",
                fix="Do not start a session. Compare the label on the printed recovery sheet.",
            )

    # --- a session's private halves ---------------------------------------------------------

    def save_session(
        self,
        session: str,
        secrets: SessionSecrets,
        passphrase: str | None,
        *,
        demo: bool = False,
        replace: bool = False,
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
        replace
            Whether to write over keys that were made before; only for a session that no ballot
            was sealed for.

        Raises
        ------
        SealError
            If the passphrase is too short, or the session has keys here already.
        """
        self._save_session(session, secrets, passphrase, demo=demo, replace=replace)

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
        return (self.folder / "sessions" / f"{file_name(session)}.json").exists()

    def change_passphrase(self, session: str, old: str | None, new: str) -> None:
        """Keep a session's keys under a new passphrase."""
        self.restore_session(session, self.open_session(session, old), new)

    def restore_session(self, session: str, secrets: SessionSecrets, passphrase: str) -> None:
        """Keep keys that the recovery key opened under a new passphrase, in place of the old file."""
        self._save_session(session, secrets, passphrase, demo=False, replace=True)

    # --- raters' secrets, for a link that was lost --------------------------------------------

    def save_handouts(
        self, session: str, session_key: bytes, panel: Mapping[str, RaterSecret]
    ) -> None:
        """Keep the raters' secrets sealed to the session's public key, so that a lost link can be made again.

        Parameters
        ----------
        session_key
            The session's public key, 32 bytes.
        panel
            Rater id to secret.
        """
        body = {rater: to_text(secret.secret) for rater, secret in panel.items()}
        packed = statement(_HANDOUTS, self.project, session, canonical_json(body))
        box = SealedBox(PublicKey(session_key)).encrypt(packed)
        self.write(f"handouts/{file_name(session)}.json", {"box": to_text(box)}, replace=True)

    def open_handouts(self, session: str, secrets: SessionSecrets) -> dict[str, RaterSecret]:
        """The raters' secrets, by rater id.

        Raises
        ------
        SealError
            If they were sealed for another session, or the file was changed.
        NotFound
            If this machine does not hold them.
        """
        name = f"handouts/{file_name(session)}.json"
        box = from_text(self.read(name, "The raters' links of this session")["box"])
        head = statement(_HANDOUTS, self.project, session)
        trouble = "The raters' links kept on this machine are not those of this session."
        try:
            packed = SealedBox(PrivateKey(secrets.private_key)).decrypt(box)
        except CryptoError as error:
            raise SealError(trouble) from error
        if packed[: len(head)] != head:
            raise SealError(trouble)
        body = json.loads(packed[len(head) + 8 :])
        return {rater: RaterSecret(from_text(text)) for rater, text in body.items()}

    # --- raters' secrets behind a PIN -------------------------------------------------------

    def save_pin(self, session: str, rater: str, secret: RaterSecret, pin: str) -> None:
        """Wrap a rater's secret so that this machine, given the PIN, can unwrap it.

        Replaces an earlier PIN of the same rater and session.
        """
        salt = new_salt()
        cost = self._pin_cost
        key = self._pin_key(session, rater, slow_key(pin, salt, cost))
        self.write(
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
            body = self.read(self._pin_file(session, rater), "A PIN for this rater")
        except (NotFound, ArgumentError):
            slow_key(pin, new_salt(), self._pin_cost)  # as slow for a name that has no PIN
            return None
        cost = Cost(int(body["operations"]), int(body["memory"]))
        key = self._pin_key(session, rater, slow_key(pin, from_text(body["salt"]), cost))
        try:
            return RaterSecret(SecretBox(key).decrypt(from_text(body["box"])))
        except CryptoError:
            return None

    def forget_raters(self, session: str) -> None:
        """Remove the raters' secrets of a session that is closed: those behind PINs and those for lost links."""
        folder = self.folder / "pins" / file_name(session)
        if folder.is_dir():
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        (self.folder / "handouts" / f"{file_name(session)}.json").unlink(missing_ok=True)

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
        self.write(f"sessions/{file_name(session)}.json", body, replace=replace)

    def _session_statement(self, session: str, secrets: SessionSecrets) -> bytes:
        return statement("calibrate session keys 1", self.project, session, secrets.to_bytes())

    def _session(self, session: str) -> dict[str, Any]:
        return self.read(f"sessions/{file_name(session)}.json", "The keys of this session")

    def _pin_file(self, session: str, rater: str) -> str:
        return f"pins/{file_name(session)}/{file_name(rater)}.json"

    def _pin_key(self, session: str, rater: str, slow: bytes) -> bytes:
        return derive(self._server_key(), "calibrate pin key 1", self.project, session, rater, slow)

    def _server_key(self) -> bytes:
        path = self.folder / "server.json"
        if not path.exists():
            try:
                self.write("server.json", {"key": to_text(random_bytes(_SECRET_SIZE))})
            except SealError:
                if not path.exists():
                    raise
        return from_text(self.read("server.json", "The key that PINs need")["key"])
