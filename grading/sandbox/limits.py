"""The limits of a submission, in one table; the record names one that was passed."""

from dataclasses import dataclass

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        file_bytes: size of the submitted notebook file.
        file_parts: lists and dicts in that file, each of which takes many times the memory of its text.
        cells: number of cells.
        code_chars: characters in all code cells together.
        cell_seconds: time of one cell.
        submission_seconds: time of all cells and checks together.
        start_seconds: time for a kernel to answer.
        interrupt_seconds: time to react to an interrupt before the kernel is killed.
        reply_bytes: size of one message from the sandbox.
        answers_bytes: size of all messages from the sandbox together.
        judging_seconds: time of the processor for judging one submission outside the sandbox: taking apart what came
            back, checking, naming mistakes.
        judging_memory_bytes: memory of the process that judges.
        memory_bytes: memory of all processes in the sandbox together, and data segment of each.
        processes: processes and threads in the sandbox.
        written_file_bytes: size of a file written in the sandbox.
        scratch_bytes: size of each temporary folder in the sandbox.
        open_files: open files of a process in the sandbox.
        exploration: also run exploration cells, which no check needs.
        gpu_fraction: part of the GPU's memory that each kernel may take; 0 hides the GPU.
    """

    file_bytes: int = 20 * MB
    file_parts: int = 1_000_000
    cells: int = 2_000
    code_chars: int = 1_200_000
    cell_seconds: float = 60.0
    submission_seconds: float = 300.0
    start_seconds: float = 60.0
    interrupt_seconds: float = 3.0
    reply_bytes: int = 48 * MB
    answers_bytes: int = 256 * MB
    judging_seconds: float = 240.0
    judging_memory_bytes: int = 4 * 1024 * MB
    memory_bytes: int = 6 * 1024 * MB
    processes: int = 256
    written_file_bytes: int = 64 * MB
    scratch_bytes: int = 128 * MB
    open_files: int = 512
    exploration: bool = False
    gpu_fraction: float = 0.0

    def inside(self) -> dict[str, dict[str, int]]:
        """What grading/sandbox/inside/launch.py must be told: limits of each process, and of all together."""
        return {
            "limits": self._of_each_process(),
            "watch": {"memory_bytes": self.memory_bytes, "processes": self.processes},
        }

    def passed(self, name: str) -> str:
        """Say in words for the student that a limit was passed; its name is in brackets."""
        return f"used more than {self._allowed(name)}"

    def _allowed(self, name: str) -> str:
        texts = {
            "reply_bytes": f"{self.reply_bytes // MB} MB in one answer",
            "answers_bytes": f"{self.answers_bytes // MB} MB in all answers",
            "judging_seconds": f"{self.judging_seconds:.0f} seconds of the grader's own time",
            "judging_memory_bytes": f"{self.judging_memory_bytes // MB:,} MB of the grader's own memory",
            "memory_bytes": f"{self.memory_bytes // MB:,} MB of memory",
            "processes": f"{self.processes} processes and threads",
            "written_file_bytes": f"{self.written_file_bytes // MB} MB in one file",
            "scratch_bytes": f"{self.scratch_bytes // MB} MB and 20,000 files in a temporary folder",
            "open_files": f"{self.open_files:,} open files in a process, or too many in all",
        }
        return f"{texts[name]} ({name})"

    def behind(self, error: str | None, message: str) -> str:
        """Say which limit an exception comes from, in words for the student; "" when it comes from none.

        Args:
            error: the exception's type.
            message: its text.
        """
        known = {
            ("OSError", "[Errno 27]"): "written_file_bytes",
            ("OSError", "[Errno 28]"): "scratch_bytes",
            ("OSError", "[Errno 24]"): "open_files",
            ("MemoryError", ""): "memory_bytes",
            ("_ArrayMemoryError", ""): "memory_bytes",
            ("BlockingIOError", "[Errno 11]"): "processes",
            ("RuntimeError", "can't start new thread"): "processes",
        }
        fits = (name for (kind, start), name in known.items() if error == kind and message.startswith(start))
        return next((f"the limit is {self._allowed(name)}" for name in fits), "")

    def _of_each_process(self) -> dict[str, int]:
        return {
            "DATA": self.memory_bytes,
            "NPROC": self.processes,
            "FSIZE": self.written_file_bytes,
            "NOFILE": self.open_files,
            "CPU": int(self.submission_seconds) + 60,
            "CORE": 1,  # at 0, a machine that hands crashes to a program does so all the same; at 1, it does not
            "SIGPENDING": 1_024,  # these three count for all processes of a user together
            "MEMLOCK": 8 * MB,
            "MSGQUEUE": 0,
        }
