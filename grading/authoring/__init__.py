"""The author's side: build lessons and their public examples, audit the checks, pack, make sample classes."""
