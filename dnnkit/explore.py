"""`%%explore softmax, neuron`: a cell that plays with the student's own functions once they are written.

The first line is read before IPython runs the cell. When every named exercise is written, the rest runs as an
ordinary cell: display, tracebacks and `await` work as everywhere. Until then one calm line says what it waits for.
"""

import contextlib
import io
import textwrap
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dnnkit.checking.code_cells import EXPLORE
from dnnkit.checking.example import example_call
from dnnkit.checking.exercises import find_exercise
from dnnkit.checking.observe import call, names_used
from dnnkit.checking.time_limit import SECONDS
from dnnkit.environment.colab import allow_demos
from dnnkit.environment.line_width import limit_lines
from dnnkit.environment.quiet import quiet_backends

WIDTH = 100  # characters in a line


def load_ipython_extension(shell: Any) -> None:
    """Teach IPython `%%explore`, keep TensorFlow quiet, lines short, demos shown on Colab; see `%load_ext dnnkit`."""
    quiet_backends()
    allow_demos()
    limit_lines(shell)

    def explore(lines: list[str]) -> list[str]:
        # IPython loads an extension once; a cell that loads it again would lose the style that its output holds.
        shell.extension_manager.loaded.discard(__package__)
        return transform(lines, shell.user_ns)

    # It may call the student's functions: not while a cell is being typed.
    explore.has_side_effects = True  # type: ignore[attr-defined]
    kept = [t for t in shell.input_transformers_cleanup if getattr(t, "__module__", "") != __name__]
    shell.input_transformers_cleanup[:] = [*kept, explore]


def transform(lines: list[str], namespace: Mapping[str, Any]) -> list[str]:
    """Turn an exploration cell into the ordinary cell that IPython runs.

    Args:
        lines: the cell's lines, each with its newline.
        namespace: dict with the student's functions.

    Returns:
        The lines to run: the body, or one that prints what the cell waits for. Other cells come back unchanged.
    """
    if not lines or lines[0].split()[:1] != [EXPLORE]:
        return lines
    waits = waiting_for(parse_names(lines[0].strip()[len(EXPLORE) :]), namespace)
    if not waits:
        return ["\n", *lines[1:]]
    return [f"print({waiting_line(waits)!r})\n"]


def parse_names(text: str) -> list[str]:
    """Split the names behind `%%explore`; commas or spaces part them, topics are dropped.

    Example:
        >>> parse_names(" neuron.softmax, neuron")
        ['softmax', 'neuron']
    """
    return [name.rpartition(".")[2] for name in text.replace(",", " ").split()]


def waiting_line(waits: Sequence[str]) -> str:
    """Say which exercises a cell waits for; in lines that fit, as JupyterLab breaks longer ones inside words."""
    names = waits[0] if len(waits) == 1 else f"{', '.join(waits[:-1])} and {waits[-1]}"
    above, them = ("exercise above", "it") if len(waits) == 1 else ("exercises above", "them")
    return textwrap.fill(f"This cell waits for {names} ({above}). Write {them}, then run this cell again.", WIDTH)


def waiting_for(names: Iterable[str], namespace: Mapping[str, Any]) -> list[str]:
    """List the exercises that are still to be written before these functions work.

    Args:
        names: the exercises a cell uses.
        namespace: dict with the student's functions.

    Returns:
        Names without repeats; a wrong or failing function is not waited for.
    """
    waits: dict[str, bool] = {}
    for name in names:
        function = namespace.get(name)
        inner = name if not callable(function) else _unwritten(name, function, namespace)
        if inner:
            waits[inner] = True
    return list(waits)


def _unwritten(name, function, namespace):
    """Name the exercise that stops this function, after calling it silently on its first public example."""
    exercise, _ = find_exercise(name)
    if exercise is None or not exercise["examples"] or not _may_be_unwritten(function, namespace):
        return None
    tried, inputs = example_call(exercise["examples"][0], exercise["parameters"], name, namespace)
    silence = io.StringIO()
    try:
        with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence), warnings.catch_warnings():
            made = call(tried, inputs, repeat=False, seconds=SECONDS)
    except KeyboardInterrupt:
        return None
    if made.outcome.exception == "NotImplementedError":
        return made.raised_in or name
    if made.outcome.exception == "NameError":
        return next((n for n in made.message.split("'")[1:2] if find_exercise(n)[0]), None)
    return None


def _may_be_unwritten(function, namespace):
    """Say whether the code, or the student's code it calls, mentions NotImplementedError or an undefined exercise.

    This spares a written training function a run just to see whether it is written.
    """
    return any(
        name == "NotImplementedError" or (name not in namespace and find_exercise(name)[0])
        for name in names_used(function, namespace)
    )
