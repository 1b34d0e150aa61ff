"""The graph stepper."""
