"""The kernel explorer."""
