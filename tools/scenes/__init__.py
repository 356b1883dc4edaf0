"""Signals as people have them, for the pictures of docs/oscilloscope.md."""
