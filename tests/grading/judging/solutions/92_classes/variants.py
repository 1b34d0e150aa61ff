"""Right answers of the lesson with a class."""

from grading.lessons.checking import edit

edit("Total__stacked", {"sum(self.arrays) / len(self.arrays)": "np.mean(self.arrays, axis=0)"})


def apply_twice__two_lines(f, x):
    once = f(x)
    return f(once)
