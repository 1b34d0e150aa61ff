"""Known mistakes of the lesson with a class."""

from grading.lessons.checking import edit, hint

VIEWS = {}

edit("Total__no_factor", {"self.factor * np": "np"}, hint="The factor is kept, but never used.")
edit(
    "Total__one_too_many",
    {"/ len(self.arrays)": "/ (len(self.arrays) + 1)"},
    hint="The sum is divided by one more than the number of arrays.",
)


@hint("Only the last array counts in your mean.")
class Total__forgets:
    def __init__(self, factor):
        self.factor = factor

    def add(self, x):
        self.last = self.factor * np.asarray(x)

    def mean(self):
        return self.last


@hint("The function is applied once.")
def apply_twice__once(f, x):
    return f(x)
