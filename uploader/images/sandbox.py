"""A process gives up all but its memory and its open pipes: seccomp and Landlock, by Linux's own calls.

After `enter()` no file, socket or process can be opened, started, signalled or looked into, by any code that
takes the process over. What is not on the list fails with EPERM, so libraries do without it.
https://docs.kernel.org/userspace-api/seccomp_filter.html https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import errno
import os
import platform
import struct
import subprocess
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER: Final = 1
_ALL_THREADS, _NO_SLOWER_CPU = 1, 4  # SECCOMP_FILTER_FLAG_TSYNC, _SPEC_ALLOW

_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000  # SECCOMP_RET_*
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, JMP|JEQ|K, JMP|JSET|K, RET|K
_NUMBER, _ARCHITECTURE, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24  # offsets in struct seccomp_data
_CLONE_THREAD: Final = 0x10000
_RLIMIT_CPU: Final = 0
_CLONE3: Final = 435

_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH_* of https://github.com/torvalds/linux/blob/master/include/uapi/linux/audit.h"""
_CALLS: Final = {  # x86_64, aarch64; -1: not there
    "read": (0, 63),
    "write": (1, 64),
    "writev": (20, 66),
    "pread64": (17, 67),
    "lseek": (8, 62),
    "close": (3, 57),
    "fstat": (5, 80),
    "poll": (7, -1),
    "ppoll": (271, 73),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "brk": (12, 214),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "getrandom": (318, 278),
    "getcwd": (79, 17),  # Pillow asks when it saves into memory
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getcpu": (309, 168),
    "getrusage": (98, 165),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sysinfo": (99, 179),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
_CLONE, _PRLIMIT, _SECCOMP = (56, 220), (302, 261), (317, 277)
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
# From ABI 1 on: the rights to files; from 4: TCP; from 6: abstract sockets and signals of others.
_LANDLOCK_FILES: Final = {1: 2**13 - 1, 2: 2**14 - 1, 3: 2**15 - 1, 4: 2**15 - 1, 5: 2**16 - 1}


def enter() -> frozenset[str]:
    """Give up everything, in all threads and for good; which of `landlock` and `seccomp` hold now.

    Import before it what is needed. Does what the system can and never raises.
    """
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES or sys.maxsize < 2**32:
        return frozenset()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return frozenset()
    held = {"landlock": _enter_landlock(libc), "seccomp": _enter_seccomp(libc)}
    return frozenset(name for name, holds in held.items() if holds)


def probe() -> frozenset[str]:
    """What `enter()` reaches on this machine, tried in a process of its own; takes about 0.1 s."""
    code = "from uploader.images import sandbox; print(*sandbox.enter(), flush=True)"
    environment = {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    try:
        said = subprocess.run(  # noqa: S603 - nothing of it comes from outside
            [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(said.split())


def hide_memory() -> None:
    """Close this process's memory and environment to other processes of its user; it dumps no core either."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _enter_landlock(libc: ctypes.CDLL) -> bool:
    abi = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if abi < 1:
        return False
    rules = struct.pack("=Q", _LANDLOCK_FILES[min(abi, 5)])
    rules += struct.pack("=Q", 3) if abi >= 4 else b""
    rules += struct.pack("=Q", 3) if abi >= 6 else b""
    ruleset = libc.syscall(_LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return False
    held = bool(libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0)
    os.close(ruleset)
    return held


def _enter_seccomp(libc: ctypes.CDLL) -> bool:
    program = _program(platform.machine())
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))  # struct sock_fprog
    number = _SECCOMP[list(_ARCHITECTURES).index(platform.machine())]
    return bool(libc.syscall(number, _SET_MODE_FILTER, _ALL_THREADS | _NO_SLOWER_CPU, head) == 0)


def _program(machine: str) -> bytes:
    """The filter as the kernel reads it: instructions of a code, two jumps and a value."""
    column = list(_ARCHITECTURES).index(machine)
    refuse, missing = _REFUSE | errno.EPERM, _REFUSE | errno.ENOSYS
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for numbers in _CALLS.values():
        if (number := numbers[column]) >= 0:
            steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    steps += [
        (_EQUAL, 0, 1, _CLONE3),  # its flags lie in memory, where no filter looks; libraries then use clone
        (_RETURN, 0, 0, missing),
        (_EQUAL, 0, 4, _CLONE[column]),  # threads, for decoders; no processes
        (_LOAD, 0, 0, _ARGUMENT_0),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, refuse),
        (_EQUAL, 0, 5, _PRLIMIT[column]),  # the CPU allowance of the next picture, of itself; nothing else
        (_LOAD, 0, 0, _ARGUMENT_0),
        (_EQUAL, 0, 3, 0),
        (_LOAD, 0, 0, _ARGUMENT_1),
        (_EQUAL, 0, 1, _RLIMIT_CPU),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, refuse),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
