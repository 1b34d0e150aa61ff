"""Judge one submission: call the student's functions, run the checks, name the mistake, make the record."""
