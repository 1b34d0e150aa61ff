"""The instructor's machine: build lessons, run answers in a sandbox, check, explain, record and report."""
