"""What the server's process holds at a moment, read from /proc; and the highest it held meanwhile."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PROC = Path("/proc")
_CHECKER = b"uploader.images.child_main"
_PIPES_A_CHILD = 2
_FILES_A_LOOP = 3  # an epoll and a pair of sockets


@dataclass(frozen=True, slots=True)
class Level:
    """`files` are open descriptors, without those of the pool to the store, of children and of event loops.

    `loops`: the server's own, and one for each session that Streamlit has, or keeps for somebody's return.
    """

    rss_bytes: int
    files: int
    loops: int
    pooled: int
    children: int
    children_rss_bytes: int
    zombies: int
    temporary: int

    def __str__(self) -> str:
        return (
            f"{self.rss_bytes / 2**20:.0f} MiB, {self.files} files, {self.loops} event loops, "
            f"{self.pooled} pooled connections, "
            f"{self.children} children with {self.children_rss_bytes / 2**20:.0f} MiB, "
            f"{self.zombies} zombies, {self.temporary} temporary files"
        )


def level(pid: int, store_url: str, temporary: Path) -> Level:
    """What process `pid` holds now."""
    below = _below(pid)
    checkers = [child for child, state in below.items() if state != "Z" and _is_checker(child)]
    links = _links(pid)
    pooled = len(set(links) & _sockets_to(urlsplit(store_url).port or 0))
    loops = links.count("anon_inode:[eventpoll]")
    return Level(
        rss_bytes=_rss_bytes(pid),
        files=len(links) - pooled - _PIPES_A_CHILD * len(checkers) - _FILES_A_LOOP * loops,
        loops=loops,
        pooled=pooled,
        children=len(checkers),
        children_rss_bytes=sum(map(_rss_bytes, checkers)),
        zombies=sum(state == "Z" for state in below.values()),
        temporary=sum(path.is_file() for path in temporary.rglob("*")),
    )


def family(pid: int) -> list[int]:
    """The process's children and theirs."""
    below = list(_below(pid))
    return below + [deeper for child in below for deeper in family(child)]


def lives(pid: int) -> bool:
    """Whether a process still runs; one that ended and is only not yet waited for does not."""
    return _state(pid)[0] not in ("", "Z")


class Sampler:
    """Looks at the level twice a second: `with Sampler(...) as sampler: ...`, then `sampler.peak`."""

    def __init__(self, pid: int, store_url: str, temporary: Path) -> None:
        self._args = pid, store_url, temporary
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._found: list[Level] = []

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def peak(self) -> Level:
        """The highest of each figure; not all at the same moment."""
        return Level(*(max(getattr(one, name) for one in self._found) for name in Level.__slots__))

    def _run(self) -> None:
        while not self._over.wait(0.5):
            self._found.append(level(*self._args))


def _below(pid: int) -> dict[int, str]:
    """The direct children with their states."""
    found = {int(path.name): _state(int(path.name)) for path in PROC.iterdir() if path.name.isdigit()}
    return {child: state for child, (state, parent) in found.items() if parent == pid}


def _state(pid: int) -> tuple[str, int]:
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", 0
    return fields[0], int(fields[1])


def _is_checker(pid: int) -> bool:
    try:
        return _CHECKER in (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False


def _rss_bytes(pid: int) -> int:
    try:
        return int((PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _links(pid: int) -> list[str]:
    found = []
    for path in (PROC / str(pid) / "fd").iterdir():
        try:
            found.append(os.readlink(path))
        except OSError:
            continue
    return found


def _sockets_to(port: int) -> set[str]:
    """https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html: remote address and inode."""
    rows = [
        row.split() for name in ("tcp", "tcp6") for row in (PROC / "net" / name).read_text().splitlines()[1:]
    ]
    return {f"socket:[{row[9]}]" for row in rows if int(row[2].rpartition(":")[2], 16) == port}
