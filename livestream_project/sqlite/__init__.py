"""Django's engine for SQLite, whose files are for their owner only."""
