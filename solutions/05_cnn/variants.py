"""Different right answers to the exercises of lesson 05: each must pass every check.

Each answer may use NumPy as `np`, `sliding_window_view`, `keras` and the lesson's other functions, which are there when
it runs. An `edit` is the reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit

# conv_output_size


def conv_output_size__counted(size, kernel_size, stride, padding):
    return len(range(0, size + 2 * padding - kernel_size + 1, stride))


def conv_output_size__float_and_int(size, kernel_size, stride, padding):
    return int((size + 2 * padding - kernel_size) / stride + 1)


def conv_output_size__divmod(size, kernel_size, stride, padding):
    steps, _ = divmod(size - kernel_size + 2 * padding, stride)
    return np.int64(steps + 1)


def conv_output_size__floor(size, kernel_size, stride, padding):
    return np.floor((size + 2 * padding - kernel_size) / stride) + 1


# conv1d


def conv1d__numpy(x, w):
    return np.convolve(x, w)


def conv1d__two_loops(x, w):
    out = [0.0] * (len(x) + len(w) - 1)
    for n in range(len(out)):
        for m in range(len(w)):
            if 0 <= n - m < len(x):
                out[n] += w[m] * x[n - m]
    return out


def conv1d__flipped_window(x, w):
    padded = np.pad(x, len(w) - 1)
    return sliding_window_view(padded, len(w)) @ w[::-1]


def conv1d__fourier(x, w):
    n = len(x) + len(w) - 1
    return np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(w, n), n)


def conv1d__matrix(x, w):
    outer = np.outer(w, x)
    places = np.add.outer(np.arange(len(w)), np.arange(len(x)))
    return np.bincount(places.ravel(), weights=outer.ravel())


def conv1d__polynomials(x, w):
    product = np.polynomial.polynomial.polymul(x, w)  # drops zeros at the end
    return np.append(product, np.zeros(len(x) + len(w) - 1 - len(product)))


def conv1d__float32(x, w):
    return np.convolve(np.float32(x), np.float32(w))


# conv2d


def conv2d__loop_over_places(X, W, b, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height = (X.shape[1] + 2 * padding - W.shape[0]) // stride + 1
    width = (X.shape[2] + 2 * padding - W.shape[1]) // stride + 1
    out = np.zeros((len(X), height, width, W.shape[3]))
    for i in range(height):
        for j in range(width):
            window = padded[:, i * stride : i * stride + W.shape[0], j * stride : j * stride + W.shape[1]]
            out[:, i, j] = np.tensordot(window, W, axes=3) + b
    return out


def conv2d__loop_over_positions(X, W, b, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height = conv_output_size(X.shape[1], W.shape[0], stride, padding)
    width = conv_output_size(X.shape[2], W.shape[1], stride, padding)
    out = 0
    for k in range(W.shape[0]):
        for l in range(W.shape[1]):
            out = out + padded[:, k : k + stride * height : stride, l : l + stride * width : stride] @ W[k, l]
    return out + b


def conv2d__seven_loops(X, W, b, stride, padding):
    N, H, width, _ = X.shape
    KH, KW, C, D = W.shape
    rows, columns = (H + 2 * padding - KH) // stride + 1, (width + 2 * padding - KW) // stride + 1
    out = np.zeros((N, rows, columns, D))
    for n, i, j, o in np.ndindex(*out.shape):
        total = b[o]
        for k, l, c in np.ndindex(KH, KW, C):
            row, column = i * stride + k - padding, j * stride + l - padding
            if 0 <= row < H and 0 <= column < width:
                total += X[n, row, column, c] * W[k, l, c, o]
        out[n, i, j, o] = total
    return out


def conv2d__im2col(X, W, b, stride, padding):
    rows = conv_output_size(X.shape[1], W.shape[0], stride, padding)
    columns = conv_output_size(X.shape[2], W.shape[1], stride, padding)
    flat = im2col(X, W.shape[0], W.shape[1], stride, padding) @ W.reshape(-1, W.shape[3]) + b
    return flat.reshape(len(X), rows, columns, -1)


def conv2d__einsum(X, W, b, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    windows = sliding_window_view(padded, W.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nijckl,klco->nijo", windows, W) + b


def conv2d__fourier(X, W, b, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    size = padded.shape[1:3]
    images = np.fft.rfft2(padded, axes=(1, 2))
    kernels = np.conj(np.fft.rfft2(W, size, axes=(0, 1)))
    full = np.fft.irfft2(np.einsum("nhwc,hwco->nhwo", images, kernels), size, axes=(1, 2))
    return full[:, : size[0] - W.shape[0] + 1 : stride, : size[1] - W.shape[1] + 1 : stride] + b


def conv2d__scipy(X, W, b, stride, padding):
    from scipy.signal import correlate

    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0))).astype(float)
    maps = [
        [
            sum(correlate(image[..., c], W[:, :, c, o], mode="valid") for c in range(W.shape[2]))
            for o in range(W.shape[3])
        ]
        for image in padded
    ]
    return np.moveaxis(np.array(maps), 1, -1)[:, ::stride, ::stride] + b


def conv2d__keras(X, W, b, stride, padding):
    padded = np.pad(np.float32(X), ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    out = keras.ops.conv(padded, np.float32(W), strides=stride, padding="valid", data_format="channels_last")
    return out + np.float32(b)


edit("conv2d__float32", {"np.pad(X,": "np.pad(np.float32(X),", "W.reshape": "np.float32(W).reshape"})

# median_filter


def median_filter__loops(image, size):
    reach = size // 2
    padded = np.pad(image, reach, mode="edge")
    height, width = image.shape
    return np.array([[np.median(padded[i : i + size, j : j + size]) for j in range(width)] for i in range(height)])


def median_filter__sorted(image, size):
    padded = np.pad(image, size // 2, mode="edge")
    height, width = image.shape
    stack = [padded[k : k + height, l : l + width] for k in range(size) for l in range(size)]
    return np.sort(stack, axis=0)[size * size // 2]


def median_filter__indices(image, size):
    reach, (height, width) = size // 2, image.shape
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            rows = np.clip(np.arange(i - reach, i + reach + 1), 0, height - 1)
            columns = np.clip(np.arange(j - reach, j + reach + 1), 0, width - 1)
            out[i, j] = np.median(image[np.ix_(rows, columns)])
    return out


def median_filter__scipy(image, size):
    from scipy.ndimage import median_filter

    return median_filter(image, size=size, mode="nearest").astype(np.float32)


# dilate


def dilate__window_cut(image, size):
    reach, out = size // 2, np.zeros(image.shape)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            out[i, j] = image[max(0, i - reach) : i + reach + 1, max(0, j - reach) : j + reach + 1].max()
    return out


def dilate__minus_infinity(image, size):
    padded = np.pad(np.asarray(image, dtype=float), size // 2, constant_values=-np.inf)
    return sliding_window_view(padded, (size, size)).max(axis=(2, 3))


def dilate__rows_then_columns(image, size):
    padded = np.pad(image, size // 2, mode="edge")
    return sliding_window_view(sliding_window_view(padded, size, axis=0).max(axis=-1), size, axis=1).max(axis=-1)


def dilate__scipy(image, size):
    from scipy.ndimage import maximum_filter

    return maximum_filter(image, size=size, mode="nearest")


def dilate__mirrored(image, size):
    # An edge pixel and its mirror image lie in the same windows.
    padded = np.pad(image, size // 2, mode="symmetric") if size // 2 <= min(image.shape) else None
    if padded is None:
        padded = np.pad(image, size // 2, mode="edge")
    return sliding_window_view(padded, (size, size)).max(axis=(2, 3)).astype(np.float32)


# erode


def erode__windows(image, size):
    return sliding_window_view(np.pad(image, size // 2, mode="edge"), (size, size)).min(axis=(2, 3))


def erode__window_cut(image, size):
    reach, out = size // 2, np.zeros(image.shape)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            out[i, j] = np.min(image[max(0, i - reach) : i + reach + 1, max(0, j - reach) : j + reach + 1])
    return out


def erode__from_one(image, size):
    return 1 - dilate(1 - image, size)


def erode__scipy(image, size):
    from scipy.ndimage import minimum_filter

    return minimum_filter(image, size=size, mode="nearest")


# im2col


def im2col__loop_over_places(X, kernel_height, kernel_width, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height = conv_output_size(X.shape[1], kernel_height, stride, padding)
    width = conv_output_size(X.shape[2], kernel_width, stride, padding)
    rows = []
    for image in padded:
        for i in range(height):
            for j in range(width):
                window = image[i * stride : i * stride + kernel_height, j * stride : j * stride + kernel_width]
                rows.append(window.ravel())
    return np.array(rows)


def im2col__loop_over_positions(X, kernel_height, kernel_width, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height = (X.shape[1] + 2 * padding - kernel_height) // stride + 1
    width = (X.shape[2] + 2 * padding - kernel_width) // stride + 1
    cols = np.zeros((len(X), height, width, kernel_height, kernel_width, X.shape[3]))
    for k in range(kernel_height):
        for l in range(kernel_width):
            cols[:, :, :, k, l] = padded[:, k : k + stride * height : stride, l : l + stride * width : stride]
    return cols.reshape(len(X) * height * width, -1)


def im2col__indices(X, kernel_height, kernel_width, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    i = stride * np.arange((X.shape[1] + 2 * padding - kernel_height) // stride + 1)
    j = stride * np.arange((X.shape[2] + 2 * padding - kernel_width) // stride + 1)
    rows = i[:, None, None, None] + np.arange(kernel_height)[:, None]
    columns = j[None, :, None, None] + np.arange(kernel_width)
    return padded[:, rows, columns].reshape(-1, kernel_height * kernel_width * X.shape[3])


edit("im2col__float32", {"np.pad(X,": "np.pad(X.astype(np.float32),"})

# conv2d_backward


def conv2d_backward__loop_over_places(dout, X, W, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dpadded, dW, db = np.zeros_like(padded), np.zeros_like(W), np.zeros(W.shape[3])
    for n in range(len(X)):
        for i in range(dout.shape[1]):
            for j in range(dout.shape[2]):
                top, left = i * stride, j * stride
                window = padded[n, top : top + W.shape[0], left : left + W.shape[1]]
                dpadded[n, top : top + W.shape[0], left : left + W.shape[1]] += W @ dout[n, i, j]
                dW += window[..., None] * dout[n, i, j]
                db += dout[n, i, j]
    bottom, right = padded.shape[1] - padding, padded.shape[2] - padding
    return dpadded[:, padding:bottom, padding:right], dW, db


def conv2d_backward__columns(dout, X, W, stride, padding):
    KH, KW, _, D = W.shape
    flat = dout.reshape(-1, D)
    dW = (im2col(X, KH, KW, stride, padding).T @ flat).reshape(W.shape)
    numbers = np.arange(X.size).reshape(X.shape) + 1  # 0 stands for the padding
    places = np.asarray(im2col(numbers, KH, KW, stride, padding)).astype(int)
    dX = np.bincount(places.ravel(), weights=(flat @ W.reshape(-1, D).T).ravel(), minlength=X.size + 1)
    return dX[1:].reshape(X.shape), dW, flat.sum(axis=0)


def conv2d_backward__einsum(dout, X, W, stride, padding):
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    windows = sliding_window_view(padded, W.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    dW = np.einsum("nijckl,nijo->klco", windows, dout)
    spread = np.zeros((len(X), padded.shape[1] - W.shape[0] + 1, padded.shape[2] - W.shape[1] + 1, W.shape[3]))
    spread[:, ::stride, ::stride] = dout
    wide = np.pad(spread, ((0, 0), (W.shape[0] - 1,) * 2, (W.shape[1] - 1,) * 2, (0, 0)))
    back = np.einsum("nijokl,klco->nijc", sliding_window_view(wide, W.shape[:2], axis=(1, 2)), W[::-1, ::-1])
    cut = back[:, padding : padding + X.shape[1], padding : padding + X.shape[2]]
    return [cut, dW, np.einsum("nijo->o", dout)]


edit(
    "conv2d_backward__float32",
    {
        "np.zeros(padded.shape), np.zeros(W.shape)": "np.zeros(padded.shape, 'f4'), np.zeros(W.shape, 'f4')",
        "np.pad(X,": "np.pad(np.float32(X),",
    },
)

# conv2d_backward_broken


def conv2d_backward_broken__calls_the_other(dout, X, W, stride, padding):
    return conv2d_backward(dout, X, W, stride, padding)


edit(
    "conv2d_backward_broken__cut_with_an_end",
    {
        "dpadded[:, padding : padding + height, padding : padding + width]": "dpadded[:, padding : dpadded.shape[1] - "
        "padding, padding : dpadded.shape[2] - padding]"
    },
)
edit(
    "conv2d_backward_broken__cut_if_padded",
    {
        "    dX = dpadded[:, padding : padding + height, padding : padding + width]\n": "    dX = dpadded[:, "
        "padding:-padding, padding:-padding] if padding else dpadded\n"
    },
)
edit(
    "conv2d_backward_broken__adds_at",
    {
        "dpadded[:, rows, columns] += np.tensordot(upstream, W, axes=(1, 3))": "dpadded[:, rows, columns] = "
        "dpadded[:, rows, columns] + np.einsum('no,klco->nklc', upstream, W)"
    },
)

# max_pool2d_forward


def max_pool2d_forward__loops(X, size, stride):
    height, width = (X.shape[1] - size) // stride + 1, (X.shape[2] - size) // stride + 1
    out = np.zeros((X.shape[0], height, width, X.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        out[n, i, j, c] = max(X[n, i * stride : i * stride + size, j * stride : j * stride + size, c].ravel().tolist())
    return out


def max_pool2d_forward__loop_over_positions(X, size, stride):
    height, width = (conv_output_size(side, size, stride, 0) for side in X.shape[1:3])
    out = np.full((len(X), height, width, X.shape[3]), -np.inf)
    for k in range(size):
        for l in range(size):
            out = np.maximum(out, X[:, k : k + stride * height : stride, l : l + stride * width : stride])
    return out


def max_pool2d_forward__im2col(X, size, stride):
    height, width = (conv_output_size(side, size, stride, 0) for side in X.shape[1:3])
    cols = im2col(X, size, size, stride, 0)
    return cols.reshape(len(X), height, width, size * size, X.shape[3]).max(axis=3)


def max_pool2d_forward__keras(X, size, stride):
    return keras.ops.max_pool(np.float32(X), size, stride, padding="valid", data_format="channels_last")


# max_pool2d_backward


def max_pool2d_backward__argmax(dout, X, size, stride):
    dX = np.zeros_like(X)
    for n, i, j, c in np.ndindex(*dout.shape):
        window = X[n, i * stride : i * stride + size, j * stride : j * stride + size, c]
        k, l = np.unravel_index(np.argmax(window), window.shape)
        dX[n, i * stride + k, j * stride + l, c] += dout[n, i, j, c]
    return dX


def max_pool2d_backward__add_at(dout, X, size, stride):
    windows = sliding_window_view(X, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    winner = windows.reshape(*dout.shape, -1).argmax(axis=-1)
    n, i, j, c = np.indices(dout.shape)
    dX = np.zeros(X.shape)
    np.add.at(dX, (n, i * stride + winner // size, j * stride + winner % size, c), dout)
    return dX


def max_pool2d_backward__all_of_it_to_each_equal_winner(dout, X, size, stride):
    dX = np.zeros(X.shape, dtype=np.float32)
    out = max_pool2d_forward(X, size, stride)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            rows, columns = slice(i * stride, i * stride + size), slice(j * stride, j * stride + size)
            won = X[:, rows, columns] == out[:, i : i + 1, j : j + 1]
            dX[:, rows, columns] += won * dout[:, i : i + 1, j : j + 1]
    return dX


# build_lenet

edit("build_lenet__tanh_and_means", {'"relu"': '"tanh"', "MaxPooling2D": "AveragePooling2D"})
edit("build_lenet__sigmoid_inside", {'"relu"': '"sigmoid"'})
edit("build_lenet__elu", {'"relu"': '"elu"', "MaxPooling2D": "AveragePooling2D"})


def build_lenet__functional(input_shape, num_classes):
    from keras.layers import Activation, Conv2D, Dense, Flatten, MaxPooling2D

    inputs = keras.Input(shape=input_shape)
    x = inputs
    for filters in (6, 16):
        x = Activation("gelu")(Conv2D(filters, (5, 5), padding="valid")(x))
        x = MaxPooling2D((2, 2), strides=(2, 2))(x)
    x = Flatten()(x)
    for units in (120, 84):
        x = keras.layers.LeakyReLU(0.2)(Dense(units)(x))
    return keras.Model(inputs, Dense(num_classes, activation="linear")(x))


def build_lenet__original_convolution(input_shape, num_classes):
    # As in the paper: the third layer of kernels covers the whole map, which makes it dense.
    height, width = (conv_output_size(conv_output_size(n, 5, 1, 0) // 2, 5, 1, 0) // 2 for n in input_shape[:2])
    model = keras.Sequential(name="lenet")
    model.add(keras.Input(input_shape))
    for filters in (6, 16):
        model.add(keras.layers.Conv2D(filters, 5, activation="tanh"))
        model.add(keras.layers.AveragePooling2D(2))
    model.add(keras.layers.Conv2D(120, (height, width), activation="tanh"))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(84, activation="tanh"))
    model.add(keras.layers.Dropout(0.5))
    model.add(keras.layers.Dense(num_classes))
    return model


def build_lenet__subclass(input_shape, num_classes):
    class LeNet(keras.Model):
        def __init__(self):
            super().__init__()
            self.scores = keras.layers.Dense(num_classes)
            self.hidden = [keras.layers.Dense(units, activation="relu") for units in (120, 84)]
            self.maps = [keras.layers.Conv2D(filters, 5, activation="relu") for filters in (6, 16)]
            self.pool, self.flatten = keras.layers.MaxPooling2D(2), keras.layers.Flatten()

        def call(self, x):
            for layer in self.maps:
                x = self.pool(layer(x))
            x = self.flatten(x)
            for layer in self.hidden:
                x = layer(x)
            return self.scores(x)

    model = LeNet()
    model(np.zeros((1, *input_shape), dtype="float32"))
    return model


# train_cnn


def train_cnn__fixed_rate(X, y, num_classes, rng):
    copies = [X, *(np.roll(X, way, axis=(1, 2)) for way in [(0, 1), (0, -1), (1, 0), (-1, 0)])]
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input(X.shape[1:]),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.002), loss="sparse_categorical_crossentropy")
    model.fit(np.concatenate(copies), np.concatenate([y] * 5), batch_size=128, epochs=10, verbose=0)
    return model


def train_cnn__own_loop(X, y, num_classes, rng):
    inputs = keras.Input(X.shape[1:])
    x = keras.layers.Conv2D(24, 3, padding="same", activation="relu")(inputs)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    x = keras.layers.Dropout(0.4)(keras.layers.Flatten()(x))
    model = keras.Model(inputs, keras.layers.Dense(num_classes)(x))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.003), loss=loss)
    num_epochs = 35
    for epoch in range(num_epochs):
        model.optimizer.learning_rate = 0.003 * 0.5 * (1 + np.cos(np.pi * epoch / num_epochs))
        rows, columns = rng.integers(-1, 2, size=(2, len(X)))
        moved = np.stack([np.roll(x, (r, c), axis=(0, 1)) for x, r, c in zip(X, rows, columns, strict=True)])
        order = rng.permutation(len(X))
        model.fit(moved[order], y[order], batch_size=64, epochs=1, verbose=0)
    return model


edit(
    "train_cnn__probabilities",
    {
        "layers.Dense(num_classes)": 'layers.Dense(num_classes, activation="softmax")',
        "from_logits=True": "from_logits=False",
        "optimizers.Adam(": "optimizers.AdamW(",
    },
)
