"""How long the lists took that were shown."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was shown before was not measured."""
    op.add_column("exposures", sa.Column("milliseconds", sa.Double(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("exposures", "milliseconds")
