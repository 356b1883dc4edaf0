"""What one server process keeps of the streams and sends to its viewers. It knows no Django."""
