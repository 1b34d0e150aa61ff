"""A whole class: grade it, grade it again, spread it over processes, and nbgrader's own commands."""
