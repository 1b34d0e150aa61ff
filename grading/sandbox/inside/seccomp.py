"""Refuse system calls that no lesson needs: a seccomp filter, which Linux runs before every call of a process.

The filter is a short program of Linux's own (BPF): load a number, compare, jump forward or return an answer. It is
written here because no kept binding of libseccomp is on PyPI. Runs inside the sandbox only.
"""

import ctypes
import os
import struct
from typing import NamedTuple

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
LOAD, AND, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
CALL, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # where the call's number, the architecture and its arguments are
ALLOW, ERROR = 0x7FFF0000, 0x00050000
DONE = ERROR  # "it worked", although nothing was done
REFUSED, ABSENT, NO_FAMILY = ERROR | 1, ERROR | 38, ERROR | 97  # EPERM, ENOSYS, EAFNOSUPPORT
NO_PROTOCOL, NO_SUCH_FLAG = ERROR | 93, ERROR | 95  # EPROTONOSUPPORT, EOPNOTSUPP
X32 = 0x40000000  # x86-64's second set of numbers for the same calls, another door

NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW flag
THREAD, SHARED_FILES = 0x10000, 0x400  # flags of clone
SHARED_ANONYMOUS, GROWS_DOWN, HUGE_PAGES = 0x21, 0x100, 0x40000  # flags of mmap
TOO_LARGE = 0xFFFFF000  # bits of a length's upper half that stand for 16 TiB and more
UNIX, INET, INET6, NETLINK = 1, 2, 10, 16
TCP, UDP = 6, 17
SET_LOCKS, SET_LEASE, NOTIFY, SET_PIPE_SIZE = (6, 7, 37, 38), 1024, 1026, 1031  # commands of fcntl
TYPE_FOR_ANOTHER, CONSOLE = 0x5412, 0x541C  # commands of ioctl
TAKE_CONSOLE, LINE_DISCIPLINE = 0x541D, 0x5423  # the second loads a module of the host's Linux
SOCKET_LEVEL, BUFFER_SIZES, FILTERS = 1, (7, 8, 32, 33), (26, 50, 51, 52)  # options of sockets
SET_SECCOMP, SHARE_CORE, MERGE_MEMORY = 22, 62, 67  # commands of prctl
MERGEABLE, CORE_FILE, ONLY_IF_CACHED, DROP_CACHE = 12, 4, 8, 128


class Condition(NamedTuple):
    """Answer a call by one of its arguments.

    Attributes:
        argument: its number, from 0.
        values: what it is compared with.
        answer: what the call gets when it is one of them.
        mask: bits of it that count.
        unless: answer when it is none of the values.
        upper: look at the argument's upper 32 bits.
        where: (another argument, the value it must have), else the condition does not apply.
    """

    argument: int
    values: tuple[int, ...]
    answer: int
    mask: int = 0xFFFFFFFF
    unless: bool = False
    upper: bool = False
    where: tuple[int, int] | None = None


# Calls that are always refused: (number on x86-64, number on aarch64), None where there is no such call.
NEVER = {
    # looking into other processes, and more power
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "bpf": (321, 280), "perf_event_open": (298, 241), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "setns": (308, 268), "unshare": (272, 97),
    # files by other doors than their names
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "move_mount": (429, 429),
    "open_tree": (428, 428), "fsopen": (430, 430), "fspick": (433, 433), "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "quotactl": (179, 60),
    # settings of the whole machine
    "kexec_load": (246, 104), "init_module": (175, 105), "finit_module": (313, 273), "syslog": (103, 116),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    # telling what others do with files that all can read
    "inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262), "cachestat": (451, 451),
    # memory that belongs to no process, where the watch cannot count it; pools that all processes of a machine share
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180), "vmsplice": (278, 75), "io_setup": (206, 0),
    "io_uring_setup": (425, 425), "userfaultfd": (323, 282), "remap_file_pages": (216, 234),
    "move_pages": (279, 239), "migrate_pages": (256, 238),
    # filters of one's own take memory for machine code, of which all processes of a machine share one stock
    "seccomp": (317, 277),
    # going before others on the way to the disk
    "ioprio_set": (251, 30),
}  # fmt: skip

