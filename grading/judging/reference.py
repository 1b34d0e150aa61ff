"""Build the reference, and any answer of the bank, as a namespace in the trusted process."""

import functools
import hashlib
import inspect
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dnnkit.checking.snippets import Snippet
from dnnkit.checking.wire import decode, encode
from grading.judging.student_proxy import Student, local_transport
from grading.lessons.snippet_source import snippet_of

if TYPE_CHECKING:
    from grading.lessons.bank import Answer
    from grading.lessons.lesson import Lesson


class Reference:
    """The lesson's own functions, in this process.

    Args:
        lesson: the lesson whose solution cells are the reference.
    """

    def __init__(self, lesson: "Lesson") -> None:
        self.lesson = lesson
        self._code = compile(lesson.reference_source, str(lesson.folder / f"{lesson.topic}.py"), "exec")

    def namespace(self, *answers: "Answer") -> dict[str, Any]:
        """Make a fresh namespace: the reference, with these answers of the bank put in its place.

        Args:
            answers: `Answer`s; each replaces its exercise's function for every caller.
        """
        # A real module, so that classes and dataclasses defined in it find their home.
        digest = hashlib.sha256("".join(answer.source for answer in answers).encode()).hexdigest()[:8]
        module = types.ModuleType(f"{self.lesson.topic}_{digest}")
        exec(self._code, module.__dict__)  # noqa: S102 - the lesson's own source
        for answer in answers:
            exec(compile(answer.source, f"{answer.name}.py", "exec"), module.__dict__)  # noqa: S102 - our own bank
        return module.__dict__

    @functools.cached_property
    def functions(self) -> types.SimpleNamespace:
        """The reference itself, as an object with the exercises as attributes, and `run(function, **inputs)`."""
        exercises = {name: self.namespace()[name] for name in self.lesson.exercises}
        return types.SimpleNamespace(**exercises, run=self._run)

    def _run(self, function: Callable, **inputs: object) -> Any:
        """Run a snippet beside the reference, as `Student.run` does beside the student's functions."""
        code, inputs = snippet_of(function, inputs)
        copies = [decode(encode(value)) for value in inputs.values()]
        return decode(encode(Snippet(code, inputs, self.namespace())(*copies)))

    @functools.cached_property
    def parameters(self) -> dict[str, tuple[str, ...]]:
        """Exercise -> parameter names of its function, in order."""
        namespace = self.namespace()
        return {name: tuple(inspect.signature(namespace[name]).parameters) for name in self.lesson.exercises}

    def student(self, *answers: "Answer", **options: Any) -> Student:
        """Make a `Student` proxy in front of the reference with these answers put in its place."""
        return Student(local_transport(self.namespace(*answers)), self.parameters, **options)
