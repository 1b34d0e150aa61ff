"""The filter of system calls, run by a small interpreter of its own instructions, on both architectures."""

import struct

import pytest

from grading.sandbox.inside import seccomp
from grading.sandbox.inside.seccomp import (
    ABSENT,
    ALLOW,
    BY_ARGUMENT,
    DONE,
    MACHINES,
    NEVER,
    NO_FAMILY,
    NO_PROTOCOL,
    NO_SUCH_FLAG,
    REFUSED,
    program,
)


def answer(machine, number, *arguments, architecture=None):
    """Run the filter on one system call."""
    architecture = MACHINES[machine][1] if architecture is None else architecture
    data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    lines, place, value = program(machine), 0, 0
    while True:
        code, if_true, if_false, operand = lines[place]
        place += 1
        if code == seccomp.LOAD:
            value = struct.unpack_from("<I", data, operand)[0]
        elif code == seccomp.AND:
            value &= operand
        elif code == seccomp.RETURN:
            return operand
        else:
            met = value == operand if code == seccomp.JUMP_IF_EQUAL else value >= operand
            place += if_true if met else if_false


@pytest.fixture(params=MACHINES)
def machine(request):
    """Both architectures."""
    return request.param


@pytest.fixture
def ask(machine):
    """The answer to a call by its name."""
    numbers = {**NEVER, **seccomp.ALWAYS_DONE, **seccomp.ALWAYS_ABSENT} | {n: c[0] for n, c in BY_ARGUMENT.items()}
    return lambda name, *arguments: answer(machine, numbers[name][MACHINES[machine][0]], *arguments)


def test_the_program_is_short_enough_and_every_jump_stays_inside(machine):
    lines = program(machine)
    assert len(lines) < 4096
    for place, (code, if_true, if_false, _) in enumerate(lines):
        if code in (seccomp.JUMP_IF_EQUAL, seccomp.JUMP_IF_AT_LEAST):
            assert max(if_true, if_false) < 256
            assert place + 1 + max(if_true, if_false) < len(lines)
    assert lines[-1] == (seccomp.RETURN, 0, 0, ALLOW)


def test_ordinary_calls_go_on(machine):
    for number in {"x86_64": (0, 1, 2, 3, 57, 59, 202, 257), "aarch64": (56, 57, 63, 64, 98, 221)}[machine]:
        assert answer(machine, number) == ALLOW


def test_each_call_of_the_table_is_refused(machine, ask):
    for name, numbers in NEVER.items():
        if numbers[MACHINES[machine][0]] is not None:
            assert ask(name) == REFUSED, name
    assert ask("clone3") == ABSENT


def test_no_number_stands_twice(machine):
    column = MACHINES[machine][0]
    groups = (NEVER, seccomp.ALWAYS_DONE, seccomp.ALWAYS_ABSENT, {n: c[0] for n, c in BY_ARGUMENT.items()})
    numbers = [pair[column] for group in groups for pair in group.values() if pair[column] is not None]
    assert len(numbers) == len(set(numbers))


def test_another_architecture_and_other_numbers_are_refused(machine):
    assert answer(machine, 0, architecture=0x40000003) == REFUSED
    if machine == "x86_64":
        assert answer(machine, 41 | seccomp.X32, 1) == REFUSED


def test_only_four_families_of_sockets_can_be_made(ask):
    for call in ("socket", "socketpair"):
        assert {family for family in range(64) if ask(call, family) == ALLOW} == {1, 2, 10, 16}
        assert ask(call, 40) == NO_FAMILY


