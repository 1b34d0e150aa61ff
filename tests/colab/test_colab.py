"""The demos with what Google Colab ships: ipywidgets 7.7, anywidget 0.9, IPython 7 (see requirements.in)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PACKAGES = PROJECT / "build" / "colab"  # `make colab` installs them
VERSIONS = "import ipywidgets as i, anywidget as a, IPython; print(i.__version__, a.__version__, IPython.__file__)"


@pytest.fixture(scope="module")
def on_colab():
    """Environment variables that put Colab's packages in front of ours."""
    if not (PACKAGES / "ipywidgets").is_dir():
        message = "Colab's packages are not installed. Run: make colab"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV"))}
    return {**kept, "PYTHONPATH": str(PACKAGES)}


def test_the_tier_is_what_it_says(on_colab):
    done = subprocess.run([sys.executable, "-c", VERSIONS], capture_output=True, text=True, env=on_colab, check=True)
    widgets, panel, where = done.stdout.split()
    assert widgets.startswith("7.7.")
    assert panel.startswith("0.9.")
    assert where.startswith(str(PACKAGES))


def test_all_demos_pass_their_tests_with_colabs_packages(on_colab):
    # What those old packages themselves deprecate is theirs.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore::DeprecationWarning"]
    done = subprocess.run(
        [*command, "tests/dnnkit/demos"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        env=on_colab,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "skipped" not in done.stdout.splitlines()[-1]
    assert int(done.stdout.splitlines()[-1].split()[0]) > 500
