"""Blocks, frames, history, viewers, hub and pump: asyncio and numpy, without Django."""
