"""The fingerprint of the packages is the same in every process of one installation."""

import subprocess
import sys

from grading.judging.environment import environment_hash

SAY = "from grading.judging.environment import environment_hash; print(environment_hash())"


def test_what_a_package_adds_to_the_path_changes_nothing():
    hashes = [
        subprocess.run([sys.executable, "-c", code + SAY], capture_output=True, text=True, check=True).stdout.strip()
        for code in ("", "import setuptools; ")
    ]
    assert hashes == [environment_hash()] * 2
