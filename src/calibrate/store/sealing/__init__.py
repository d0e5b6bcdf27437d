"""Sealing: ballots that nobody can read before the reveal, and the keys that make it so.

``docs/security.md`` says what is promised, to whom, and by which construction.
"""

from calibrate.store.sealing.ballots import (
    COMMITTED,
    DRAFT,
    BallotPlace,
    BallotRefused,
    SealedBallot,
    check_ballot,
    open_ballot,
    open_copy,
    seal_ballot,
    seal_copy,
)
from calibrate.store.sealing.keyfolder import default_key_store
from calibrate.store.sealing.keys import (
    RaterSecret,
    SessionSecrets,
    make_join_token,
    make_rater_secret,
    make_session_secrets,
    open_with_recovery,
    read_join_token,
    seal_for_recovery,
)
from calibrate.store.sealing.keystore import KeyStore
from calibrate.store.sealing.manifest import Manifest, check_manifest, plan_digest, sign_manifest
from calibrate.store.sealing.payload import Choice, Contents, Mark, ballot_size
from calibrate.store.sealing.pin import PinRefused, enter_with_pin, make_pin
from calibrate.store.sealing.recovery import (
    RecoveryKey,
    make_recovery_key,
    read_public_key,
    read_recovery,
    read_recovery_file,
    write_recovery_file,
)

__all__ = [
    "COMMITTED",
    "DRAFT",
    "BallotPlace",
    "BallotRefused",
    "Choice",
    "Contents",
    "KeyStore",
    "Manifest",
    "Mark",
    "PinRefused",
    "RaterSecret",
    "RecoveryKey",
    "SealedBallot",
    "SessionSecrets",
    "ballot_size",
    "check_ballot",
    "check_manifest",
    "default_key_store",
    "enter_with_pin",
    "make_join_token",
    "make_pin",
    "make_rater_secret",
    "make_recovery_key",
    "make_session_secrets",
    "open_ballot",
    "open_copy",
    "open_with_recovery",
    "plan_digest",
    "read_join_token",
    "read_public_key",
    "read_recovery",
    "read_recovery_file",
    "seal_ballot",
    "seal_copy",
    "seal_for_recovery",
    "sign_manifest",
    "write_recovery_file",
]
