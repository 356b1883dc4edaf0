"""An app of a user, with sources that fail in the ways that sources fail."""
