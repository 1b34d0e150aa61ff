"""Say how a wrong answer relates to the right one: a factor, a shift, another order, one row, one kind of input."""
