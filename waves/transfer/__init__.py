"""Recordings on their way into files and out of them, and back into a source."""
