"""What is kept of a class: the gradebook, what a person set by hand, the autograded notebooks."""
