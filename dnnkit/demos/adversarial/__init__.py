"""The demo of adversarial examples."""
