"""The database's history, oldest first."""
