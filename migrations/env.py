"""Runs the migrations on the connection that survey.storage.schema hands over."""

from alembic import context

from survey.storage.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, transaction_per_migration=False
)
with context.begin_transaction():
    context.run_migrations()
