"""The limits of a submission, in one table; hitting one names it in the record."""

from dataclasses import dataclass

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        file_bytes: size of the submitted notebook file.
        cells: number of cells.
        cell_seconds: time of one cell.
        submission_seconds: time of all cells and checks together.
        start_seconds: time for a kernel to answer.
        interrupt_seconds: time to react to an interrupt before the kernel is killed.
        reply_bytes: size of one message from the sandbox.
        memory_bytes: data segment of a process in the sandbox.
        processes: processes and threads in the sandbox.
        written_file_bytes: size of a file written in the sandbox.
        scratch_bytes: size of each temporary folder in the sandbox.
        open_files: open files of a process in the sandbox.
        exploration: also run exploration cells, which no check needs.
    """

    file_bytes: int = 20 * MB
    cells: int = 2_000
    cell_seconds: float = 60.0
    submission_seconds: float = 300.0
    start_seconds: float = 60.0
    interrupt_seconds: float = 3.0
    reply_bytes: int = 48 * MB
    memory_bytes: int = 6 * 1024 * MB
    processes: int = 256
    written_file_bytes: int = 64 * MB
    scratch_bytes: int = 128 * MB
    open_files: int = 1_024
    exploration: bool = False

    def resources(self):
        """Resource limits by the names of `resource.RLIMIT_*`, for grading/inside/launch.py."""
        return {
            "DATA": self.memory_bytes,
            "NPROC": self.processes,
            "FSIZE": self.written_file_bytes,
            "NOFILE": self.open_files,
            "CPU": int(self.submission_seconds) + 60,
            "CORE": 0,
        }
