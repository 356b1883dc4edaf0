"""What is kept of a stream on disk: how it is written, and how it is read."""
