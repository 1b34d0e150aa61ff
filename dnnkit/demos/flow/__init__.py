"""The demo of gradient flow and gates."""