# Other protocols than these would load modules of the host's Linux, or tell what other processes do.
FAMILIES = [
    Condition(0, (UNIX, INET, INET6, NETLINK), NO_FAMILY, unless=True),
    *(Condition(2, (0, TCP, UDP), NO_PROTOCOL, unless=True, where=(0, family)) for family in (INET, INET6)),
    Condition(2, (0,), NO_PROTOCOL, unless=True, where=(0, NETLINK)),
]
# Locks are "done" without effect: all can read the same files, so a lock on one would tell others something or make
# them wait; databases of one's own go on working. Larger buffers of sockets are not given: `stock` counts each as one
# of the usual size. A thread with open files of its own would hide them from it. No file of a crash may be wished for:
# some machines hand it to a program that runs as root (grading/sandbox/limits.py).
BY_ARGUMENT = {
    "clone": ((56, 220), [
        Condition(0, (0,), REFUSED, mask=NEW_NAMESPACES, unless=True),
        Condition(0, (THREAD,), REFUSED, mask=THREAD | SHARED_FILES),
    ]),
    "socket": ((41, 198), FAMILIES),
    "socketpair": ((53, 199), FAMILIES),
    "setsockopt": ((54, 208), [
        Condition(2, BUFFER_SIZES, DONE, where=(1, SOCKET_LEVEL)),
        Condition(2, FILTERS, REFUSED, where=(1, SOCKET_LEVEL)),
    ]),
    "prctl": ((157, 167), [Condition(0, (SET_SECCOMP, SHARE_CORE, MERGE_MEMORY), REFUSED)]),
    "madvise": ((28, 233), [Condition(2, (MERGEABLE,), REFUSED)]),
    "preadv2": ((327, 286), [Condition(5, (0,), NO_SUCH_FLAG, mask=ONLY_IF_CACHED | DROP_CACHE, unless=True)]),
    "pwritev2": ((328, 287), [Condition(5, (0,), NO_SUCH_FLAG, mask=ONLY_IF_CACHED | DROP_CACHE, unless=True)]),
    "setrlimit": ((160, 164), [Condition(0, (CORE_FILE,), REFUSED)]),
    "prlimit64": ((302, 261), [
        Condition(2, (0,), REFUSED, unless=True, where=(1, CORE_FILE)),  # an address of new limits
        Condition(2, (0,), REFUSED, unless=True, upper=True, where=(1, CORE_FILE)),
    ]),
    "mmap": ((9, 222), [
        Condition(3, (SHARED_ANONYMOUS,), REFUSED, mask=SHARED_ANONYMOUS),
        Condition(3, (0,), REFUSED, mask=GROWS_DOWN | HUGE_PAGES, unless=True),
        Condition(1, (0,), REFUSED, mask=TOO_LARGE, unless=True, upper=True),
    ]),
    "fcntl": ((72, 25), [Condition(1, SET_LOCKS, DONE), Condition(1, (SET_LEASE, NOTIFY, SET_PIPE_SIZE), REFUSED)]),
    "ioctl": ((16, 29), [
        Condition(1, (TYPE_FOR_ANOTHER, CONSOLE, TAKE_CONSOLE, LINE_DISCIPLINE), REFUSED),
    ]),
}  # fmt: skip
# Writing everything to disk keeps the whole machine waiting; advice on files drops from memory what others read.
ALWAYS_DONE = {"flock": (73, 32), "sync": (162, 81), "syncfs": (306, 267), "fadvise64": (221, 223)}
ALWAYS_ABSENT = {
    "clone3": (435, 435),  # its flags cannot be read here; libraries fall back to clone
    # rules without end, in memory of no process; programs do without where there is none of it
    "landlock_create_ruleset": (444, 444), "landlock_add_rule": (445, 445), "landlock_restrict_self": (446, 446),
}  # fmt: skip

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the tables, and Linux's own number


def program(machine: str) -> list[tuple[int, int, int, int]]:
    """Write the filter for one architecture.

    Args:
        machine: as `os.uname().machine` says it.

    Returns:
        Instructions: (code, steps to jump if true, steps to jump if false, operand).

    Raises:
        OSError: for an architecture whose numbers are not known.
    """
    if machine not in MACHINES:
        raise OSError(f"no system call table for {machine}")
    column, architecture = MACHINES[machine]
    lines = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_IF_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, REFUSED),
        (LOAD, 0, 0, CALL),
    ]
    if machine == "x86_64":
        lines += [(JUMP_IF_AT_LEAST, 0, 1, X32), (RETURN, 0, 0, REFUSED)]
    for calls, answer in ((NEVER, REFUSED), (ALWAYS_DONE, DONE), (ALWAYS_ABSENT, ABSENT)):
        for numbers in calls.values():
            if numbers[column] is not None:
                lines += [(JUMP_IF_EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, answer)]
    for numbers, conditions in BY_ARGUMENT.values():
        block = [line for condition in conditions for line in _instructions(condition)] + [(RETURN, 0, 0, ALLOW)]
        lines += [(JUMP_IF_EQUAL, 0, len(block), numbers[column]), *block]
    return [*lines, (RETURN, 0, 0, ALLOW)]


def install() -> None:
    """Put the filter before every further call of this thread and of all it starts; it can never be taken away.

    Raises:
        OSError: when Linux refuses it.
    """
    lines = program(os.uname().machine)
    code = b"".join(struct.pack("HBBI", *line) for line in lines)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_ = struct.pack("HxxxxxxP", len(lines), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, 2, filter_, 0, 0)):
        if libc.prctl(*call) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def _instructions(condition: Condition) -> list[tuple[int, int, int, int]]:
    if condition.where:
        argument, value = condition.where
        block = _instructions(condition._replace(where=None))
        return [(LOAD, 0, 0, ARGUMENTS + 8 * argument), (JUMP_IF_EQUAL, 0, len(block), value), *block]
    place = ARGUMENTS + 8 * condition.argument + (4 if condition.upper else 0)  # both architectures are little-endian
    lines = [(LOAD, 0, 0, place)] + ([(AND, 0, 0, condition.mask)] if condition.mask != 0xFFFFFFFF else [])
    answer, count = (RETURN, 0, 0, condition.answer), len(condition.values)
    if condition.unless:
        return [*lines, *((JUMP_IF_EQUAL, count - n, 0, v) for n, v in enumerate(condition.values)), answer]
    for value in condition.values:
        lines += [(JUMP_IF_EQUAL, 0, 1, value), answer]
    return lines
