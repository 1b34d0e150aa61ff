"""The demo of learning to walk through a small world."""
