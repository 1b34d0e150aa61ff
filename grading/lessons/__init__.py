"""Read a lesson's source, its checks and its bank; and what the author of checks imports."""
