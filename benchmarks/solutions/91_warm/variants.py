"""Right answers of the benchmark's lesson in other shapes."""


def hidden_layer__maximum(X, W, b):
    return keras.ops.convert_to_numpy(keras.ops.maximum(keras.ops.dot(X, W) + b, 0.0))


def network_probs__functional(X, W, b, V, c):
    inputs = keras.Input((X.shape[1],))
    h = keras.layers.Dense(W.shape[1], activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(V.shape[1], activation="softmax")(h))
    model.layers[1].set_weights([W, b])
    model.layers[2].set_weights([V, c])
    return np.asarray(model(X))
