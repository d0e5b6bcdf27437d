"""What the sealing tests share: a small session with keys, and cheap costs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nacl import pwhash

from calibrate.store.sealing import (
    COMMITTED,
    BallotPlace,
    Choice,
    Contents,
    KeyStore,
    Mark,
    RaterSecret,
    SealedBallot,
    SessionSecrets,
    make_rater_secret,
    make_session_secrets,
    open_ballot,
    seal_ballot,
)
from calibrate.store.sealing.passphrase import Cost

CHEAP = Cost(pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN)
PASSPHRASE = "seven quiet herons at noon"
SIZE = 16 * 1024
SOME = Contents(
    (
        Choice("pc-1", "FOC", level="3", note="clear claim", marks=(Mark("text", 4, 9),)),
        Choice("pc-1", "ORG", code="off_topic"),
        Choice("pc-2", "FOC", level="2", marks=(Mark("area", page=1, width=0.5, height=0.25),)),
    ),
    (("pc-1", "talk about this one"),),
)


@dataclass
class Panel:
    """A session's keys and two raters' secrets."""

    secrets: SessionSecrets
    anna: RaterSecret
    ben: RaterSecret

    def place(self, rater: str = "rt-anna", **other: str) -> BallotPlace:
        where = {"project": "pr-1", "session": "se-1", "round": "blind", "rater": rater}
        return BallotPlace(**(where | other))

    def seal(
        self,
        contents: Contents = SOME,
        *,
        place: BallotPlace | None = None,
        sequence: int = 1,
        state: str = COMMITTED,
        by: RaterSecret | None = None,
        key: bytes | None = None,
    ) -> SealedBallot:
        return seal_ballot(
            contents,
            place or self.place(),
            sequence,
            state,
            session_key=key or self.secrets.public_key,
            signing_key=(by or self.anna).signing_key,
            size=SIZE,
        )

    def open(self, ballot: SealedBallot, *, of: RaterSecret | None = None) -> Contents:
        return open_ballot(
            ballot,
            private_key=self.secrets.private_key,
            verify_key=(of or self.anna).verify_key,
            size=SIZE,
        )


def make_panel() -> Panel:
    return Panel(make_session_secrets(), make_rater_secret(), make_rater_secret())


def make_key_store(tmp_path: Path, project: str = "pr-1") -> KeyStore:
    folder = tmp_path / "project"
    folder.mkdir(exist_ok=True)
    return KeyStore(project, folder, tmp_path / "keys", passphrase_cost=CHEAP, pin_cost=CHEAP)
