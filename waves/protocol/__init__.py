"""What is said of a stream: blocks, frames, messages, descriptions. Pure: no Django."""
