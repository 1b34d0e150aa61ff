"""The sandbox: where a student's code runs, what it may use, and how to talk to it."""
