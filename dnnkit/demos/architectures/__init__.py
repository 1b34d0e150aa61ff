"""The demo of architectures: what they look like and what they cost."""
