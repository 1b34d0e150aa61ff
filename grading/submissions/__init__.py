"""One submission: read the file with limits, rebuild the notebook, run its cells."""
