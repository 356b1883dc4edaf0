"""The last samples of a stream, in memory. Pure: no Django."""
