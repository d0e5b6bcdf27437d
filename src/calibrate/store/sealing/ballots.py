"""Sealed, signed ballots, and the rater's own readable copy.

A ballot is sealed to the session's public key (libsodium sealed box), and signed with the rater's
Ed25519 key over project, session, round, rater, sequence, state and the sealed bytes. The same
facts stand inside the seal as well, so that nobody can take another rater's sealed bytes and sign
them as their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.signing import SigningKey, VerifyKey

from calibrate.errors import ArgumentError, SealError
from calibrate.store.sealing.encoding import digest, statement
from calibrate.store.sealing.payload import Contents, pack, unpack

BALLOT_FORMAT = 1
DRAFT = "draft"
COMMITTED = "committed"
_SEAL_OVERHEAD = 48
_SIGNED_FOR = f"calibrate ballot {BALLOT_FORMAT}"
_RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class BallotRefused(SealError):
    """A ballot failed a check. ``rater`` is the id of the rater who would have to commit again."""

    def __init__(self, message: str, *, rater: str) -> None:
        super().__init__(message)
        self.rater = rater


@dataclass(frozen=True, slots=True)
class BallotPlace:
    """Where a ballot belongs: one rater's round in one session of one project (ids)."""

    project: str
    session: str
    round: str
    rater: str

    def __post_init__(self) -> None:
        if not all((self.project, self.session, self.round, self.rater)):
            raise ArgumentError("A ballot belongs to a project, a session, a round and a rater.")


@dataclass(frozen=True, slots=True)
class SealedBallot:
    """A ballot as it is stored: nobody can read it without the session's private key.

    Parameters
    ----------
    place
        Project, session, round and rater.
    sequence
        1 for the first save, one more at each change.
    state
        ``"draft"`` or ``"committed"``; signed, so that a draft cannot be passed off as committed.
    answered
        How many choices have a level or a code: the progress that others may see.
    sealed
        Format byte and sealed box; the same length for every ballot of a session.
    signature
        The rater's Ed25519 signature, 64 bytes.
    """

    place: BallotPlace
    sequence: int
    state: str
    answered: int
    sealed: bytes
    signature: bytes

    def __post_init__(self) -> None:
        if self.sequence < 1 or self.answered < 0:
            raise ArgumentError("A ballot's sequence number starts at 1.")
        if self.state not in (DRAFT, COMMITTED):
            raise ArgumentError("A ballot is a draft or it is committed.")

    @property
    def fingerprint(self) -> bytes:
        """32 bytes that stand for exactly this ballot, its place, number and state."""
        return digest("calibrate ballot fingerprint 1", _signed_bytes(self), self.signature)

    @property
    def receipt(self) -> str:
        """Ten letters and digits for the rater to keep: the same ones mean that the ballot was not changed."""
        number = int.from_bytes(self.fingerprint, "big")
        letters = []
        for _ in range(10):
            number, rest = divmod(number, len(_RECEIPT_LETTERS))
            letters.append(_RECEIPT_LETTERS[rest])
        return "".join(letters[:5]) + "-" + "".join(letters[5:])


def sealed_length(size: int) -> int:
    """How many bytes a sealed ballot has, given the session's ballot size in bytes."""
    return 1 + _SEAL_OVERHEAD + size


def seal_ballot(
    contents: Contents,
    place: BallotPlace,
    sequence: int,
    state: str,
    *,
    session_key: bytes,
    signing_key: SigningKey,
    size: int,
) -> SealedBallot:
    """Seal and sign one rater's ballot.

    Parameters
    ----------
    contents
        What the rater chose.
    place, sequence, state
        As in `SealedBallot`.
    session_key
        The session's public key, 32 bytes, from a manifest that was checked.
    signing_key
        The rater's signing key.
    size
        The session's ballot size in bytes, from the same manifest.

    Raises
    ------
    SealError
        If the contents do not fit the size.
    """
    packed = pack(_binding(place, sequence, state), contents, size)
    sealed = bytes([BALLOT_FORMAT]) + SealedBox(PublicKey(session_key)).encrypt(packed)
    unsigned = SealedBallot(place, sequence, state, contents.answered, sealed, b"")
    signature = signing_key.sign(_signed_bytes(unsigned)).signature
    return SealedBallot(place, sequence, state, contents.answered, sealed, signature)


