"""How far it is, on one line of a terminal; nothing where standard error is none."""

import threading
import time
from typing import Final, TextIO

from uploader.limits import size_label

_BAR: Final = 20
_EVERY_S: Final = 0.1


class ProgressLine:
    """Counts files and bytes; any thread may tell it of more."""

    def __init__(self, stream: TextIO, *, files: int, size_bytes: int) -> None:
        self._stream, self._files, self._size_bytes = stream, files, size_bytes
        self._done_files, self._sent = 0, dict[int, int]()
        self._drawn_s = float("-inf")
        self._lock = threading.Lock()

    def sent(self, file: int, sent_bytes: int) -> None:
        """So many bytes of the file with this number went out."""
        with self._lock:
            self._sent[file] = sent_bytes
            self._draw()

    def done(self, file: int, size_bytes: int) -> None:
        """Nothing more will happen to this file."""
        with self._lock:
            self._sent[file] = size_bytes
            self._done_files += 1
            self._draw(at_once=True)

    def clear(self) -> None:
        """Leaves the line to others."""
        if self._stream.isatty():
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self, *, at_once: bool = False) -> None:
        now_s = time.monotonic()
        if not self._stream.isatty() or (not at_once and now_s - self._drawn_s < _EVERY_S):
            return
        self._drawn_s, sent = now_s, sum(self._sent.values())
        part = min(1.0, sent / (self._size_bytes or 1))
        bar = "#" * int(part * _BAR)
        files = f"{self._done_files:,} of {self._files:,} files"
        sizes = f"{size_label(sent)} of {size_label(self._size_bytes)}"
        self._stream.write(f"\r\x1b[K[{bar:.<{_BAR}}] {part:4.0%}  {files}, {sizes}")
        self._stream.flush()
