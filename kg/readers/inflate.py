"""Transparent decompression of gzip and Zstandard, by magic bytes, that streams and refuses bombs."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import BinaryIO, Protocol

import zstandard

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# Abstracts shrink to a third or a fifth, the most repetitive tables to a fiftieth.
MAX_RATIO = 300
RATIO_APPLIES_FROM = 1 << 26
# Zstandard can make 128 KiB of four bytes, and its decoder gives all that its input makes: so little input.
_ZSTD_STEP = 1 << 10


class DamageError(Exception):
    """Compressed data cannot be decoded any further; the text says why."""


class Readable(Protocol):
    """The part of a binary file that is needed."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        ...


class Counting(io.RawIOBase):
    """Hands on bytes and counts them, with the bytes already taken put back in front."""

    def __init__(self, first: bytes, raw: Readable) -> None:
        self._first = first
        self._raw = raw
        self.count = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes, 64 KiB by default."""
        size = size if size > 0 else 1 << 16
        block, self._first = self._first[:size], self._first[size:]
        block = block or self._raw.read(size) or b""
        self.count += len(block)
        return block


class _Gzip:
    """Gzip members in a row; what is whole before the damage is given before the error."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._file = gzip.GzipFile(fileobj=raw, mode="rb")

    def read(self, size: int, /) -> bytes:
        # `read` would lose what it gathered when the next piece raises.
        return self._file.read1(size)


class _Zstandard:
    """Zstandard frames in a row; unlike the library's own stream reader it notices a cut frame."""

    def __init__(self, raw: Readable) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._open = False
        self._input = b""
        self._output = b""

    def read(self, size: int, /) -> bytes:
        while not self._output:
            data = self._input or self._raw.read(_ZSTD_STEP)
            self._input = b""
            if not data:
                if self._open:
                    raise DamageError("the zst data is cut off")
                return b""
            self._open = True
            self._output = self._frame.decompress(data)
            if self._frame.eof:
                self._input = self._frame.unused_data
                self._frame = zstandard.ZstdDecompressor().decompressobj()
                self._open = False
        block, self._output = self._output[:size], self._output[size:]
        return block


class _Guarded:
    """Turns every library's error into `DamageError` and stops absurd expansion."""

    def __init__(self, packed: Counting, plain: Readable) -> None:
        self._packed = packed
        self._plain = plain
        self._count = 0

    def read(self, size: int, /) -> bytes:
        try:
            block = self._plain.read(size)
        except EOFError:
            raise DamageError("the gz data is cut off") from None
        except (zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
            raise DamageError(f"the compressed data is damaged: {error}") from None
        self._count += len(block)
        if self._count > RATIO_APPLIES_FROM and self._count > MAX_RATIO * max(self._packed.count, 1):
            raise DamageError(f"it expands to over {MAX_RATIO} times its size, as no text does")
        return block


def inflate(raw: BinaryIO) -> Readable:
    """Return a reader of what `raw` holds, decompressed where its first bytes say gzip or Zstandard."""
    magic = b""
    while len(magic) < len(ZSTD_MAGIC) and (block := raw.read(len(ZSTD_MAGIC) - len(magic))):
        magic += block
    packed = Counting(magic, raw)
    if magic.startswith(GZIP_MAGIC):
        return _Guarded(packed, _Gzip(packed))
    if magic == ZSTD_MAGIC:
        return _Guarded(packed, _Zstandard(packed))
    return packed
