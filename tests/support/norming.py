"""A small session in a project on disk, for tests of the norming workflow."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from calibrate.model.session import RoundName
from calibrate.store.repository import Store
from calibrate.store.sealing import Choice, KeyStore, RecoveryKey, make_recovery_key
from calibrate.workflows.norming import (
    Handout,
    Override,
    Seat,
    SessionPlan,
    commit,
    load_rules,
    open_desk,
    open_keys,
    open_scoring,
    reveal,
    save_choice,
    seat_from_link,
    set_up_session,
)
from tests.store.sealing_kit import PASSPHRASE
from tests.support.district import add_district

BLIND = RoundName.BLIND
PANEL = ("r2", "r3", "r4")
DAY = date(2025, 10, 14)
_operations = itertools.count(1)


@dataclass
class Room:
    """A project, its keys, and whoever is in the session."""

    id: str
    folder: Path
    store: Store
    keystore: KeyStore
    recovery: RecoveryKey
    session: str = ""
    handouts: dict[str, Handout] = field(default_factory=dict)

    @property
    def recovery_public_key(self) -> str | None:
        return self.recovery.public_text

    def set_up(self, **plan: object) -> str:
        wanted: dict[str, object] = {
            "title": "Fall norming",
            "rubric_id": "writing",
            "rubric_version": 1,
            "window_id": "2025-fall",
            "piece_ids": ("p1", "p2"),
            "rater_ids": PANEL,
        }
        session = set_up_session(
            self,
            SessionPlan(**(wanted | plan)),  # type: ignore[arg-type]
            by="coach",
            today=DAY,
            shuffle=random.Random(7),  # every run meets the pieces in the same order
        )
        self.session = session.id
        return session.id

    def open(self) -> None:
        made = open_scoring(self, self.keystore, self.session, PASSPHRASE, by="coach")
        self.handouts = {one.rater_id: one for one in made}

    def seat(self, rater: str) -> Seat:
        return seat_from_link(self, self.handouts[rater].token)

    def choose(
        self, rater: str, choice: Choice, *, round_name: RoundName = BLIND, seen: int | None = None
    ) -> int:
        seat = self.seat(rater)
        base = open_desk(self, seat, round_name).sequence if seen is None else seen
        operation = f"op-{next(_operations)}"
        return save_choice(
            self, seat, round_name, choice, operation_id=operation, seen=base
        ).sequence

    def answer_all(
        self, rater: str, level: str = "2", *, round_name: RoundName = BLIND, note: str = ""
    ) -> None:
        seat = self.seat(rater)
        rules = load_rules(self, seat)
        desk = open_desk(self, seat, round_name, rules=rules)
        for seen, pair in enumerate(desk.due, start=desk.sequence):
            save_choice(
                self,
                seat,
                round_name,
                Choice(*pair, level=level, note=note),
                operation_id=f"op-{next(_operations)}",
                seen=seen,
                rules=rules,
            )

    def commit(self, rater: str, *, round_name: RoundName = BLIND) -> str:
        seat = self.seat(rater)
        seen = open_desk(self, seat, round_name).sequence
        operation = f"op-{next(_operations)}"
        return commit(self, seat, round_name, operation_id=operation, seen=seen).receipt

    def everybody_commits(self, *, round_name: RoundName = BLIND) -> None:
        for rater in self.handouts:
            self.answer_all(rater, round_name=round_name)
            self.commit(rater, round_name=round_name)

    def reveal(self, *, round_name: RoundName = BLIND, override: Override | None = None) -> None:
        secrets = open_keys(self.keystore, self.session, PASSPHRASE)
        reveal(self, self.session, round_name, secrets, by="coach", override=override)


def make_room(store: Store, folder: Path, keystore: KeyStore) -> Room:
    with store.transaction() as unit:
        add_district(unit, raters=5)
    return Room("pr-test", folder, store, keystore, make_recovery_key())
