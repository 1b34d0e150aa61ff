"""The layers and activations of which a Keras model may be made that travels as plain data, with their settings.

What only matters for training is left out: where the weights start, and what is added to the loss.
"""

_CONVOLUTION = "filters kernel_size strides padding data_format dilation_rate activation use_bias"
_POOLING = "pool_size strides padding data_format"
_GLOBAL = "data_format keepdims"
_RECURRENT = "units activation use_bias dropout recurrent_dropout return_sequences return_state go_backwards"

_SETTINGS = {
    "Activation": "activation",
    "Add": "",
    "Average": "",
    "AveragePooling1D": _POOLING,
    "AveragePooling2D": _POOLING,
    "BatchNormalization": "axis momentum epsilon center scale",
    "Bidirectional": "layer merge_mode",
    "Concatenate": "axis",
    "Conv1D": f"{_CONVOLUTION} groups",
    "Conv2D": f"{_CONVOLUTION} groups",
    "Conv2DTranspose": f"{_CONVOLUTION} output_padding",
    "Cropping1D": "cropping",
    "Cropping2D": "cropping data_format",
    "Dense": "units activation use_bias",
    "DepthwiseConv2D": "kernel_size strides padding data_format dilation_rate depth_multiplier activation use_bias",
    "Dropout": "rate noise_shape",
    "ELU": "alpha",
    "Embedding": "input_dim output_dim mask_zero",
    "Flatten": "data_format",
    "GRU": f"{_RECURRENT} recurrent_activation reset_after",
    "GaussianNoise": "stddev",
    "GlobalAveragePooling1D": _GLOBAL,
    "GlobalAveragePooling2D": _GLOBAL,
    "GlobalMaxPooling1D": _GLOBAL,
    "GlobalMaxPooling2D": _GLOBAL,
    "LSTM": f"{_RECURRENT} recurrent_activation unit_forget_bias",
    "LayerNormalization": "axis epsilon center scale",
    "LeakyReLU": "negative_slope",
    "MaxPooling1D": _POOLING,
    "MaxPooling2D": _POOLING,
    "Maximum": "",
    "Multiply": "",
    "Normalization": "axis invert mean variance",
    "PReLU": "shared_axes",
    "Permute": "dims",
    "ReLU": "max_value negative_slope threshold",
    "RepeatVector": "n",
    "Rescaling": "scale offset",
    "Reshape": "target_shape",
    "SeparableConv2D": f"{_CONVOLUTION} depth_multiplier",
    "SimpleRNN": _RECURRENT,
    "Softmax": "axis",
    "SpatialDropout1D": "rate",
    "SpatialDropout2D": "rate data_format",
    "Subtract": "",
    "TimeDistributed": "layer",
    "UpSampling2D": "size data_format interpolation",
    "ZeroPadding1D": "padding data_format",
    "ZeroPadding2D": "padding data_format",
}
LAYERS = {kind: tuple(names.split()) for kind, names in _SETTINGS.items()}
ACTIVATIONS = frozenset(
    "celu elu exponential gelu hard_sigmoid hard_silu leaky_relu linear log_softmax mish relu relu6 selu sigmoid silu "
    "softmax softplus softsign swish tanh".split()
)
PLAIN = "hard_sigmoid hard_silu relu relu6 selu sigmoid silu softplus softsign tanh".split()  # without a setting
OPERATIONS = {"Add": "Add", "Multiply": "Multiply", "Subtract": "Subtract"}  # of keras.ops, on two tensors: as layers
OPERATIONS |= {name.title().replace("_", ""): name for name in PLAIN}  # of keras.ops, on one tensor: as activations
