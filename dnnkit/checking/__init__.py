"""Check an exercise: run its public examples, observe what the student's function does, name the mistake."""
