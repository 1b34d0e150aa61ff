"""The optimizer race."""
