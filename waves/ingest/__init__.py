"""What others send, as batches of samples: one parser a format. Nothing here knows Django."""
