"""Known wrong answers of lesson 05, each with the hint that its maker deserves.

Each answer may use NumPy as `np`, `sliding_window_view`, `keras` and the lesson's other functions, which are there when
it runs. An `edit` is the reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit, hint

# Wrong answers made by the machine that are right after all, see CONTRIBUTING.md.
EQUIVALENT = {
    "*": {
        "nothing of...": "no array is empty: the text says so at the top",
        "whole numbers in, whole numbers out of...": "arrays hold floats: the text says so at the top",
    },
    "conv_output_size": {
        "0 counts as of...": "sizes and strides are at least 1",
        "a float for an int": "a whole number is welcome as a float",
    },
    "conv1d": {
        "reference: call left out: np.asarray(x)...": "x is an array",
        "numpy: arguments swapped: np.convolve...": "signal and kernel may be exchanged",
        "two_loops: off by one: range(len(out))...": "it only begins at 0 once more",
    },
    "conv2d": {
        "reference: constant: 3 -> -3...": "the fourth of six axes from either end",
        "reference: constant: 1 -> 2 in -1 (2)": "NumPy takes any negative size",
        "reference: constant: 1 -> 2 in -1 (3)": "NumPy takes any negative size",
        "loop_over_places: function: np.zeros...": "every entry is written over",
        "0 counts as of...": "a stride is at least 1",
    },
    "median_filter": {
        "sorted: constant: 2 -> -2 in size * size // 2": "the middle from either end",
        "0 counts as of...": "a window has at least one pixel",
    },
    "dilate": {
        "window_cut: function: np.zeros...": "every entry is written over",
        "minus_infinity: without dtype...": "the image holds floats",
        "minus_infinity: call left out: np.asarray(image, dtype=float)...": "the image is an array of floats",
        "0 counts as of...": "a window has at least one pixel",
    },
    "erode": {
        "reference: call left out: np.asarray(image)...": "the image is an array",
        "window_cut: function: np.zeros...": "every entry is written over",
        "0 counts as of...": "a window has at least one pixel",
    },
    "im2col": {
        "reference: constant: 3 -> -3...": "the fourth of six axes from either end",
        "reference: constant: 1 -> 2 in -1 (2)": "NumPy takes any negative size",
        "loop_over_positions: function: np.zeros...": "every entry is written over",
        "loop_over_positions: constant: 1 -> 2 in -1": "NumPy takes any negative size",
        "0 counts as of...": "windows and strides are at least 1",
    },
    "conv2d_backward": {
        "reference: function: np.zeros(W.shape) -> np.ones(W.shape)": "every entry is written over",
        "reference: constant: 2 -> -2 in [0, 1, 2]...": "the third of four axes from either end",
        "columns: constant: 1 -> 2 in -1...": "NumPy takes any negative size",
        "columns: call left out: np.asarray(im2col...": "what comes back are whole numbers in an array",
        "0 counts as of...": "a stride is at least 1",
    },
    "conv2d_backward_broken": {
        "reference: constant: 1 -> -1 in (1, 3)": "the last of two axes",
        "cut_with_an_end: constant: 1 -> -1 in (1, 3)": "the last of two axes",
        "cut_with_an_end: statement left out: height, width = X.shape[1:3]...": "they are not used",
        "0 counts as of...": "a stride is at least 1",
    },
}

# conv_output_size


@hint("The function returns None. Is the return missing?")
def conv_output_size__no_return(size, kernel_size, stride, padding):
    (size + 2 * padding - kernel_size) // stride + 1


@hint("One place too few: the first place needs no step. A window that just fits has one place, not none.")
def conv_output_size__steps_not_places(size, kernel_size, stride, padding):
    return (size + 2 * padding - kernel_size) // stride


@hint("The padding was counted once. It is put on both sides of the row.")
def conv_output_size__padding_once(size, kernel_size, stride, padding):
    return (size + padding - kernel_size) // stride + 1


@hint("The padding is not used.")
def conv_output_size__no_padding(size, kernel_size, stride, padding):
    return (size - kernel_size) // stride + 1


@hint("The stride is not used.")
def conv_output_size__no_stride(size, kernel_size, stride, padding):
    return size + 2 * padding - kernel_size + 1


@hint("A fraction came out. A place counts only if the whole window fits: round down.")
def conv_output_size__fraction(size, kernel_size, stride, padding):
    return (size + 2 * padding - kernel_size) / stride + 1


@hint("This rounds up: the last window sticks out. Only whole windows count.")
def conv_output_size__rounded_up(size, kernel_size, stride, padding):
    return -(-(size + 2 * padding - kernel_size) // stride) + 1


@hint("This rounds to the nearest whole number. Only whole windows count, so round down, always.")
def conv_output_size__rounded(size, kernel_size, stride, padding):
    return round((size + 2 * padding - kernel_size) / stride) + 1


@hint("The 1 was added before the division. Divide first: the 1 is the first place, which needs no step.")
def conv_output_size__one_inside(size, kernel_size, stride, padding):
    return (size + 2 * padding - kernel_size + 1) // stride


@hint("The size of the window is missing: the last places would stick out.")
def conv_output_size__no_kernel(size, kernel_size, stride, padding):
    return (size + 2 * padding) // stride


@hint("Only the row was divided by the stride. What is divided is the way that the window can move.")
def conv_output_size__division_first(size, kernel_size, stride, padding):
    return (size + 2 * padding) // stride - kernel_size + 1


# conv1d


@hint("The function returns None. Is the return missing?")
def conv1d__no_return(x, w):
    np.convolve(x, w)


@hint("The kernel was not flipped: this is the cross-correlation. In w[m] x[n - m], one runs forward, one backward.")
def conv1d__not_flipped(x, w):
    return np.convolve(x, w[::-1])


@hint("Only the places where the kernel lies fully inside the signal came back. The full convolution has N + M - 1.")
def conv1d__valid(x, w):
    return np.convolve(x, w, mode="valid")


@hint("The result is as long as the longer of the two. The full convolution has N + M - 1 numbers.")
def conv1d__same(x, w):
    return np.convolve(x, w, mode="same")


@hint("The end of the signal was joined to its beginning. Outside, the signal is 0.")
def conv1d__circular(x, w):
    out = np.zeros(len(x) + len(w) - 1)
    for n in range(len(out)):
        out[n] = sum(w[m] * x[(n - m) % len(x)] for m in range(len(w)))
    return out


@hint("Python's negative indices joined the end of the signal to its beginning: x[n - m] with n < m is x from the end.")
def conv1d__negative_index(x, w):
    out = np.zeros(len(x) + len(w) - 1)
    for n in range(len(out)):
        out[n] = sum(w[m] * x[n - m] for m in range(len(w)) if -len(x) <= n - m < len(x))
    return out


@hint("Each copy overwrites what the copies before it left. The copies are added up.")
def conv1d__overwritten(x, w):
    out = np.zeros(len(x) + len(w) - 1)
    for m in range(len(w)):
        out[m : m + len(x)] = w[m] * x
    return out


@hint("One number too many: the longest sum of indices is (N - 1) + (M - 1), so there are N + M - 1 places.")
def conv1d__one_too_long(x, w):
    return np.append(np.convolve(x, w), 0.0)


@hint("The last number of the kernel is left out. range(M - 1) ends before M - 1.")
def conv1d__last_weight_missing(x, w):
    out = np.zeros(len(x) + len(w) - 1)
    for m in range(len(w) - 1):
        out[m : m + len(x)] += w[m] * x
    return out


@hint("Fractions were cut off: the array for the result takes its type from whole numbers in x. Make one of floats.")
def conv1d__whole_numbers(x, w):
    out = np.zeros(len(x) + len(w) - 1, dtype=x.dtype)
    for m in range(len(w)):
        out[m : m + len(x)] += (w[m] * x).astype(x.dtype)
    return out


@hint("The mean of the overlaps came back. A convolution adds them up.")
def conv1d__mean(x, w):
    return np.convolve(x, w) / len(w)


@hint("The result is too short where numbers at the end are 0. Its length is always N + M - 1.")
def conv1d__zeros_dropped(x, w):
    return np.polynomial.polynomial.polymul(x, w)


@hint("An index runs past the end. A term counts only where w[m] and x[n - m] both exist: from both sides.")
def conv1d__index_too_large(x, w):
    out = np.zeros(len(x) + len(w) - 1)
    for n in range(len(out)):
        for m in range(len(w)):
            if n - m >= 0:
                out[n] += w[m] * x[n - m]
    return out


# conv2d


@hint("The function returns None. Is the return missing?")
def conv2d__no_return(X, W, b, stride, padding):
    im2col(X, *W.shape[:2], stride, padding) @ W.reshape(-1, W.shape[3]) + b


edit(
    "conv2d__flipped",
    {"W.reshape": "W[::-1, ::-1].reshape"},
    hint="The kernel was flipped, as in the convolution of mathematics. A layer lays the kernel on the image as it is.",
)
edit(
    "conv2d__kernel_transposed",
    {"windows = np.moveaxis(windows, 3, -1)": "windows = windows.transpose(0, 1, 2, 5, 4, 3)"},
    hint="Rows and columns of the kernel were exchanged. The first axis of W goes with the rows of the image.",
)
edit(
    "conv2d__channel_order",
    {"windows = np.moveaxis(windows, 3, -1)": "windows = windows"},
    hint="The numbers of the window and those of the kernel are in different orders when they are multiplied. Check "
    "the order of the axes: row, column, channel in both.",
)
edit("conv2d__no_bias", {" + b": ""}, hint="The biases b are not used.")
edit("conv2d__bias_subtracted", {" + b": " - b"}, hint="The biases are subtracted. They are added.")
edit(
    "conv2d__bias_per_product",
    {" + b": " + b * kernel_height * kernel_width"},
    hint="The bias was added once for each position in the window. It is added once for each place.",
)
edit(
    "conv2d__relu",
    {
        "return (windows": "return np.maximum(0, (windows",
        "out_channels) + b": "out_channels) + b)",
    },
    hint="Negative numbers came back as 0. The layer here ends with the bias; a nonlinearity is another layer.",
)
edit(
    "conv2d__mean",
    {" @ W.reshape(-1, out_channels))": " @ W.reshape(-1, out_channels) / W[..., 0].size)"},
    hint="The mean over the window was taken. The products are added up.",
)
edit(
    "conv2d__first_channel",
    {
        "padded = np.pad(X,": "padded = np.pad(X[..., :1],",
        "W.reshape(": "W[:, :, :1].reshape(",
    },
    hint="Only the first channel is used. The sum runs over the window and over all channels.",
)
edit(
    "conv2d__no_padding",
    {"((0, 0), (padding, padding), (padding, padding), (0, 0))": "0"},
    hint="The padding is not used.",
)
edit(
    "conv2d__padding_at_the_end",
    {"(padding, padding), (padding, padding)": "(0, 2 * padding), (0, 2 * padding)"},
    hint="All zeros were put below and to the right. Padding puts zeros on all four sides.",
)
edit(
    "conv2d__padding_once",
    {"(padding, padding), (padding, padding)": "(0, padding), (0, padding)"},
    hint="Zeros were put on one side only. Padding puts them on all four sides: top, bottom, left and right.",
)
edit(
    "conv2d__edge_padding",
    {"(padding, padding), (0, 0))": '(padding, padding), (0, 0)), mode="edge"'},
    hint="The edge pixels were repeated outwards. This layer pads with zeros.",
)
edit(
    "conv2d__no_stride",
    {"[:, ::stride, ::stride]": ""},
    hint="The stride is not used: the window moves by one pixel.",
)
edit(
    "conv2d__window_moves_by_one",
    {
        "[:, ::stride, ::stride]": "[:, : (padded.shape[1] - kernel_height) // stride + 1, "
        ": (padded.shape[2] - kernel_width) // stride + 1]"
    },
    hint="The stride sets how many places there are, but the window still moves by one pixel. Where does it begin?",
)
edit(
    "conv2d__all_axes_padded",
    {"((0, 0), (padding, padding), (padding, padding), (0, 0))": "padding"},
    hint="With padding the shapes do not fit. Were images and channels padded, too? Zeros go around rows and columns "
    "only.",
)
edit(
    "conv2d__stride_in_columns_only",
    {"[:, ::stride, ::stride]": "[:, :, ::stride]"},
    hint="The stride is used for columns only. The window moves by the stride in rows, too.",
)
edit(
    "conv2d__one_place_missing",
    {"[:, ::stride, ::stride]": "[:, :-1, :-1][:, ::stride, ::stride]"},
    hint="The last place is missing, in rows and columns. A window that just fits counts: see Exercise 1.",
)
edit(
    "conv2d__first_image",
    {"np.pad(X,": "np.pad(X[:1],"},
    hint="Only the first image came back. Does the return stand inside the loop over the images?",
)
edit(
    "conv2d__channels_first",
    {
        "return (windows": "return np.moveaxis((windows",
        "out_channels) + b": "out_channels) + b, -1, 1)",
    },
    hint="The channels came back as the second axis. The order is image, row, column, channel.",
)


@hint("Fractions were cut off: the array for the result takes its type from whole numbers in X. Make one of floats.")
def conv2d__whole_numbers(X, W, b, stride, padding):
    height, width = ((n + 2 * padding - k) // stride + 1 for n, k in zip(X.shape[1:3], W.shape[:2], strict=True))
    out = np.zeros((len(X), height, width, W.shape[3]), dtype=X.dtype)
    out[:] = (im2col(X, *W.shape[:2], stride, padding) @ W.reshape(-1, W.shape[3]) + b).reshape(out.shape)
    return out


@hint("The stride went into the kernel: its weights look at pixels that lie a stride apart. It moves the whole window.")
def conv2d__stride_inside_the_window(X, W, b, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height, width = ((n + 2 * padding - k) // stride + 1 for n, k in zip(X.shape[1:3], W.shape[:2], strict=True))
    out = np.zeros((len(X), height, width, W.shape[3])) + b
    for k in range(W.shape[0]):
        for l in range(W.shape[1]):
            seen = padded[:, k * stride : k * stride + height, l * stride : l * stride + width]
            out[:, : seen.shape[1], : seen.shape[2]] += seen @ W[k, l]
    return out


@hint(
    "All images were added up into one. The sum runs over the window and the channels; each image has its own result."
)
def conv2d__images_added(X, W, b, stride, padding):
    height, width = ((n + 2 * padding - k) // stride + 1 for n, k in zip(X.shape[1:3], W.shape[:2], strict=True))
    out = (im2col(X, *W.shape[:2], stride, padding) @ W.reshape(-1, W.shape[3])).reshape(len(X), height, width, -1)
    return np.broadcast_to(out.sum(axis=0), out.shape) + b


# median_filter


@hint("The function returns None. Is the return missing?")
def median_filter__no_return(image, size):
    np.median(sliding_window_view(np.pad(image, size // 2, mode="edge"), (size, size)), axis=(2, 3))


edit("median_filter__mean", {"np.median": "np.mean"}, hint="This is the mean of the window: a blur.")
edit(
    "median_filter__zeros_at_the_border",
    {', mode="edge"': ""},
    hint="Wrong at the border: zeros were put around the image. There, the edge pixels are repeated.",
)
edit(
    "median_filter__mirrored_border",
    {'mode="edge"': 'mode="symmetric"'},
    hint="Wrong at the border for larger windows: the image was mirrored there. Only the edge pixels are repeated.",
)
edit(
    "median_filter__wraps_around",
    {'mode="edge"': 'mode="wrap"'},
    hint="Wrong at the border: pixels from the other side of the image came in. There, the edge pixels are repeated.",
)
edit(
    "median_filter__shrinks",
    {'np.pad(image, size // 2, mode="edge")': 'np.pad(image, max(0, size - min(image.shape)), mode="edge")'},
    hint="The result is smaller than the image. Pad first, so that every pixel has a window.",
)
edit(
    "median_filter__too_large",
    {"size // 2": "size"},
    hint="The result is larger than the image: too much padding. A window reaches (size - 1) / 2 pixels to each side.",
)
edit(
    "median_filter__rows_only",
    {
        "(size, size))": "(1, size))[size // 2 : size // 2 + len(image)]",
    },
    hint="The window has one row only. It has size rows and size columns.",
)
edit(
    "median_filter__median_of_medians",
    {"np.median(windows, axis=(2, 3))": "np.median(np.median(windows, axis=3), axis=2)"},
    hint="This is the median of the medians of the rows. Take the median over the whole window at once.",
)
edit(
    "median_filter__always_three",
    {"size // 2": "1", "(size, size)": "(3, 3)"},
    hint="The window is always 3 by 3. Use size.",
)


@hint("The pixels at the border were left as they were. They have a window, too: there, the edge pixels are repeated.")
def median_filter__border_unchanged(image, size):
    reach, out = size // 2, np.array(image, dtype=float)
    for i in range(reach, image.shape[0] - reach):
        for j in range(reach, image.shape[1] - reach):
            out[i, j] = np.median(image[i - reach : i + reach + 1, j - reach : j + reach + 1])
    return out


@hint("At the border the window was cut off. There, the edge pixels are repeated, and count as often as they appear.")
def median_filter__window_cut(image, size):
    reach, out = size // 2, np.zeros(image.shape)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            out[i, j] = np.median(image[max(0, i - reach) : i + reach + 1, max(0, j - reach) : j + reach + 1])
    return out


@hint("Pixels that were already filtered went into later windows. Read from the image, write into another array.")
def median_filter__reads_its_own_result(image, size):
    reach, padded = size // 2, np.pad(np.asarray(image, dtype=float), size // 2, mode="edge")
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            padded[i + reach, j + reach] = np.median(padded[i : i + size, j : j + size])
    return padded[reach : reach + image.shape[0], reach : reach + image.shape[1]]


@hint("The padding is no whole number: in Python, / always gives a float. Two slashes, //, divide whole numbers.")
def median_filter__fraction_of_a_pixel(image, size):
    return np.median(sliding_window_view(np.pad(image, (size - 1) / 2, mode="edge"), (size, size)), axis=(2, 3))


edit(
    "median_filter__one_number",
    {"axis=(2, 3)": "axis=None"},
    hint="One number came back: the median of everything. Each window has its own. Which axes are the window's?",
)


# dilate


@hint("The function returns None. Is the return missing?")
def dilate__no_return(image, size):
    sliding_window_view(np.pad(image, size // 2, mode="edge"), (size, size)).max(axis=(2, 3))


edit("dilate__smallest", {"windows.max": "windows.min"}, hint="This is the smallest value of the window: an erosion.")
edit("dilate__mean", {"windows.max": "windows.mean"}, hint="This is the mean of the window: a blur.")
edit(
    "dilate__zeros_at_the_border",
    {', mode="edge"': ""},
    hint="Wrong at the border of negative images: zeros were put around them. There, the edge pixels are repeated.",
)
edit(
    "dilate__wraps_around",
    {'mode="edge"': 'mode="wrap"'},
    hint="Wrong at the border: pixels from the other side of the image came in. There, the edge pixels are repeated.",
)
edit(
    "dilate__shrinks",
    {'np.pad(image, size // 2, mode="edge")': 'np.pad(image, max(0, size - min(image.shape)), mode="edge")'},
    hint="The result is smaller than the image. Pad first, so that every pixel has a window.",
)
edit(
    "dilate__rows_only",
    {"(size, size))": "(1, size))[size // 2 : size // 2 + len(image)]"},
    hint="The window has one row only. It has size rows and size columns.",
)
edit(
    "dilate__always_three",
    {"size // 2": "1", "(size, size)": "(3, 3)"},
    hint="The window is always 3 by 3. Use size.",
)


@hint(
    "The corners of the window are left out: this takes the cross of the pixel's row and column. The window is square."
)
def dilate__cross(image, size):
    reach, out = size // 2, np.array(image, dtype=float)
    padded = np.pad(image, reach, mode="edge")
    height, width = image.shape
    for k in range(size):
        out = np.maximum(out, padded[k : k + height, reach : reach + width])
        out = np.maximum(out, padded[reach : reach + height, k : k + width])
    return out


@hint("The pixels at the border were left as they were. They have a window, too: there, the edge pixels are repeated.")
def dilate__border_unchanged(image, size):
    reach, out = size // 2, np.array(image, dtype=float)
    for i in range(reach, image.shape[0] - reach):
        for j in range(reach, image.shape[1] - reach):
            out[i, j] = np.max(image[i - reach : i + reach + 1, j - reach : j + reach + 1])
    return out


@hint("The search for the largest value began at 0, so that negative values are never found. Begin at a pixel.")
def dilate__begins_at_zero(image, size):
    out = np.zeros(image.shape)
    padded = np.pad(image, size // 2, mode="edge")
    for k in range(size):
        for l in range(size):
            out = np.maximum(out, padded[k : k + image.shape[0], l : l + image.shape[1]])
    return out


edit(
    "dilate__one_number",
    {"axis=(2, 3)": "axis=None"},
    hint="One number came back: the largest of the whole image. Each window has its own. Which axes are the window's?",
)


# erode


@hint("The function returns None. Is the return missing?")
def erode__no_return(image, size):
    -dilate(-image, size)


edit(
    "erode__largest",
    {"-dilate(-np.asarray(image), size)": "dilate(np.asarray(image), size)"},
    hint="This is the largest value of the window: a dilation.",
)
edit(
    "erode__one_minus",
    {"return -dilate": "return dilate"},
    hint="The brightness was turned before the dilation, but not turned back after it.",
)
edit(
    "erode__minus_missing_inside",
    {"dilate(-np.asarray": "dilate(np.asarray"},
    hint="The brightness must be turned before the dilation, too. This is the dilation with a minus sign.",
)


@hint("Wrong at the border when the image is positive: zeros were put around it. There, the edge pixels are repeated.")
def erode__zeros_at_the_border(image, size):
    return sliding_window_view(np.pad(image, size // 2), (size, size)).min(axis=(2, 3))


@hint("Wrong at the border: white pixels, ones, were put around the image. There, the edge pixels are repeated.")
def erode__ones_at_the_border(image, size):
    return sliding_window_view(np.pad(image, size // 2, constant_values=1), (size, size)).min(axis=(2, 3))


@hint("One number came back: the smallest of the whole image. Each window has its own. Which axes are the window's?")
def erode__one_number(image, size):
    return np.min(image)


@hint("This is the mean of the window: a blur.")
def erode__mean(image, size):
    return sliding_window_view(np.pad(image, size // 2, mode="edge"), (size, size)).mean(axis=(2, 3))


@hint("Wrong at the border: pixels from the other side of the image came in. There, the edge pixels are repeated.")
def erode__wraps_around(image, size):
    return sliding_window_view(np.pad(image, size // 2, mode="wrap"), (size, size)).min(axis=(2, 3))


@hint("The result is smaller than the image. Pad first, so that every pixel has a window.")
def erode__shrinks(image, size):
    padded = np.pad(image, max(0, size - min(image.shape)), mode="edge")
    return sliding_window_view(padded, (size, size)).min(axis=(2, 3))


@hint("The window has one row only. It has size rows and size columns.")
def erode__rows_only(image, size):
    padded = np.pad(image, ((0, 0), (size // 2, size // 2)), mode="edge")
    return sliding_window_view(padded, (1, size)).min(axis=(2, 3))


@hint("The window is always 3 by 3. Use size.")
def erode__always_three(image, size):
    return -dilate(-image, 3)


@hint("The search for the smallest value began at 0, so that positive values are never found. Begin at a pixel.")
def erode__begins_at_zero(image, size):
    return np.minimum(0, -dilate(-image, size))


@hint("The pixels at the border were left as they were. They have a window, too: there, the edge pixels are repeated.")
def erode__border_unchanged(image, size):
    reach, out = size // 2, np.array(image, dtype=float)
    for i in range(reach, image.shape[0] - reach):
        for j in range(reach, image.shape[1] - reach):
            out[i, j] = np.min(image[i - reach : i + reach + 1, j - reach : j + reach + 1])
    return out


# im2col


@hint("The function returns None. Is the return missing?")
def im2col__no_return(X, kernel_height, kernel_width, stride, padding):
    sliding_window_view(X, (kernel_height, kernel_width), axis=(1, 2)).reshape(-1)


edit(
    "im2col__channel_first",
    {"np.moveaxis(windows, 3, -1)": "windows"},
    hint="The columns are in the order channel, row, column. The channel runs fastest: row, column, channel.",
)
edit(
    "im2col__window_columns_first",
    {"np.moveaxis(windows, 3, -1)": "windows.transpose(0, 1, 2, 5, 4, 3)"},
    hint="The columns list the window column by column. They list it row by row: row, column, channel.",
)
edit(
    "im2col__places_before_images",
    {"np.moveaxis(windows, 3, -1)": "windows.transpose(1, 2, 0, 4, 5, 3)"},
    hint="The rows list all images for the first place, then for the next. First come all places of image 0.",
)
edit(
    "im2col__places_column_by_column",
    {"np.moveaxis(windows, 3, -1)": "windows.transpose(0, 2, 1, 4, 5, 3)"},
    hint="The rows list the places of an image column by column. They list them row by row.",
)
edit(
    "im2col__transposed",
    {"X.shape[3])": "X.shape[3]).T"},
    hint="The matrix is transposed: each place is a row, each number of the window a column.",
)
edit(
    "im2col__reshaped_only",
    {"np.moveaxis(windows, 3, -1).reshape(-1": "windows.transpose(4, 5, 3, 0, 1, 2).reshape(-1"},
    hint="The shape is right, but the numbers are mixed up: the axes were in another order when they were reshaped. A "
    "reshape moves no number.",
)
edit(
    "im2col__no_padding",
    {"((0, 0), (padding, padding), (padding, padding), (0, 0))": "0"},
    hint="The padding is not used.",
)
edit(
    "im2col__padding_once",
    {"(padding, padding), (padding, padding)": "(0, padding), (0, padding)"},
    hint="Zeros were put on one side only. Padding puts them on all four sides: top, bottom, left and right.",
)
edit(
    "im2col__padding_at_the_end",
    {"(padding, padding), (padding, padding)": "(0, 2 * padding), (0, 2 * padding)"},
    hint="All zeros were put below and to the right. Padding puts zeros on all four sides.",
)
edit("im2col__no_stride", {"[:, ::stride, ::stride]": ""}, hint="The stride is not used.")
edit(
    "im2col__one_place_missing",
    {"[:, ::stride, ::stride]": "[:, :-1, :-1][:, ::stride, ::stride]"},
    hint="The last place is missing, in rows and columns. A window that just fits counts: see Exercise 1.",
)
edit(
    "im2col__flipped",
    {"np.moveaxis(windows, 3, -1)": "np.moveaxis(windows, 3, -1)[:, :, :, ::-1, ::-1]"},
    hint="Each window came out flipped. Nothing is flipped in a layer.",
)
edit(
    "im2col__first_image",
    {"np.pad(X,": "np.pad(X[:1],"},
    hint="Only the first image is there. The rows go through all images.",
)
edit(
    "im2col__one_matrix_per_image",
    {"reshape(-1,": "reshape(len(X), -1,"},
    hint="The images have an axis of their own. All places of all images are rows of one matrix.",
)


edit(
    "im2col__window_moves_by_one",
    {
        "[:, ::stride, ::stride]": "[:, : (padded.shape[1] - kernel_height) // stride + 1, "
        ": (padded.shape[2] - kernel_width) // stride + 1]"
    },
    hint="The stride sets how many places there are, but the window still moves by one pixel. Where does it begin?",
)


@hint("Two shapes do not fit. If you slice with a step: does the slice stop after H_out rows and W_out columns?")
def im2col__slice_without_an_end(X, kernel_height, kernel_width, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height = (X.shape[1] + 2 * padding - kernel_height) // stride + 1
    width = (X.shape[2] + 2 * padding - kernel_width) // stride + 1
    out = np.zeros((len(X), height, width, kernel_height, kernel_width, X.shape[3]))
    for k in range(kernel_height):
        for l in range(kernel_width):
            out[:, :, :, k, l] = padded[:, k::stride, l::stride]
    return out.reshape(len(X) * height * width, -1)


# conv2d_backward


@hint("The function returns None. Is the return missing?")
def conv2d_backward__no_return(dout, X, W, stride, padding):
    dout.sum(axis=(0, 1, 2))


edit(
    "conv2d_backward__overwritten",
    {"dpadded[:, rows, columns] += dout": "dpadded[:, rows, columns] = dout"},
    hint="A pixel that several windows saw keeps only the last share. The shares are added up.",
)
edit(
    "conv2d_backward__flipped",
    {"dout @ W[k, l].T": "dout @ W[::-1, ::-1][k, l].T"},
    hint="dX uses the kernel flipped. Each pixel meets, at each place, the weight that lay on it in the forward pass.",
)
edit(
    "conv2d_backward__padding_kept",
    {"dX = dpadded[:, padding : padding + height, padding : padding + width]": "dX = dpadded"},
    hint="dX still has the rows and columns of the padding. Cut them off: dX has the shape of X.",
)
edit(
    "conv2d_backward__cut_at_the_end",
    {"[:, padding : padding + height, padding : padding + width]": "[:, :height, :width]"},
    hint="The padding was cut off below and to the right only. It was put on all four sides.",
)
edit(
    "conv2d_backward__empty_without_padding",
    {"[:, padding : padding + height, padding : padding + width]": "[:, padding:-padding, padding:-padding]"},
    hint="Without padding dX is empty: a slice that ends at -0 ends at 0. Count from the front instead.",
)
edit(
    "conv2d_backward__averaged",
    {
        "dW[k, l] = np.tensordot": "dW[k, l] = 1 / len(X) * np.tensordot",
        "dout.sum(axis=(0, 1, 2))": "dout.sum(axis=(0, 1, 2)) / len(X)",
    },
    hint="dW and db were divided by the number of images. That division is already in dout when the loss is a mean.",
)
edit(
    "conv2d_backward__first_image",
    {"np.tensordot(padded[:, rows, columns], dout,": "np.tensordot(padded[:1, rows, columns], dout[:1],"},
    hint="dW uses the first image only. The same kernel was used on all images: add up over them.",
)
edit(
    "conv2d_backward__bias_of_images",
    {"dout.sum(axis=(0, 1, 2))": "dout.sum(axis=0)"},
    hint="db has too many axes. A bias was used at every place of every image: add up over all three axes.",
)
edit(
    "conv2d_backward__bias_mean",
    {"dout.sum(axis=(0, 1, 2))": "dout.mean(axis=(0, 1, 2))"},
    hint="db is a mean over images and places. It is a sum.",
)
edit(
    "conv2d_backward__bias_of_channels",
    {"dout.sum(axis=(0, 1, 2))": "dout.sum(axis=3)"},
    hint="db was added up over the channels. Each kernel has its own bias: add up over everything else.",
)
edit(
    "conv2d_backward__dW_without_padding",
    {
        "np.tensordot(padded[:, rows, columns]": "np.tensordot(np.pad(X, ((0, 0), (0, 2 * padding), "
        "(0, 2 * padding), (0, 0)))[:, rows, columns]"
    },
    hint="dW is wrong with padding: it must look at the padded images, as the forward pass did.",
)
edit(
    "conv2d_backward__no_stride",
    {
        "slice(k, k + stride * out_height, stride)": "slice(k, k + out_height)",
        "slice(l, l + stride * out_width, stride)": "slice(l, l + out_width)",
    },
    hint="The stride is not used: neighbouring places lie a stride apart in the padded images.",
)
edit(
    "conv2d_backward__order",
    {"return dX, dW, ": "return dW, dX, "},
    hint="dX and dW were exchanged in the return.",
)
edit(
    "conv2d_backward__no_biases",
    {"return dX, dW, dout.sum(axis=(0, 1, 2))": "return dX, dW"},
    hint="Two results came back. The exercise asks for three: dX, dW and db.",
)
edit(
    "conv2d_backward__kernel_flipped",
    {"return dX, dW,": "return dX, dW[::-1, ::-1],"},
    hint="dW came out flipped. Weight (k, l) met the pixel k rows below, l columns right of its window's corner.",
)


# conv2d_backward_broken


@hint("Both bugs are still in it. Look at the comparison: for which settings is dX right, and what do they share?")
def conv2d_backward_broken__as_given(dout, X, W, stride, padding):
    height, width = X.shape[1:3]
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dpadded, dW, db = np.zeros(padded.shape), np.zeros(W.shape), np.zeros(W.shape[3])
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            rows, columns = slice(i * stride, i * stride + W.shape[0]), slice(j * stride, j * stride + W.shape[1])
            upstream = dout[:, i, j]
            db += upstream.sum(axis=0)
            dW += np.tensordot(padded[:, rows, columns], upstream, axes=(0, 0))
            dpadded[:, rows, columns] = np.tensordot(upstream, W, axes=(1, 3))
    dX = dpadded[:, :height, :width]
    return dX, dW, db


edit(
    "conv2d_backward_broken__overwritten",
    {"dpadded[:, rows, columns] +=": "dpadded[:, rows, columns] ="},
    hint="One bug is fixed. The other shows where windows overlap: what becomes of the share of an earlier window?",
)
edit(
    "conv2d_backward_broken__cut_at_the_end",
    {"[:, padding : padding + height, padding : padding + width]": "[:, :height, :width]"},
    hint="One bug is fixed. The other shows with padding: from which sides is it taken away again?",
)
edit(
    "conv2d_backward_broken__empty_without_padding",
    {"[:, padding : padding + height, padding : padding + width]": "[:, padding:-padding, padding:-padding]"},
    hint="Both bugs were found. But without padding dX is now empty: a slice that ends at -0 ends at 0.",
)
edit(
    "conv2d_backward_broken__cut_at_the_front",
    {"[:, padding : padding + height, padding : padding + width]": "[:, padding:, padding:]"},
    hint="Now the padding is cut off at the top and the left, but stays below and to the right. It is on all sides.",
)
edit(
    "conv2d_backward_broken__kernels_overwritten",
    {"dW += np": "dW = np"},
    hint="dW keeps only the last place. It was right as it was given: it adds up over all places.",
)
edit(
    "conv2d_backward_broken__averaged",
    {"return dX, dW, db": "return dX, dW / len(X), db / len(X)"},
    hint="dW and db were divided by the number of images. They were right as they were given.",
)


@hint("The function returns None. Is the return missing?")
def conv2d_backward_broken__no_return(dout, X, W, stride, padding):
    dout.sum(axis=(0, 1, 2))


# max_pool2d_forward


@hint("The function returns None. Is the return missing?")
def max_pool2d_forward__no_return(X, size, stride):
    sliding_window_view(X, (size, size), axis=(1, 2)).max(axis=(-2, -1))


edit("max_pool2d_forward__mean", {"windows.max": "windows.mean"}, hint="This is the mean of each window.")
edit("max_pool2d_forward__smallest", {"windows.max": "windows.min"}, hint="This is the smallest number of each window.")
edit(
    "max_pool2d_forward__largest_size",
    {"windows.max(axis=(-2, -1))": "np.abs(windows).max(axis=(-2, -1))"},
    hint="The signs were dropped. The largest number is meant, not the one farthest from 0.",
)
edit(
    "max_pool2d_forward__stride_is_size",
    {"[:, ::stride, ::stride]": "[:, ::size, ::size]"},
    hint="The windows move by their own size. They move by the stride, which may be another number.",
)
edit(
    "max_pool2d_forward__no_stride",
    {"[:, ::stride, ::stride]": ""},
    hint="The stride is not used: the windows move by one pixel.",
)
edit(
    "max_pool2d_forward__over_channels",
    {"return windows.max(axis=(-2, -1))": "return windows.max(axis=(-3, -2, -1))[..., None] + np.zeros(X.shape[3])"},
    hint="The largest over all channels was taken. Each channel is pooled on its own.",
)
edit(
    "max_pool2d_forward__over_images",
    {
        "return windows.max(axis=(-2, -1))": "return windows.max(axis=(-2, -1)).max(axis=0) "
        "+ np.zeros((len(X), 1, 1, 1))"
    },
    hint="The largest over all images was taken. Each image is pooled on its own.",
)
edit(
    "max_pool2d_forward__first_image",
    {"sliding_window_view(X,": "sliding_window_view(X[:1],"},
    hint="Only the first image came back.",
)
edit(
    "max_pool2d_forward__channels_lost",
    {"return windows.max(axis=(-2, -1))": "return windows.max(axis=(-3, -2, -1))"},
    hint="The axis of the channels is lost: the maximum was taken over one axis too many.",
)
edit(
    "max_pool2d_forward__one_place_missing",
    {"[:, ::stride, ::stride]": "[:, : max(1, X.shape[1] - size), : max(1, X.shape[2] - size)][:, ::stride, ::stride]"},
    hint="The last place is missing when the windows fit exactly. A window that just fits counts.",
)


@hint("The map was cut into tiles. That fits only windows side by side, with nothing left over. Go through the places.")
def max_pool2d_forward__reshaped(X, size, stride):
    num_images, height, width, channels = X.shape
    return X.reshape(num_images, height // size, size, width // size, size, channels).max(axis=(2, 4))


@hint("The number of places is not H divided by the stride. Count the places of a whole window: see Exercise 1.")
def max_pool2d_forward__size_forgotten(X, size, stride):
    height, width = X.shape[1] // stride, X.shape[2] // stride
    out = np.zeros((len(X), height, width, X.shape[3]))
    for i in range(height):
        for j in range(width):
            out[:, i, j] = X[:, i * stride : i * stride + size, j * stride : j * stride + size].max(axis=(1, 2))
    return out


@hint("The stride sets how many places there are, but the window still moves by one pixel. Where does it begin?")
def max_pool2d_forward__window_moves_by_one(X, size, stride):
    windows = sliding_window_view(X, (size, size), axis=(1, 2))
    height, width = (conv_output_size(side, size, stride, 0) for side in X.shape[1:3])
    return windows[:, :height, :width].max(axis=(-2, -1))


@hint("The search for the largest number began at 0, so that negative numbers are never found.")
def max_pool2d_forward__begins_at_zero(X, size, stride):
    windows = sliding_window_view(X, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return np.maximum(0, windows.max(axis=(-2, -1)))


@hint("A window that sticks out was filled up with zeros. Rows and columns that no whole window reaches are left out.")
def max_pool2d_forward__sticks_out(X, size, stride):
    missing = [-(n - size) % stride for n in X.shape[1:3]]
    padded = np.pad(X, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)))
    return sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::stride, ::stride].max(axis=(-2, -1))


# max_pool2d_backward


@hint("The function returns None. Is the return missing?")
def max_pool2d_backward__no_return(dout, X, size, stride):
    np.zeros(X.shape)


edit(
    "max_pool2d_backward__overwritten",
    {"dX[:, rows, columns] += won": "dX[:, rows, columns] = won"},
    hint="Where windows overlap, the later one wiped out the gradient of the earlier. The shares are added up.",
)
edit(
    "max_pool2d_backward__shared",
    {"+= won * ": "+= 1 / size**2 * "},
    hint="The gradient was spread evenly over the window: that is mean pooling. Here the winner takes all.",
)
edit(
    "max_pool2d_backward__to_all",
    {"+= won * ": "+= 1.0 * "},
    hint="Every number of the window got the whole gradient. Only the largest moved the output.",
)
edit(
    "max_pool2d_backward__to_the_smallest",
    {"window.max(": "window.min("},
    hint="The gradient went to the smallest number of each window.",
)
edit(
    "max_pool2d_backward__one_winner_for_all_images",
    {"axis=(1, 2), keepdims": "axis=(0, 1, 2), keepdims", " / won.sum((1, 2), keepdims=True)": ""},
    hint="One winner was found for all images together. Each image has its own.",
)
edit(
    "max_pool2d_backward__one_winner_for_all_channels",
    {"axis=(1, 2), keepdims": "axis=(1, 2, 3), keepdims", " / won.sum((1, 2), keepdims=True)": ""},
    hint="One winner was found for all channels together. Each channel has its own.",
)
edit(
    "max_pool2d_backward__one_winner_per_image",
    {
        "window.max(axis=(1, 2), keepdims=True)": "X.max(axis=(1, 2), keepdims=True)",
        " / won.sum((1, 2), keepdims=True)": "",
    },
    hint="The winner of the whole image was looked for. Each window has its own.",
)
edit(
    "max_pool2d_backward__stride_is_size",
    {"i * stride": "i * size", "j * stride": "j * size"},
    hint="The windows are taken a size apart. They lie a stride apart, which may be another number.",
)
edit(
    "max_pool2d_backward__mask",
    {" * dout[:, i, j][:, None, None, :]": ""},
    hint="The winners are right, but they got 1. They get the upstream gradient of their window.",
)
edit(
    "max_pool2d_backward__axes_missing",
    {"[:, None, None, :]": ""},
    hint="NumPy did not line up the axes as you meant. The window has (N, size, size, C), the gradient of its place "
    "(N, C): the two axes in the middle are missing.",
)
edit(
    "max_pool2d_backward__divided",
    {"won * dout": "won / size**2 * dout"},
    hint="The winners are right, but the gradient was divided by the size of the window. The slope is 1.",
)
edit(
    "max_pool2d_backward__times_the_value",
    {"won * dout": "won * window * dout"},
    hint="The gradient was multiplied by the number itself. When it moves, the output moves as much: slope 1.",
)
edit(
    "max_pool2d_backward__first_column_only",
    {"for j in range(dout.shape[2])": "for j in range(1)"},
    hint="Only the first column of windows sent its gradient back. Go through all places, rows and columns.",
)


# build_lenet


@hint("The function returns None. Is the return missing?")
def build_lenet__no_return(input_shape, num_classes):
    keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(num_classes)])


edit(
    "build_lenet__softmax",
    {"layers.Dense(num_classes)": 'layers.Dense(num_classes, activation="softmax")'},
    hint="The output went through a softmax. The exercise asks for the scores; the loss adds the softmax.",
)
edit(
    "build_lenet__relu_scores",
    {"layers.Dense(num_classes)": 'layers.Dense(num_classes, activation="relu")'},
    hint="Negative scores come out as 0: the last layer has a nonlinearity. Scores have none.",
)
edit(
    "build_lenet__sigmoid",
    {"layers.Dense(num_classes)": 'layers.Dense(num_classes, activation="sigmoid")'},
    hint="The output lies between 0 and 1: the last layer has a sigmoid. Scores have no activation.",
)
edit(
    "build_lenet__same_padding",
    {'activation="relu", data_format': 'activation="relu", padding="same", data_format'},
    hint="The convolutions keep the size of the image. These have no padding, so that it shrinks by 4 each time.",
)
edit(
    "build_lenet__first_same_padding",
    {'Conv2D(6, 5, activation="relu"': 'Conv2D(6, 5, activation="relu", padding="same"'},
    hint="The first convolution keeps the size of the image. It has no padding here. (For images of 28 by 28, some "
    "versions of LeNet have it.)",
)
edit(
    "build_lenet__small_kernels",
    {"(6, 5,": "(6, 3,", "(16, 5,": "(16, 3,"},
    hint="The kernels have 3 by 3 weights for each channel. They have 5 by 5.",
)
edit(
    "build_lenet__number_and_size_exchanged",
    {"(6, 5,": "(5, 6,", "(16, 5,": "(5, 16,"},
    hint="The image is too small for these kernels. In Conv2D the number of kernels comes first, then their size.",
)
edit(
    "build_lenet__no_pooling",
    {'            layers.MaxPooling2D(2, data_format="channels_last"),\n': ""},
    hint="There are far too many weights behind the second convolution. Is the pooling missing?",
)
edit(
    "build_lenet__pooling_stride_one",
    {"MaxPooling2D(2,": "MaxPooling2D(2, strides=1,"},
    hint="The pooling windows move by one pixel. They move by two, so that they halve the map.",
)
edit(
    "build_lenet__strides_for_pooling",
    {
        'activation="relu", data_format': 'strides=2, activation="relu", data_format',
        '            layers.MaxPooling2D(2, data_format="channels_last"),\n': "",
    },
    hint="The sizes are right, but the convolutions step over pixels instead of pooling. Three places of four are "
    "never looked at.",
)
edit(
    "build_lenet__linear_convolutions",
    {'5, activation="relu", ': "5, "},
    hint="The convolutions have no nonlinearity. Without it they add nothing that one convolution could not do.",
)
edit(
    "build_lenet__linear_dense",
    {'Dense(120, activation="relu")': "Dense(120)", 'Dense(84, activation="relu")': "Dense(84)"},
    hint="The hidden dense layers have no nonlinearity. All three together could then be one.",
)
edit(
    "build_lenet__linear_last_hidden",
    {'Dense(84, activation="relu")': "Dense(84)"},
    hint="The dense layer of 84 units has no nonlinearity.",
)
edit(
    "build_lenet__no_84",
    {'            layers.Dense(84, activation="relu"),\n': ""},
    hint="A dense layer is missing: there are two hidden ones, with 120 and with 84 units.",
)
edit(
    "build_lenet__no_flatten",
    {"            layers.Flatten(),\n": ""},
    hint="The scores have too many axes: dense layers work on the last axis only. Lay the maps out in a line first.",
)
edit(
    "build_lenet__global_pooling",
    {"layers.Flatten()": 'layers.GlobalAveragePooling2D(data_format="channels_last")'},
    hint="Each map was reduced to one number. Flatten keeps all of them, laid out in a line.",
)
edit(
    "build_lenet__ten_classes",
    {"layers.Dense(num_classes)": "layers.Dense(10)"},
    hint="There are always ten scores. Use num_classes.",
)
edit(
    "build_lenet__grey_images",
    {"keras.Input(input_shape)": "keras.Input((*input_shape[:2], 1))"},
    hint="The model takes images with one channel only. Use input_shape as it is.",
)
edit(
    "build_lenet__no_biases",
    {'5, activation="relu", ': '5, activation="relu", use_bias=False, '},
    hint="The convolutions have no biases. All layers have them here.",
)
edit(
    "build_lenet__batch_normalisation",
    {"layers.Flatten(),": "layers.BatchNormalization(), layers.Flatten(),"},
    hint="Something with weights of its own was added between the layers of the table. Is it a batch normalisation?",
)


# train_cnn


@hint("The function returns None. Is the return missing?")
def train_cnn__no_return(X, y, num_classes, rng):
    keras.Sequential([keras.Input(X.shape[1:]), keras.layers.Flatten(), keras.layers.Dense(num_classes)])


edit(
    "train_cnn__returns_history",
    {"    model.fit(copies,": "    return model.fit(copies[:9],", "labels, batch_size": "labels[:9], batch_size"},
    hint="What fit returns is the history of the losses. Return the model.",
)
edit(
    "train_cnn__not_trained",
    {"    model.fit(copies, labels, batch_size=batch_size, epochs=num_epochs, verbose=0)\n": ""},
    hint="The biases are all still 0: the model was not trained. Is fit called?",
)
edit(
    "train_cnn__labels_mixed_up",
    {"np.tile(y, len(corners))": "np.repeat(y, len(corners))"},
    hint="The network learned labels that do not belong to the images. If you add copies, are the labels repeated in "
    "the same order as the images? np.repeat and np.tile differ.",
)
edit(
    "train_cnn__labels_that_do_not_fit",
    {"labels = np.tile(y, len(corners))": "labels = y"},
    hint="Labels and network do not fit. Whole-number labels need the sparse loss; copies of images need labels, too.",
)
edit(
    "train_cnn__steps_too_small",
    {"keras.optimizers.schedules.CosineDecay(0.003, steps)": "0.00001"},
    hint="The network was trained, but hardly moved. Is the learning rate much too small?",
)
edit(
    "train_cnn__steps_too_large",
    {"keras.optimizers.schedules.CosineDecay(0.003, steps)": "4.0"},
    hint="The biases are huge, and the answers no good. Is the learning rate much too large?",
)
edit(
    "train_cnn__ten_classes",
    {"layers.Dense(num_classes)": "layers.Dense(10)"},
    hint="There are always ten scores. Use num_classes.",
)


@hint("The network has no convolution. A dense one cannot use what is known about images.")
def train_cnn__no_convolution(X, y, num_classes, rng):
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    layers = [keras.layers.Flatten(), keras.layers.Dense(64, activation="relu"), keras.layers.Dense(num_classes)]
    model = keras.Sequential([keras.Input(X.shape[1:]), *layers])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.003), loss=loss)
    model.fit(X, y, batch_size=32, epochs=20, verbose=0)
    return model