def test_threads_and_processes_go_on_and_new_namespaces_do_not(ask):
    assert ask("clone", 0x3D0F00) == ALLOW  # a thread
    assert ask("clone", 17) == ALLOW  # a process
    for flag in (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert ask("clone", flag | 17) == REFUSED


def test_memory_of_ones_own_can_be_had_and_memory_of_nobody_cannot(ask):
    private, shared, anonymous = 2, 1, 0x20
    assert ask("mmap", 0, 2**30, 3, private | anonymous) == ALLOW
    assert ask("mmap", 0, 2**43, 0, private | anonymous | 0x4000) == ALLOW
    assert ask("mmap", 0, 4096, 3, shared) == ALLOW  # of a file
    for flags in (shared | anonymous, 3 | anonymous, private | anonymous | 0x100, private | anonymous | 0x40000):
        assert ask("mmap", 0, 4096, 3, flags) == REFUSED
    assert ask("mmap", 0, 2**44, 0, private | anonymous) == REFUSED


def test_locks_are_without_effect_and_leases_refused(ask):
    assert ask("flock", 3, 2) == DONE
    assert {command for command in range(64) if ask("fcntl", 3, command) == DONE} == {6, 7, 37, 38}
    assert ask("fcntl", 3, 1024) == ask("fcntl", 3, 1026) == REFUSED
    assert ask("fcntl", 3, 1) == ask("fcntl", 3, 5) == ALLOW


def test_nobody_types_for_another_or_has_a_module_loaded_for_a_terminal(ask):
    assert {command for command in range(0x5400, 0x5480) if ask("ioctl", 0, command) == REFUSED} == {
        0x5412, 0x541C, 0x541D, 0x5423,
    }  # fmt: skip


def test_no_protocol_is_asked_for_that_would_load_a_module_or_tell_of_others(ask):
    for family in (2, 10):
        assert {number for number in range(300) if ask("socket", family, 1, number) == ALLOW} == {0, 6, 17}
    assert {number for number in range(32) if ask("socket", 16, 3, number) == ALLOW} == {0}
    assert ask("socket", 16, 3, 11) == ask("socketpair", 16, 3, 11) == NO_PROTOCOL
    assert ask("socketpair", 1, 1, 0) == ALLOW


def test_sockets_have_buffers_of_the_usual_size_and_no_filters(ask):
    assert {option for option in range(80) if ask("setsockopt", 3, 1, option) == DONE} == {7, 8, 32, 33}
    assert {option for option in range(80) if ask("setsockopt", 3, 1, option) == REFUSED} == {26, 50, 51, 52}
    assert {ask("setsockopt", 3, level, option) for level in (0, 6, 41) for option in range(80)} == {ALLOW}


def test_a_thread_has_the_open_files_of_its_process(ask):
    assert ask("clone", 0x3D0F00 & ~0x400) == REFUSED
    assert ask("clone", 0x4111) == ALLOW  # a process that shares memory until it starts a program


def test_nothing_reads_only_what_is_in_memory_already(ask):
    for call in ("preadv2", "pwritev2"):
        assert {flags for flags in range(256) if ask(call, 3, 0, 1, 0, 0, flags) != ALLOW} == {
            flags for flags in range(256) if flags & (8 | 128)
        }
        assert ask(call, 3, 0, 1, 0, 0, 8) == NO_SUCH_FLAG


def test_the_limit_of_crash_files_can_be_read_and_not_set(ask):
    core, files = 4, 7
    assert ask("prlimit64", 0, core, 0, 0x7FFF_1234_5678) == ALLOW
    for address in (0x7FFF_1234_5678, 0x7000_0000_0000, 0x1234):
        assert ask("prlimit64", 0, core, address, 0) == REFUSED
        assert ask("prlimit64", 0, files, address, 0) == ALLOW
    assert ask("setrlimit", core) == REFUSED
    assert ask("setrlimit", files) == ALLOW


def test_what_would_touch_the_whole_machine_is_done_without_effect_or_refused(ask):
    assert {ask(name) for name in ("sync", "syncfs", "fadvise64")} == {DONE}
    assert {command for command in range(80) if ask("prctl", command) == REFUSED} == {22, 62, 67}
    assert {advice for advice in range(30) if ask("madvise", 0, 0, advice) == REFUSED} == {12}
    assert ask("fcntl", 3, 1031) == REFUSED


def test_an_unknown_architecture_is_said():
    with pytest.raises(OSError, match="no system call table for riscv64"):
        program("riscv64")
