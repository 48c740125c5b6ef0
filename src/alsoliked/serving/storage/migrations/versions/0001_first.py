"""The first tables."""

from alembic import op

from alsoliked.serving.storage.append_only import allow_changes, refuse_changes
from alsoliked.serving.storage.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    metadata.create_all(op.get_bind())
    refuse_changes(op.get_bind())


def downgrade() -> None:
    """Drop all tables."""
    allow_changes(op.get_bind())
    metadata.drop_all(op.get_bind())
