"""The small package that students of the course import; each part loads when it is first used."""

from importlib import import_module

__version__ = "0.1.0"
__all__ = ["__version__", "check", "load_ipython_extension", "predict", "reveal", "show_progress"]

_HOMES = {
    "check": "dnnkit.checking.checks",
    "load_ipython_extension": "dnnkit.explore",
    "predict": "dnnkit.predictions",
    "reveal": "dnnkit.predictions",
    "show_progress": "dnnkit.progress",
}


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'dnnkit' has no attribute {name!r}")


def __dir__():
    return sorted(set(globals()) | set(_HOMES))
