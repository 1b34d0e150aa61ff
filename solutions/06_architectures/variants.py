"""Different right answers to the exercises of lesson 06: each must pass every check.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit

# residual_forward and residual_backward


def residual_forward__where(x, F):
    z = F(x) + x
    return np.where(z > 0, z, 0.0)


def residual_forward__masked(x, F):
    z = np.asarray(x, dtype=np.float64) + F(x)
    return z * (z > 0)


def residual_forward__in_place(x, F):
    z = np.array(F(x), dtype=float)
    z += x
    z[z < 0] = 0
    return z


def residual_forward__half_sum(x, F):
    z = x + F(x)
    return (z + np.abs(z)) / 2


def residual_backward__where(dout, x, F, F_backward):
    dz = np.where(x + F(x) > 0, dout, 0.0)
    return F_backward(dz, x) + dz


def residual_backward__by_output(dout, x, F, F_backward):
    y = np.maximum(x + F(x), 0)
    dz = dout * np.sign(y)
    dx = dz.copy()
    dx += F_backward(dz, x)
    return dx


def residual_backward__zeroed(dout, x, F, F_backward):
    dz = np.array(dout, dtype=float)
    dz[x + F(x) < 0] = 0.0
    return np.add(dz, F_backward(dz, x))


def residual_backward__slope_one_at_zero(dout, x, F, F_backward):
    dz = dout * (x + F(x) >= 0)
    return dz + F_backward(dz, x)


# conv_cost, network_cost, receptive_field


def conv_cost__named(input_shape, kernel_size, out_channels, stride, padding):
    H, W, C = input_shape
    H_out = (H - kernel_size + 2 * padding) // stride + 1
    W_out = (W - kernel_size + 2 * padding) // stride + 1
    one_kernel = kernel_size * kernel_size * C
    return (
        (H_out, W_out, out_channels),
        one_kernel * out_channels + out_channels,
        H_out * W_out * one_kernel * out_channels,
    )


def conv_cost__by_floor(input_shape, kernel_size, out_channels, stride, padding):
    H, W, C = input_shape
    H_out, W_out = (int(np.floor((n + 2 * padding - kernel_size) / stride)) + 1 for n in (H, W))
    return (
        [H_out, W_out, out_channels],
        out_channels * (kernel_size**2 * C + 1),
        H_out * W_out * out_channels * C * kernel_size**2,
    )


def conv_cost__counted(input_shape, kernel_size, out_channels, stride, padding):
    places = [len(range(-padding, n + padding - kernel_size + 1, stride)) for n in input_shape[:2]]
    weights = kernel_size**2 * input_shape[2] * out_channels
    return [*places, out_channels], weights + out_channels, places[0] * places[1] * weights


def conv_cost__numpy_integers(input_shape, kernel_size, out_channels, stride, padding):
    sides = (np.array(input_shape[:2]) + 2 * padding - kernel_size) // stride + 1
    weights = np.int64(kernel_size) ** 2 * input_shape[2]
    return (sides[0], sides[1], out_channels), out_channels * (weights + 1), np.prod(sides) * out_channels * weights


def network_cost__recursive(layers, input_shape):
    if not layers:
        return [], 0, 0
    layer, shape = layers[0], input_shape
    kind = layer["kind"]
    if kind == "dense":
        row = ((layer["units"],), layer["units"] * (shape[0] + 1), layer["units"] * shape[0])
    elif kind == "flatten":
        row = ((int(np.prod(shape)),), 0, 0)
    else:
        row = conv_cost(
            shape, layer["kernel_size"], layer.get("out_channels", shape[-1]), layer["stride"], layer["padding"]
        )
        row = row if kind == "conv" else (row[0], 0, 0)
    rows, parameters, work = network_cost(layers[1:], row[0])
    return [row, *rows], row[1] + parameters, row[2] + work


def network_cost__running_sums(layers, input_shape):
    shape, rows, total, work = input_shape, [], 0, 0
    for layer in layers:
        p, m = 0, 0
        match layer["kind"]:
            case "conv":
                options = {name: value for name, value in layer.items() if name != "kind"}
                shape, p, m = conv_cost(shape, **options)
            case "pool":
                k, s, q = layer["kernel_size"], layer["stride"], layer["padding"]
                shape = ((shape[0] + 2 * q - k) // s + 1, (shape[1] + 2 * q - k) // s + 1, shape[2])
            case "flatten":
                shape = (int(np.prod(shape)),)
            case "dense":
                (n,) = shape
                shape, p, m = (layer["units"],), (n + 1) * layer["units"], n * layer["units"]
        rows.append((shape, p, m))
        total += p
        work += m
    return rows, total, work


def network_cost__table_of_functions(layers, input_shape):
    def convolution(shape, layer):
        return conv_cost(shape, layer["kernel_size"], layer["out_channels"], layer["stride"], layer["padding"])

    def pooling(shape, layer):
        out, _, _ = conv_cost(shape, layer["kernel_size"], 1, layer["stride"], layer["padding"])
        return (out[0], out[1], shape[2]), 0, 0

    def flattening(shape, layer):
        return (shape[0] * shape[1] * shape[2],), 0, 0

    def dense(shape, layer):
        return (layer["units"],), shape[0] * layer["units"] + layer["units"], shape[0] * layer["units"]

    count = {"conv": convolution, "pool": pooling, "flatten": flattening, "dense": dense}
    rows, shape = [], input_shape
    for layer in layers:
        rows.append(count[layer["kind"]](shape, layer))
        shape = rows[-1][0]
    return rows, sum(r[1] for r in rows), sum(r[2] for r in rows)


edit(
    "network_cost__lists",
    {"rows.append((shape, parameters, multiply_adds))": "rows.append([shape, parameters, multiply_adds])"},
)


def receptive_field__from_the_end(layers):
    size, stride = 1, 1
    for layer in reversed(layers):
        size = (size - 1) * layer["stride"] + layer["kernel_size"]
        stride *= layer["stride"]
    return size, stride


def receptive_field__by_products(layers):
    strides = [layer["stride"] for layer in layers]
    jumps = [int(np.prod(strides[:k])) for k in range(len(layers) + 1)]
    size = 1 + sum((layer["kernel_size"] - 1) * jump for layer, jump in zip(layers, jumps, strict=False))
    return size, jumps[-1]


def receptive_field__by_ranges(layers):
    first, second = (0, 0), (1, 1)
    for layer in layers[::-1]:
        s, k = layer["stride"], layer["kernel_size"]
        first = (first[0] * s, first[1] * s + k - 1)
        second = (second[0] * s, second[1] * s + k - 1)
    return first[1] - first[0] + 1, second[0] - first[0]


def receptive_field__recursive(layers):
    if len(layers) == 0:
        return 1, 1
    size, stride = receptive_field(layers[:-1])
    return size + stride * (layers[-1]["kernel_size"] - 1), stride * layers[-1]["stride"]


# inception_block

edit(
    "inception_block__relu_layers",
    {'layers.Conv2D(f1, 1, padding="same", activation="relu")(x)': "layers.ReLU()(layers.Conv2D(f1, 1)(x))"},
)


def inception_block__by_loop(x, filters):
    def conv(v, count, size):
        return keras.layers.Activation("relu")(keras.layers.Conv2D(count, size, padding="same")(v))

    branches = [conv(x, filters[0], 1)]
    for reduced, count, size in ((filters[1], filters[2], 3), (filters[3], filters[4], 5)):
        branches.append(conv(conv(x, reduced, 1), count, size))
    pooled = keras.layers.MaxPool2D(pool_size=(3, 3), strides=(1, 1), padding="same")(x)
    return keras.layers.concatenate([*branches, conv(pooled, filters[5], 1)], axis=-1)


def inception_block__pool_first(x, filters):
    from keras import layers, ops

    f1, r3, f3, r5, f5, fp = filters
    fourth = layers.MaxPooling2D(3, 1, "same")(x)
    fourth = layers.Conv2D(fp, 1, activation=keras.activations.relu)(fourth)
    third = layers.Conv2D(f5, (5, 5), padding="same")(layers.Conv2D(r5, (1, 1), activation="relu")(x))
    second = layers.Conv2D(f3, (3, 3), padding="same")(layers.Conv2D(r3, (1, 1), activation="relu")(x))
    first = layers.Conv2D(f1, (1, 1), activation="relu")(x)
    return ops.concatenate([first, ops.relu(second), ops.relu(third), fourth], axis=3)


def inception_block__two_joins(x, filters):
    L = keras.layers
    a = L.Conv2D(filters[0], 1, activation="relu")(x)
    b = L.Conv2D(filters[2], 3, padding="same", activation="relu")(L.Conv2D(filters[1], 1, activation="relu")(x))
    c = L.Conv2D(filters[3], 1, activation="relu")(x)
    c = L.Conv2D(filters[4], 5, padding="same", activation="relu")(c)
    d = L.Conv2D(filters[5], 1, activation="relu")(L.MaxPooling2D(3, strides=1, padding="same")(x))
    return L.Concatenate()([L.Concatenate()([a, b]), L.Concatenate()([c, d])])


# residual_block


def residual_block__plus(x, filters, stride):
    y = conv_bn(keras.layers.Activation("relu")(conv_bn(x, filters, 3, stride)), filters)
    fits = stride == 1 and x.shape[-1] == filters
    shortcut = x if fits else conv_bn(x, filters, 1, stride)
    return keras.layers.Activation("relu")(shortcut + y)


def residual_block__own_layers(x, filters, stride):
    layers = keras.layers
    y = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    if stride > 1 or x.shape[3] != filters:
        x = layers.Conv2D(filters, 1, strides=stride, use_bias=False)(x)
        x = layers.BatchNormalization()(x)
    return layers.ReLU()(layers.add([y, x]))


def residual_block__shortcut_first(x, filters, stride):
    shortcut = x
    if x.shape[-1] != filters or stride != 1:
        shortcut = conv_bn(x, filters, kernel_size=1, stride=stride)
    x = keras.ops.relu(conv_bn(x, filters, stride=stride))
    return keras.ops.relu(keras.ops.add(shortcut, conv_bn(x, filters)))


edit("residual_block__activation_layer", {"keras.layers.ReLU()(keras": 'keras.layers.Activation("relu")(keras'})


# dense_block


def dense_block__list_of_maps(x, num_layers, growth_rate):
    L, maps = keras.layers, [x]
    for _ in range(num_layers):
        seen = maps[0] if len(maps) == 1 else L.Concatenate()(maps)
        y = L.Activation("relu")(L.BatchNormalization()(seen))
        maps.append(L.Conv2D(growth_rate, (3, 3), padding="same", use_bias=False)(y))
    return L.Concatenate()(maps) if len(maps) > 1 else x


def dense_block__recursive(x, num_layers, growth_rate):
    if num_layers == 0:
        return x
    y = keras.layers.BatchNormalization(momentum=0.9)(x)
    y = keras.layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(keras.ops.relu(y))
    return dense_block(keras.layers.concatenate([x, y]), num_layers - 1, growth_rate)


def dense_block__ops(x, num_layers, growth_rate):
    while num_layers > 0:
        y = keras.activations.relu(keras.layers.BatchNormalization(momentum=0.9)(x))
        y = keras.layers.Conv2D(growth_rate, 3, strides=1, padding="same", use_bias=False)(y)
        x = keras.ops.concatenate((x, y), axis=-1)
        num_layers -= 1
    return x


edit("dense_block__usual_momentum", {"momentum=0.9": "momentum=0.99"})


# build_unet and build_unet_broken


def build_unet__recursive(input_shape, base_filters, depth, num_classes):
    L = keras.layers

    def block(x, width):
        return L.ReLU()(conv_bn(x, width))

    def level(x, i):
        x = block(x, base_filters * 2**i)
        if i == depth:
            return x
        below = level(L.MaxPooling2D(2)(x), i + 1)
        up = L.Conv2DTranspose(base_filters * 2**i, 2, strides=2)(below)
        return block(L.Concatenate()([x, up]), base_filters * 2**i)

    image = keras.Input(input_shape)
    return keras.Model(image, L.Conv2D(num_classes, 1)(level(image, 0)))


def build_unet__stack_of_skips(input_shape, base_filters, depth, num_classes):
    L = keras.layers
    image = keras.Input(shape=input_shape)
    x, skips, width = image, [], base_filters
    for _ in range(depth):
        skip = L.Activation("relu")(conv_bn(x, width))
        skips.append((width, skip))
        x = L.MaxPool2D()(skip)
        width *= 2
    x = L.Activation("relu")(conv_bn(x, width))
    while skips:
        width, skip = skips.pop()
        x = L.Conv2DTranspose(width, kernel_size=2, strides=2, padding="same")(x)
        x = L.concatenate([skip, x])
        x = L.Activation("relu")(conv_bn(x, width))
    return keras.Model(inputs=image, outputs=L.Conv2D(num_classes, (1, 1))(x))


edit("build_unet_broken__ops", {"layers.Concatenate()([skips[i], x])": "keras.ops.concatenate([skips[i], x], axis=-1)"})


def build_unet_broken__calls_the_right_one(input_shape, base_filters, depth, num_classes):
    return build_unet(input_shape, base_filters, depth, num_classes)


# train_segmenter


def train_segmenter__probabilities(X, masks, num_classes, rng):
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    scores = build_unet(X.shape[1:], 12, 2, num_classes)
    model = keras.Sequential([keras.Input(X.shape[1:]), scores, keras.layers.Softmax()])
    model.compile(keras.optimizers.AdamW(0.01), "sparse_categorical_crossentropy")
    for rate in (0.01, 0.003, 0.001):
        model.optimizer.learning_rate = rate
        model.fit(X, masks, batch_size=32, epochs=4, verbose=0)
    return model


def train_segmenter__best_kept(X, masks, num_classes, rng):
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    aside = len(X) // 8
    model = build_unet(X.shape[1:], 8, 2, num_classes)
    model.compile(keras.optimizers.Adam(0.003), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    slower = keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=1)
    best = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    model.fit(
        X[aside:],
        masks[aside:],
        batch_size=16,
        epochs=16,
        verbose=0,
        validation_data=(X[:aside], masks[:aside]),
        callbacks=[slower, best],
    )
    return model


edit(
    "train_segmenter__constant_rate",
    {
        "keras.optimizers.schedules.CosineDecay(0.005, steps)": "0.003",
        "num_epochs, batch_size = 8, 16": "num_epochs, batch_size = 10, 16",
    },
)


# text_cnn


def text_cnn__no_dropout(vocab_size, embed_dim, kernel_sizes, num_filters, num_classes):
    L = keras.layers
    tokens = keras.Input((None,), dtype="int32")
    E = L.Embedding(vocab_size, embed_dim)(tokens)
    tops = []
    for k in kernel_sizes:
        c = L.Activation("relu")(L.Conv1D(num_filters, k)(E))
        tops.append(L.GlobalMaxPool1D()(c))
    h = tops[0] if len(tops) == 1 else L.concatenate(tops)
    return keras.Model(tokens, L.Dense(num_classes)(h))


def text_cnn__subclassed(vocab_size, embed_dim, kernel_sizes, num_filters, num_classes):
    class TextCNN(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding = keras.layers.Embedding(vocab_size, embed_dim)
            self.convolutions = [keras.layers.Conv1D(num_filters, k, activation="relu") for k in kernel_sizes]
            self.scores = keras.layers.Dense(num_classes)

        def call(self, tokens):
            words = self.embedding(tokens)
            found = [keras.ops.max(convolution(words), axis=1) for convolution in self.convolutions]
            return self.scores(keras.ops.concatenate(found, axis=1))

    return TextCNN()


edit("text_cnn__int64", {'dtype="int32"': 'dtype="int64"'})
edit("text_cnn__less_dropout", {"Dropout(0.5)": "Dropout(0.2)"})


# fine_tune


def fine_tune__nested(base, X, y, num_classes, rng):
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    features = keras.Sequential(base.layers[:-1])
    features.trainable = False
    x = keras.Input(base.input_shape[1:])
    last = keras.layers.Dense(num_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.001))
    model = keras.Model(x, last(features(x, training=False)))
    model.compile(keras.optimizers.AdamW(0.05), keras.losses.SparseCategoricalCrossentropy())
    for _ in range(60):
        model.train_on_batch(X, y)
    return model


def fine_tune__codes_once(base, X, y, num_classes, rng):
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    features = keras.models.clone_model(base)
    features.set_weights(base.get_weights())
    features.pop()
    codes = keras.ops.convert_to_numpy(features(X))
    last = keras.Sequential([keras.Input(codes.shape[1:]), keras.layers.Dense(num_classes)])
    last.compile(keras.optimizers.SGD(0.05, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    last.fit(np.tile(codes, (60, 1)), np.tile(y, 60), batch_size=len(codes), epochs=1, verbose=0)
    features.trainable = False
    return keras.Sequential([keras.Input(base.input_shape[1:]), features, last])
