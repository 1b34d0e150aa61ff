"""What can go wrong in the grader itself; a student's wrong answer is a result, never one of these.

GradingError            shown as one message, exit code 1
    UsageError          the command was called wrongly, exit code 2
    LessonError         a lesson's source breaks a rule of the builder
    SandboxUnavailable  there is no sandbox, so grading refuses
    GradebookError      the gradebook cannot take this lesson or this record
"""


class GradingError(Exception):
    """Base of all errors that the command line shows without a traceback."""


class UsageError(GradingError):
    """The command was called wrongly: what was expected, what came, the likely cure."""


class LessonError(GradingError):
    """A lesson's source breaks a rule of the builder."""


class SandboxUnavailable(GradingError):
    """No sandbox can be made here; the message says how to get one."""


class GradebookError(GradingError):
    """The gradebook cannot take this lesson or this record."""
