"""The gradebook as files that other programs read."""
