"""What the database holds beside the streams, and how it is asked off the event loop."""
