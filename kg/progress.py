"""Progress on stderr, with rate and time left, on a terminal only."""

from __future__ import annotations

from types import TracebackType

from tqdm import tqdm


class Progress:
    """A bar for one step of the work."""

    def __init__(self, title: str, *, unit: str, total: int | None = None) -> None:
        # disable=None: tqdm draws only where stderr is a terminal.
        self._bar = tqdm(
            desc=title, unit=f" {unit}", total=total, disable=None, leave=False, dynamic_ncols=True
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def advance(self, count: int) -> None:
        """Say that `count` more are done."""
        self._bar.update(count)
