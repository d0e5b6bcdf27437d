"""Sealed ballots and what they are checked against. Nothing here opens a ballot or is made from a PIN."""

import sqlalchemy as sa

from calibrate.model.session import BallotState, RoundName
from calibrate.store.columns import Choice, Moment
from calibrate.store.schema.base import blob, count, key, metadata, text, to

session_key = sa.Table(
    "session_key",
    metadata,
    key("session_id", to("session.id")),
    blob("public_key"),
    blob("recovery_box"),
)

manifest = sa.Table(
    "manifest",
    metadata,
    key("session_id", to("session.id")),
    blob("body"),
    blob("signature"),
    blob("verify_key"),
    sa.Column("signed_at", Moment, nullable=False),
)

rater_secret = sa.Table(
    "rater_secret",
    metadata,
    key("session_id", to("session.id")),
    key("rater_id", to("rater.id")),
    blob("secret_hash"),
    blob("verify_key"),
)

ballot = sa.Table(
    "ballot",
    metadata,
    key("session_id", to("session.id")),
    sa.Column("round", Choice(RoundName), primary_key=True),
    key("rater_id", to("rater.id")),
    count("sequence"),
    blob("sealed"),
    blob("signature"),
    sa.Column("state", Choice(BallotState), nullable=False),
    count("answered"),
    blob("own_copy", null=True),
    sa.Column("saved_at", Moment),
    sa.Column("committed_at", Moment),
)

ballot_operation = sa.Table(
    "ballot_operation",
    metadata,
    key("session_id"),
    sa.Column("round", Choice(RoundName), primary_key=True),
    key("rater_id"),
    key("operation_id"),
    count("sequence"),
    blob("fingerprint", null=True),
    sa.ForeignKeyConstraint(
        ["session_id", "round", "rater_id"],
        ["ballot.session_id", "ballot.round", "ballot.rater_id"],
        name="fk_ballot_operation_ballot",
    ),
)
"""Append-only: the choices that were stored, each once, by the id that the page gave them.

``fingerprint`` stands for exactly the ballot that was stored, so that one that was set back is noticed.
"""

pin_try = sa.Table(
    "pin_try",
    metadata,
    key("id"),
    text("session_id", to("session.id"), index=True),
    text("rater_id", to("rater.id"), null=True),
    sa.Column("tried_at", Moment, nullable=False),
    text("outcome", server_default="wrong"),
)
