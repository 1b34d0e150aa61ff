"""Google Colab: its notebooks show the demos of a package only when asked to."""

import importlib
import sys


def allow_demos() -> None:
    """On Colab, let the page load the demos' panel; anywhere else, do nothing."""
    if "google.colab" in sys.modules:
        importlib.import_module("google.colab.output").enable_custom_widget_manager()
