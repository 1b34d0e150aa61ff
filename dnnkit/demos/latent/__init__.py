"""The demo of latent space: codes of two numbers."""
