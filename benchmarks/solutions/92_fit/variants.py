"""Right answers of the benchmark's lesson in other shapes."""


def hidden_layer__maximum(X, W, b):
    return keras.ops.convert_to_numpy(keras.ops.maximum(keras.ops.dot(X, W) + b, 0.0))


def fit_classifier__functional(X, y, num_classes):
    inputs = keras.Input((X.shape[1],))
    outputs = keras.layers.Dense(num_classes, activation="softmax")(keras.layers.Dense(8, activation="tanh")(inputs))
    model = keras.Model(inputs, outputs)
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss="sparse_categorical_crossentropy")
    model.fit(X, y, epochs=15, verbose=0)
    return np.asarray(model(X))
