"""The demo of activations and vanishing gradients."""
