"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, Literal, overload


@overload
def atomic_write(
    path: Path, mode: Literal["w"] = "w", *, encoding: str = "utf-8", newline: str = "\n"
) -> AbstractContextManager[IO[str]]: ...


@overload
def atomic_write(path: Path, mode: Literal["wb"]) -> AbstractContextManager[IO[bytes]]: ...


def atomic_write(
    path: Path, mode: Literal["w", "wb"] = "w", *, encoding: str = "utf-8", newline: str = "\n"
) -> AbstractContextManager[IO[Any]]:
    """Open a file that replaces `path` when the block ends well and leaves it untouched when it does not.

    A reader sees the old file or the new one, also after a power cut: the text is written under another
    name in the same folder, synced and renamed, and the folder is synced. A link is followed, and an
    existing file keeps its permissions. What is no regular file (`/dev/null`, a named pipe) is written
    directly, since renaming onto it would remove it.

    Args:
        path: the file to write; its folder must exist.
        mode: "w" for text, "wb" for bytes.
        encoding: of text.
        newline: the end of a line in text, as `open` takes it.

    Raises:
        OSError: if the folder or file cannot be written, or `path` is a folder.
    """
    text = (None, None) if mode == "wb" else (encoding, newline)
    if path.is_dir():
        raise IsADirectoryError(21, "Is a directory", str(path))
    # Asked before links are resolved: /dev/stdout resolves to a name that does not exist.
    if path.exists() and not path.is_file():
        return _open(path, mode, *text)
    return _replace(path.resolve(), mode, *text)


def _open(file: Path | int, mode: str, encoding: str | None, newline: str | None) -> IO[Any]:
    return open(file, mode, encoding=encoding, newline=newline)  # noqa: PTH123 - it may be a descriptor


@contextmanager
def _replace(path: Path, mode: str, encoding: str | None, newline: str | None) -> Iterator[IO[Any]]:
    # Not derived from the file's name, which may already be as long as a name can be.
    scratch = path.with_name(f".kg-{secrets.token_hex(8)}.tmp")
    # Opened by hand so that the permissions follow the umask, as those of any new file.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(scratch, flags, 0o666)
    try:
        with _open(handle, mode, encoding, newline) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            scratch.chmod(stat.S_IMODE(path.stat().st_mode))
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def is_scratch(path: Path) -> bool:
    """Whether a file is the unfinished copy of one that was being written."""
    return path.name.startswith(".kg-") and path.name.endswith(".tmp")


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut (Windows does so by itself and offers no call)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
