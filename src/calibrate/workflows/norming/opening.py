"""Opening a session for scoring: keys, the signed manifest, and what each rater is handed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from calibrate.errors import SealError
from calibrate.model.sealed import RaterSecretHash, SessionKey, StoredManifest
from calibrate.model.session import RoundName, Session, SessionRound, SessionState
from calibrate.store.repository import Unit
from calibrate.store.sealing import (
    KeyStore,
    Manifest,
    RaterSecret,
    RecoveryKey,
    SessionSecrets,
    ballot_size,
    make_join_token,
    make_pin,
    make_rater_secret,
    make_session_secrets,
    open_with_recovery,
    plan_digest,
    read_join_token,
    read_public_key,
    seal_for_recovery,
    sign_manifest,
)
from calibrate.store.sealing.encoding import same
from calibrate.store.sealing.files import refuse_inside, write_private
from calibrate.store.sealing.keys import key_fingerprint
from calibrate.workflows.norming.trust import (
    NormingProject,
    criteria_of,
    pieces_by_rater,
    pieces_of,
    refuse_over,
    rubric_of,
)


@dataclass(frozen=True, slots=True)
class Handout:
    """What one rater is given, once and in person: the token of the join link, and a PIN."""

    rater_id: str
    token: str = field(repr=False)
    pin: str = field(repr=False)


def open_scoring(
    project: NormingProject,
    keystore: KeyStore,
    session_id: str,
    passphrase: str | None,
    *,
    by: str,
    now: datetime | None = None,
    demo: bool = False,
) -> tuple[Handout, ...]:
    """Make the session's keys, sign the manifest, and take ballots from now on.

    Parameters
    ----------
    project, keystore
        The project and its key store.
    session_id
        A session that is set up.
    passphrase
        The facilitator's, at least 12 characters. None only with ``demo``.
    by
        Who opens it.
    now
        The time; by default the clock's.
    demo
        For the sample district, where no passphrase is asked for.

    Returns
    -------
    tuple of Handout
        One for each rater, in the order of their ids. They are shown now; `hand_out_again` needs the
        passphrase.

    Raises
    ------
    SealError
        If the project has no recovery key, or another one than this machine remembers; if the
        passphrase is too short.
    StaleWrite
        If the session is open already.
    """
    recovery_key = _recovery_key(project, keystore)
    at = now or datetime.now(UTC)
    secrets = make_session_secrets()
    with project.store.transaction() as unit:
        session = unit.sessions.get(session_id)
        unit.sessions.move(session_id, SessionState.SETUP, SessionState.SCORING)
        panel = {
            member.rater_id: make_rater_secret()
            for member in unit.sessions.panel.all(session_id=session_id)
        }
        manifest = _manifest(unit, project.id, session, secrets, panel, at)
        unit.ballots.keys.add(
            SessionKey(
                session_id,
                secrets.public_key,
                seal_for_recovery(secrets, project.id, session_id, recovery_key=recovery_key),
            )
        )
        unit.ballots.manifests.add(
            StoredManifest(
                session_id,
                manifest.to_bytes(),
                sign_manifest(manifest, secrets.signing_key),
                secrets.verify_key,
                at,
            )
        )
        unit.ballots.secrets.add_all(
            RaterSecretHash(session_id, rater, secret.hash, secret.verify_key)
            for rater, secret in panel.items()
        )
        unit.sessions.rounds.add(SessionRound(session_id, RoundName.BLIND, at, by))
        unit.audit.log(by, "session.open", session_id)
        # The keys are written last, while nobody else can open the session: if this fails nothing is saved.
        keystore.save_session(session_id, secrets, passphrase, demo=demo, replace=True)
        keystore.save_handouts(session_id, secrets.public_key, panel)
        return tuple(
            _handout(keystore, session_id, rater, panel[rater], secrets.verify_key)
            for rater in sorted(panel)
        )


def hand_out_again(
    project: NormingProject,
    keystore: KeyStore,
    session_id: str,
    rater_id: str,
    secrets: SessionSecrets,
    *,
    by: str,
) -> Handout:
    """Give a rater who lost the link the same link again, and a new PIN. It is logged.

    Parameters
    ----------
    secrets
        The session's private halves, from `open_keys` or `recover_keys`.
    """
    with project.store.reading() as unit:
        refuse_over(unit.sessions.get(session_id).state)
    panel = keystore.open_handouts(session_id, secrets)
    if rater_id not in panel:
        raise SealError("This rater is not on the panel that the facilitator signed.")
    with project.store.transaction() as unit:
        unit.audit.log(by, "session.handout", session_id, rater_id)
    return _handout(keystore, session_id, rater_id, panel[rater_id], secrets.verify_key)


def open_keys(keystore: KeyStore, session_id: str, passphrase: str | None) -> SessionSecrets:
    """The session's private halves, by the facilitator's passphrase."""
    return keystore.open_session(session_id, passphrase)


def recover_keys(
    project: NormingProject,
    session_id: str,
    recovery: RecoveryKey,
    *,
    by: str,
    keystore: KeyStore | None = None,
    witness: str | None = None,
) -> SessionSecrets:
    """The session's private halves, by the project's recovery key. It is logged.

    `KeyStore.restore_session` then keeps them under a new passphrase. Anybody can seal something
    to a public key, so what comes out is compared with what stands outside the database.

    Parameters
    ----------
    project, session_id, recovery, by
        What is opened with which key, and who does it.
    keystore
        This machine's key store: if it knows the session, the keys must be the ones it knows.
    witness
        The token of any rater's join link, for a machine that does not know the session.

    Raises
    ------
    SealError
        If the recovery key is another one, or the keys are not the session's.
    """
    with project.store.transaction() as unit:
        key = unit.ballots.keys.get(session_id)
        found = open_with_recovery(
            key.recovery_box, project.id, session_id, recovery_secret=recovery.secret
        )
        known = keystore is not None and keystore.has_session(session_id)
        if known and keystore is not None:
            right = same(keystore.session_public(session_id).verify_key, found.verify_key)
        elif witness is not None:
            right = same(read_join_token(witness)[1], key_fingerprint(found.verify_key))
        else:
            right = True
        if not right:
            raise SealError(
                "The recovery copy stored here holds other keys than those the raters were given.",
                fix="Somebody changed the database: use a sound copy of the project.",
            )
        unit.audit.log(by, "session.recovered", session_id)
    return found


def write_handouts(project: NormingProject, path: Path, handouts: Sequence[Handout]) -> None:
    """Write links and PINs to a new CSV file outside the project (mode 0600): rater, token, PIN.

    Raises
    ------
    ProjectError
        If the file would lie inside the project.
    SealError
        If it exists.
    """
    refuse_inside(path, project.folder, "The file of links and PINs")
    with project.store.reading() as unit:
        source = {one.id: one.source_id for one in unit.people.raters.all()}
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(["rater", "link", "pin"])
    table.writerows((source[one.rater_id], one.token, one.pin) for one in handouts)
    write_private(path, text.getvalue().encode("utf-8"))


def _recovery_key(project: NormingProject, keystore: KeyStore) -> bytes:
    if not project.recovery_public_key:
        raise SealError(
            "This project has no recovery key, and no session starts without one.",
            fix="Make one with `calibrate init`, and keep its sheet in a safe place.",
        )
    public_key = read_public_key(project.recovery_public_key)
    keystore.check_recovery_key(public_key)
    return public_key


def _manifest(
    unit: Unit,
    project: str,
    session: Session,
    secrets: SessionSecrets,
    panel: dict[str, RaterSecret],
    at: datetime,
) -> Manifest:
    rubric, pieces = rubric_of(unit, session), pieces_of(unit, session)
    plan = pieces_by_rater(unit, session.id)
    if set(plan) != set(panel):
        raise SealError(
            "Somebody on the panel has nothing to score.", fix="Set the session up anew."
        )
    widest = max(len(criteria_of(rubric, piece)) for piece in pieces.values())
    return Manifest(
        project=project,
        session=session.id,
        rubric=rubric.id,
        rubric_version=rubric.version,
        session_key=secrets.public_key,
        ballot_size=ballot_size(max(len(its) for its in plan.values()), max(widest, 1)),
        panel={rater: secret.verify_key for rater, secret in panel.items()},
        plan=plan_digest(plan),
        made_at=at.isoformat(timespec="seconds"),
    )


def _handout(
    keystore: KeyStore, session_id: str, rater_id: str, secret: RaterSecret, verify_key: bytes
) -> Handout:
    pin = make_pin()
    keystore.save_pin(session_id, rater_id, secret, pin)
    return Handout(rater_id, make_join_token(secret, verify_key), pin)
