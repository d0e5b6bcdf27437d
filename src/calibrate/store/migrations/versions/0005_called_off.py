"""A session can be called off: a state that earlier versions do not know, and so must not open."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No table changes: the state is a word in a column that is there."""
