"""A client for programs and notebooks: no Django, no Channels.

from waves.client import Writer, read

with Writer("http://127.0.0.1:8000/streams/boiler/", key) as out:
    out.write({"inlet": 60.1})
for block in read("http://127.0.0.1:8000/streams/boiler/"):
    print(block.times, block["inlet"])
"""

from waves.client.reader import Reader, read
from waves.client.reading import Block, ReaderError
from waves.client.writer import Writer, WriterError

__all__ = ["Block", "Reader", "ReaderError", "Writer", "WriterError", "read"]
