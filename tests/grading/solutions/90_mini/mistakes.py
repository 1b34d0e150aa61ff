"""Known mistakes of the small lesson."""

from grading.lessons.checking import hint

VIEWS = {}


@hint("The result is the square of x. Doubling multiplies by two.")
def double__squares(x):
    return np.asarray(x) ** 2


@hint("The array that came in was changed. Make a new one.")
def double__in_place(x):
    x *= 2
    return x


@hint("This is the function as it was given. Compare it with the definition of a mean.")
def mean_square__as_given(x):
    # Something is missing here.
    total = np.sum(double(x) ** 2)
    return total / 4


@hint("The mean of x is squared. Square first, then take the mean.")
def mean_square__square_of_mean(x):
    return np.mean(x) ** 2
