"""Right answers of the small lesson in other shapes."""


def double__sum(x):
    return x + x


def double__loop(x):
    result = np.empty(np.shape(x), dtype=np.float32)
    for index, value in np.ndenumerate(x):
        result[index] = 2 * value
    return result


def mean_square__loop(x):
    total = 0.0
    for value in x:
        total += value * value
    return float(total / len(x))
