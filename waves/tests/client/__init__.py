"""A client of the protocol, written from docs/protocol.md alone: it imports nothing of Waves."""
