"""Put the calling process into namespaces of its own, then take away the power to change them.

Runs inside the sandbox only, in a fork of the warm parent; Linux system calls by ctypes, since Python has no others.
"""

import ctypes
import os
import signal
import struct

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x20000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
ALLOW, REFUSE, ABSENT = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38  # go on; EPERM; ENOSYS
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW flag
CLONE3 = 435

SCRATCH_FILES = 20_000  # files in one temporary folder: an empty file, too, takes the host's memory

# System calls that no lesson needs, by architecture; a call refused is an ordinary PermissionError. Those of the last
# line would give memory that belongs to no process, where the watch cannot count it.
REFUSED = {
    "x86_64": (0xC000003E, 56, {
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321, "userfaultfd": 323, "keyctl": 250,
        "add_key": 248, "request_key": 249, "perf_event_open": 298, "mount": 165, "umount2": 166, "pivot_root": 155,
        "setns": 308, "unshare": 272, "move_mount": 429, "open_tree": 428, "fsopen": 430, "mount_setattr": 442,
        "kexec_load": 246, "init_module": 175, "finit_module": 313, "io_uring_setup": 425, "pidfd_getfd": 438,
        "memfd_create": 319, "memfd_secret": 447, "shmget": 29,
    }),
    "aarch64": (0xC00000B7, 220, {
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280, "userfaultfd": 282, "keyctl": 219,
        "add_key": 217, "request_key": 218, "perf_event_open": 241, "mount": 40, "umount2": 39, "pivot_root": 41,
        "setns": 268, "unshare": 97, "move_mount": 429, "open_tree": 428, "fsopen": 430, "mount_setattr": 442,
        "kexec_load": 104, "init_module": 105, "finit_module": 273, "io_uring_setup": 425, "pidfd_getfd": 438,
        "memfd_create": 279, "memfd_secret": 447, "shmget": 194,
    }),
}  # fmt: skip

_libc = ctypes.CDLL(None, use_errno=True)


def enter(shared, own, scratch_bytes, scratch, keep=()):
    """Enter new user, mount, IPC, network and PID namespaces; only a child forked afterwards is in the PID namespace.

    Args:
        shared: folder that holds every fork's socket folder; hidden from now on.
        own: name of this fork's folder in it, which stays visible.
        scratch_bytes: size of each fresh temporary folder.
        scratch: folders that get a fresh, empty tmpfs.
        keep: folders that stay visible although they lie below one of `scratch`, such as a Python in /tmp.
    """
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET))
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")
    _mount("none", "/", None, MS_REC | MS_PRIVATE)
    handles = {path: os.open(path, os.O_PATH) for path in (os.path.join(shared, own), *keep)}
    for folder in scratch:
        _tmpfs(folder, scratch_bytes)
    if os.path.isdir(shared):  # not below one of the folders that are fresh now
        _tmpfs(shared, 1 << 20)
    for path, handle in handles.items():
        os.makedirs(path, 0o700, exist_ok=True)
        _mount(f"/proc/self/fd/{handle}", path, None, MS_BIND | MS_REC)
        os.close(handle)


def stand_apart():
    """Become a process that its descendants cannot look into, and that adopts those whose parent ends."""
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def rejoin():
    """Undo in a fork what it has from a parent that stands apart: its own /proc/self belongs to it again."""
    _libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def lock():
    """Give up every capability and refuse the system calls of `REFUSED`, for this process and its children."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for capability in range(64):
        _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails beyond the last one, and that is fine
    header, nothing = struct.pack("Ii", 0x20080522, 0), bytes(24)
    _libc.capset(header, nothing)
    refuse_system_calls()


def refuse_system_calls():
    """Install a seccomp filter that answers "permission denied" to the calls of `REFUSED` and to new namespaces."""
    machine = os.uname().machine
    if machine not in REFUSED:
        raise OSError(f"no system call table for {machine}")
    architecture, clone, calls = REFUSED[machine]
    numbers = list(calls.values())
    # The end of the program: allow, refuse, "no such call"; jumps are counted forward to one of these three.
    checks = [(JUMP_IF_EQUAL, "refuse", number) for number in numbers]
    checks += [(JUMP_IF_EQUAL, "absent", CLONE3)]  # its flags cannot be read here; libraries fall back to clone
    if machine == "x86_64":
        checks = [(JUMP_IF_AT_LEAST, "refuse", 0x40000000), *checks]  # the x32 numbers would be another door
    size = 4 + len(checks) + 3
    ends = {"allow": size, "refuse": size + 1, "absent": size + 2}
    program = [(LOAD, 0, 0, 4), (JUMP_IF_EQUAL, 0, ends["refuse"] - 2, architecture), (LOAD, 0, 0, 0)]
    for code, end, number in checks:
        program.append((code, ends[end] - len(program) - 1, 0, number))
    program.append((JUMP_IF_EQUAL, 0, ends["allow"] - len(program) - 1, clone))
    program.append((LOAD, 0, 0, 16))  # the flags of clone
    program.append(
        (JUMP_IF_ANY_BIT, ends["refuse"] - len(program) - 1, ends["allow"] - len(program) - 1, NEW_NAMESPACES)
    )
    program += [(RETURN, 0, 0, ALLOW)] * (size + 1 - len(program))
    program += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ABSENT)]
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_ = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _check(_libc.prctl(PR_SET_SECCOMP, 2, filter_, 0, 0))


def _tmpfs(folder, size):
    _mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, f"size={size},nr_inodes={SCRATCH_FILES},mode=700")


def _mount(source, target, kind, flags, data=None):
    encoded = [text.encode() if text is not None else None for text in (source, target, kind)]
    _check(_libc.mount(*encoded, ctypes.c_ulong(flags), data.encode() if data else None))


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


def _check(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
