"""A client for programs and notebooks: no Django, no Channels.

from waves.client import Writer

with Writer("http://127.0.0.1:8000/streams/boiler/", key) as out:
    out.write({"inlet": 60.1})
"""

from waves.client.writer import Writer, WriterError

__all__ = ["Writer", "WriterError"]
