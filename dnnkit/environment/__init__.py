"""The machine and its Jupyter kernel: what is there, what is missing, and how to set it up."""
