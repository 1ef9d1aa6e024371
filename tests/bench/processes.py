"""CPU seconds and memory by kind of process, read from /proc (Linux)."""

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE_KB: Final = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True, slots=True)
class Process:
    """One process; `cpu_s` counts ended children that it waited for."""

    pid: int
    parent: int
    command: str
    cpu_s: float
    ended_s: float
    rss_mb: float


def all_processes() -> dict[int, Process]:
    """Every process of this machine that can be read."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            rss = int((folder / "statm").read_text().split()[1])
        except (OSError, IndexError):
            continue  # it ended meanwhile
        own, ended = (int(stat[11]) + int(stat[12])) / _TICKS, (int(stat[13]) + int(stat[14])) / _TICKS
        pid = int(folder.name)
        found[pid] = Process(pid, int(stat[1]), command, own, ended, rss * _PAGE_KB / 1024)
    return found


def kind_of(process: Process, server: int) -> str:
    """Whose work it is: `app`, `checkers` or `browser`; the store is nobody's child."""
    if process.pid == server:
        return "app"
    if "chromium" in process.command.partition(" ")[0]:
        return "browser"
    return "checkers"


def cpu_by_kind(server: int, store_folder: Path) -> Counter[str]:
    """CPU seconds so far of a server, its children, the store in a folder, and this process's browser."""
    found = all_processes()
    children = defaultdict(list)
    for process in found.values():
        children[process.parent].append(process)
    seconds: Counter[str] = Counter(
        store=sum(one.cpu_s for one in found.values() if _is_in(one, store_folder))
    )
    waiting = [process for process in (found.get(server), *children[os.getpid()]) if process]
    seen = set()
    while waiting:
        process = waiting.pop()
        if process.pid in seen:
            continue
        seen.add(process.pid)
        waiting += children[process.pid]
        kind = kind_of(process, server)
        if kind == "checkers" and not _is_under(process, server, found):
            continue  # Playwright's driver, and what measures
        seconds[kind] += process.cpu_s
        if process.pid == server:
            seconds["checkers"] += process.ended_s
    return seconds


def _is_in(process: Process, folder: Path) -> bool:
    try:
        return Path(f"/proc/{process.pid}/cwd").resolve().is_relative_to(folder.resolve())
    except OSError:
        return False


def _is_under(process: Process, server: int, found: dict[int, Process]) -> bool:
    while process.parent in found:
        if process.parent == server:
            return True
        process = found[process.parent]
    return False