def check_ballot(ballot: SealedBallot, *, verify_key: bytes, size: int) -> None:
    """Check a ballot's size and signature without opening it.

    Parameters
    ----------
    ballot
        The ballot as stored.
    verify_key
        The rater's verify key from the manifest, 32 bytes.
    size
        The session's ballot size in bytes from the manifest.

    Raises
    ------
    BallotRefused
        If it was cut, changed, moved from another place, or signed by somebody else.
    """
    if len(ballot.sealed) != sealed_length(size) or ballot.sealed[:1] != bytes([BALLOT_FORMAT]):
        raise BallotRefused(
            "A ballot does not have the size and format of this session.", rater=ballot.place.rater
        )
    try:
        VerifyKey(verify_key).verify(_signed_bytes(ballot), ballot.signature)
    except (BadSignatureError, ValueError, TypeError) as error:
        raise BallotRefused(
            "A ballot's signature is not that of its rater for this session and round.",
            rater=ballot.place.rater,
        ) from error


def open_ballot(
    ballot: SealedBallot, *, private_key: bytes, verify_key: bytes, size: int
) -> Contents:
    """Check a ballot and open it with the session's private key (32 bytes).

    Raises
    ------
    BallotRefused
        If any check fails: see `check_ballot`; or if what is inside belongs elsewhere.
    """
    check_ballot(ballot, verify_key=verify_key, size=size)
    rater = ballot.place.rater
    try:
        packed = SealedBox(PrivateKey(private_key)).decrypt(ballot.sealed[1:])
    except CryptoError as error:
        raise BallotRefused("A ballot was not sealed for this session.", rater=rater) from error
    try:
        binding, contents = unpack(packed)
    except SealError as error:
        raise BallotRefused(error.message, rater=rater) from error
    if binding != _binding(ballot.place, ballot.sequence, ballot.state):
        raise BallotRefused("A ballot holds what was sealed for another place.", rater=rater)
    if contents.answered != ballot.answered:
        raise BallotRefused("A ballot's progress does not agree with what it holds.", rater=rater)
    return contents


def seal_copy(
    contents: Contents, place: BallotPlace, sequence: int, state: str, *, copy_key: bytes, size: int
) -> bytes:
    """The rater's own readable copy: the same payload under a key that only the rater's secret gives."""
    packed = pack(_binding(place, sequence, state), contents, size)
    return bytes([BALLOT_FORMAT]) + SecretBox(copy_key).encrypt(packed)


def open_copy(sealed: bytes, place: BallotPlace, *, copy_key: bytes) -> tuple[int, str, Contents]:
    """Open the rater's own copy: sequence and state of the ballot that it is a copy of, and its contents.

    Raises
    ------
    SealError
        If the key is another one, or the copy was changed or belongs to another place.
    """
    if sealed[:1] != bytes([BALLOT_FORMAT]):
        raise SealError("Your own copy of the ballot has a format that this version does not know.")
    try:
        packed = SecretBox(copy_key).decrypt(sealed[1:])
    except (CryptoError, ValueError) as error:
        raise SealError(
            "Your own copy of the ballot does not open with this link.",
            fix="Use the link that was made for you in this session.",
        ) from error
    binding, contents = unpack(packed)
    sequence, state = binding.get("sequence"), binding.get("state")
    if not (isinstance(sequence, int) and isinstance(state, str)):
        raise SealError("Your own copy of the ballot does not hold what a ballot holds.")
    if binding != _binding(place, sequence, state):
        raise SealError("This copy of a ballot belongs to another rater, round or session.")
    return sequence, state, contents


def _binding(place: BallotPlace, sequence: int, state: str) -> dict[str, str | int]:
    return {
        "project": place.project,
        "session": place.session,
        "round": place.round,
        "rater": place.rater,
        "sequence": sequence,
        "state": state,
    }


def _signed_bytes(ballot: SealedBallot) -> bytes:
    place = ballot.place
    return statement(
        _SIGNED_FOR,
        place.project,
        place.session,
        place.round,
        place.rater,
        ballot.sequence,
        ballot.state,
        ballot.answered,
        ballot.sealed,
    )
