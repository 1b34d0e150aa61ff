"""The learning-rate demo."""
