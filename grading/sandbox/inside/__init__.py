"""The two files that run inside the sandbox; it sees nothing else of the grader."""
