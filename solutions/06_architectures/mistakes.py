"""Known wrong answers of lesson 06, each with the hint that its maker deserves.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

from grading.lessons.checking import edit, hint

EQUIVALENT = {
    "residual_forward": {
        "where: comparison: z > 0 -> z >= 0...": "both give 0 at 0",
        "masked: comparison: z > 0 -> z >= 0...": "as above",
        "masked: without dtype...": "F(x) is made of floats, so the sum is",
        "masked: call left out: np.asarray(x, dtype=np.float64) -> x": "as above",
    },
    "residual_backward": {
        "reference: comparison: x + F(x) > 0 -> x + F(x) >= 0...": "the slope at 0 may be 0 or 1",
        "where: comparison: x + F(x) > 0 -> x + F(x) >= 0...": "as above",
        "by_output: call left out: dz.copy() -> dz...": "dz is a new array already",
    },
    "conv_cost": {
        "by_floor: call left out: np.floor(...": "int() cuts off the same digits",
        "0 counts as of...": "sizes and strides are at least 1",
    },
    "network_cost": {
        "reference: constant: 0 -> -1 in shape[0] (2)": "a vector has one axis",
        "recursive: constant: 0 -> -1 in shape[0]": "as above",
        "recursive: constant: 0 -> -1 in shape[0] (2)": "as above",
    },
    "receptive_field": {
        "by_products: off by one: range(len(layers) + 1)...": "the strides end before: the last product comes twice",
        "by_products: constant: 1 -> 2 in len(layers) + 1": "as above",
    },
}

# residual_forward

edit(
    "residual_forward__no_return", {"return np.max": "np.max"}, hint="The function returns None. Is the return missing?"
)
edit(
    "residual_forward__no_shortcut",
    {"np.maximum(x + F(x), 0)": "np.maximum(F(x), 0)"},
    hint="Only F(x) arrives: this is a plain block. Where is the way around it?",
)
edit(
    "residual_forward__no_relu",
    {"np.maximum(x + F(x), 0)": "x + F(x)"},
    hint="The sum is right, but negative numbers came through. Where is the ReLU?",
)
edit(
    "residual_forward__relu_before_sum",
    {"np.maximum(x + F(x), 0)": "x + np.maximum(F(x), 0)"},
    hint="The ReLU sees F(x) alone. It comes behind the sum.",
)
edit(
    "residual_forward__relu_of_parts",
    {"np.maximum(x + F(x), 0)": "np.maximum(x, 0) + np.maximum(F(x), 0)"},
    hint="Each way goes through a ReLU of its own. There is one, behind the sum.",
)
edit(
    "residual_forward__relu_twice",
    {"np.maximum(x + F(x), 0)": "np.maximum(x + np.maximum(F(x), 0), 0)"},
    hint="F(x) goes through a ReLU before the sum, so it can take nothing away. The ReLU comes once, behind the sum.",
)
edit(
    "residual_forward__relu_inside",
    {"F(x), 0)": "F(np.maximum(x, 0)), 0)"},
    hint="F sees x after a ReLU. It sees x itself.",
)
edit(
    "residual_forward__difference",
    {"x + F(x)": "F(x) - x"},
    hint="x is taken away from F(x). The two ways are added up.",
)
edit(
    "residual_forward__mean",
    {"x + F(x)": "(x + F(x)) / 2"},
    hint="The results are half of what they should be. The two ways are added up, not averaged.",
)
edit(
    "residual_forward__absolute",
    {"np.maximum(x + F(x), 0)": "np.abs(x + F(x))"},
    hint="Negative sums come out positive. The ReLU makes them 0.",
)
edit(
    "residual_forward__x_lost",
    {"np.maximum(x + F(x), 0)": "np.maximum(F(x) + F(x), 0)"},
    hint="F(x) is added to itself: x is gone when the sum is made. Was a new value put into x?",
)
edit(
    "residual_forward__twice_through",
    {"np.maximum(x + F(x), 0)": "np.maximum(x + F(F(x)), 0)"},
    hint="x goes through F twice. Each block applies F once.",
)
edit(
    "residual_forward__pre_activation",
    {"np.maximum(x + F(x), 0)": "x + F(np.maximum(x, 0))"},
    hint="The ReLU stands in front of F. Here it comes last, behind the sum.",
)
edit(
    "residual_forward__type_of_x",
    {"np.maximum(x + F(x), 0)": "np.maximum(x + F(x), 0).astype(x.dtype)"},
    hint="The results have the type of x: where x is whole numbers, the fractions of F(x) are lost.",
)
edit(
    "residual_forward__capped",
    {"np.maximum(x + F(x), 0)": "np.clip(x + F(x), 0, 6)"},
    hint="Large results are capped at 6. A ReLU has no upper bound.",
)

# residual_backward

edit(
    "residual_backward__no_return",
    {"return dz + F": "dz + F"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "residual_backward__no_shortcut",
    {"return dz + F_backward(dz, x)": "return F_backward(dz, x)"},
    hint="Only the way through F carries the gradient. x went into the sum on a second way.",
)
edit(
    "residual_backward__shortcut_only",
    {"return dz + F_backward(dz, x)": "return dz"},
    hint="Only the shortcut carries the gradient. Where is the way back through F?",
)
edit(
    "residual_backward__no_mask",
    {"dz = dout * (x + F(x) > 0)": "dz = dout"},
    hint="The gradient passes where the ReLU was shut, too. Where x + F(x) is negative, nothing comes through.",
)
edit(
    "residual_backward__mask_of_x",
    {"(x + F(x) > 0)": "(x > 0)"},
    hint="The mask looks at x. The ReLU has seen the sum x + F(x).",
)
edit(
    "residual_backward__mask_of_f",
    {"(x + F(x) > 0)": "(F(x) > 0)"},
    hint="The mask looks at F(x) alone. The ReLU has seen the sum x + F(x).",
)
edit(
    "residual_backward__mask_turned",
    {"> 0": "< 0"},
    hint="The mask is turned round: the gradient passes where the sum is negative.",
)
edit(
    "residual_backward__shortcut_unmasked",
    {"return dz + F": "return dout + F"},
    hint="The gradient on the shortcut does not go through the ReLU. The mask comes before the fork, for both ways.",
)
edit(
    "residual_backward__branch_unmasked",
    {"F_backward(dz, x)": "F_backward(dout, x)"},
    hint="The gradient into F does not go through the ReLU. The mask comes before the fork, for both ways.",
)
edit(
    "residual_backward__product",
    {"return dz + F": "return dz * F"},
    hint="The gradients of the two ways are multiplied. Where two ways meet again on the way back, they are added up.",
)
edit(
    "residual_backward__back_at_output",
    {"F_backward(dz, x)": "F_backward(dz, F(x))"},
    hint="F_backward gets the output of F as its second argument. It needs what F has seen: x.",
)
edit(
    "residual_backward__mask_last",
    {
        "dz = dout * (x + F(x) > 0)": "dz = dout",
        "return dz + F_backward(dz, x)": "return (dz + F_backward(dz, x)) * (x + F(x) > 0)",
    },
    hint="The mask comes last, when the gradient has gone through F already. It comes before the fork.",
)
edit(
    "residual_backward__back_at_block_output",
    {"F_backward(dz, x)": "F_backward(dz, np.maximum(x + F(x), 0))"},
    hint="F_backward gets the output of the block as its second argument. It needs what F has seen: x.",
)
edit(
    "residual_backward__slope_of_ones",
    {"F_backward(dz, x)": "dz * F_backward(np.ones_like(dz), x)"},
    hint="F_backward is asked with ones, and dz multiplied afterwards. That holds only where F "
    "treats each number by itself: hand dz to it.",
)
edit(
    "residual_backward__arguments_exchanged",
    {"F_backward(dz, x)": "F_backward(x, dz)"},
    hint="The arguments of F_backward are exchanged: first the gradient, then x.",
)
edit(
    "residual_backward__type_of_x",
    {"dz = dout * (x + F(x) > 0)": "dz = (dout * (x + F(x) > 0)).astype(x.dtype)"},
    hint="The gradient gets the type of x: where x is whole numbers, its fractions are lost.",
)

# conv_cost

edit(
    "conv_cost__no_return",
    {"return (height": "(height"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "conv_cost__no_biases",
    {"out_channels * (weights + 1)": "out_channels * weights"},
    hint="The parameters lack the biases: one for each kernel.",
)
edit(
    "conv_cost__one_bias",
    {"out_channels * (weights + 1)": "out_channels * weights + 1"},
    hint="There is one bias in all. Every kernel has a bias of its own.",
)
edit(
    "conv_cost__one_channel",
    {"kernel_size**2 * channels": "kernel_size**2"},
    hint="A kernel has weights for every channel that comes in: k times k times C_in.",
)
edit(
    "conv_cost__not_squared",
    {"kernel_size**2": "kernel_size"},
    hint="A kernel has k rows and k columns: k times k weights for each channel.",
)
edit(
    "conv_cost__work_on_input",
    {
        "height, width = (": "rows, columns = height, width\n    height, width = (",
        "height * width * out": "rows * columns * out",
    },
    hint="The multiply-adds are counted for every pixel of the input. Count the places of the output.",
)
edit(
    "conv_cost__biases_in_work",
    {"height * width * out_channels * weights": "height * width * out_channels * (weights + 1)"},
    hint="The biases are counted among the multiply-adds. Only products with weights are counted.",
)
edit(
    "conv_cost__work_for_one_kernel",
    {"height * width * out_channels * weights": "height * width * weights"},
    hint="The multiply-adds are those of one kernel. Every kernel goes over the image.",
)
edit(
    "conv_cost__one_padding",
    {"2 * padding": "padding"},
    hint="Padding is counted once. It is added on both sides of each axis.",
)
edit(
    "conv_cost__no_padding",
    {"side + 2 * padding - kernel_size": "side - kernel_size"},
    hint="The padding plays no part in the output shape. It adds pixels on both sides.",
)
edit(
    "conv_cost__rounded_up",
    {"(side + 2 * padding - kernel_size) // stride": "-(-(side + 2 * padding - kernel_size) // stride)"},
    hint="Where the stride does not fit, the number of places is rounded up. The last window would stick out.",
)
edit(
    "conv_cost__one_place_missing",
    {"// stride + 1": "// stride"},
    hint="One place is missing along each side: the first window counts, too.",
)
edit(
    "conv_cost__floats",
    {"// stride + 1": "/ stride + 1"},
    hint="The sizes are not whole numbers. // divides and rounds down.",
)
edit(
    "conv_cost__turned",
    {"return (height, width, out_channels)": "return (width, height, out_channels)"},
    hint="Height and width are exchanged in the output shape.",
)
edit(
    "conv_cost__channels_first",
    {"return (height, width, out_channels)": "return (out_channels, height, width)"},
    hint="The channels come first in the output shape. Here they come last.",
)
edit(
    "conv_cost__square",
    {"for side in (height, width)": "for side in (height, height)"},
    hint="The width of the output is computed from the height of the input. Images need not be square.",
)
edit(
    "conv_cost__rounded",
    {"(side + 2 * padding - kernel_size) // stride": "round((side + 2 * padding - kernel_size) / stride)"},
    hint="The number of places is rounded to the nearest. It is rounded down: a window that would "
    "stick out has no place.",
)
edit(
    "conv_cost__one_inside",
    {"(side + 2 * padding - kernel_size) // stride + 1": "(side + 2 * padding - kernel_size + 1) // stride"},
    hint="The 1 is added before the division. First divide and round down, then add 1.",
)
edit(
    "conv_cost__no_channels_in_shape",
    {"return (height, width, out_channels)": "return (height, width)"},
    hint="The output shape has no channels: it is (H_out, W_out, C_out).",
)

# network_cost

edit(
    "network_cost__no_return",
    {"return rows, sum": "rows, sum"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "network_cost__shape_not_handed_on",
    {"shape, parameters, multiply_adds = conv_cost(shape,": "_, parameters, multiply_adds = conv_cost(shape,"},
    hint="A convolution does not hand on its output shape: the next layer sees what the convolution saw.",
)
edit(
    "network_cost__always_the_image",
    {"multiply_adds = conv_cost(shape, *sizes)": "multiply_adds = conv_cost(input_shape, *sizes)"},
    hint="Every convolution is counted on the image. It sees the output of the layer before it.",
)
edit(
    "network_cost__pooling_counted",
    {"shape, _, _ = conv_cost(shape,": "shape, parameters, multiply_adds = conv_cost(shape,"},
    hint="Pooling is counted like a convolution. It has no parameters, and no products.",
)
edit(
    "network_cost__pooling_skipped",
    {'layer["kernel_size"], shape[2], layer["stride"], layer["padding"])': "1, shape[2], 1, 0)"},
    hint="Pooling leaves the shape as it is. Its window, stride and padding decide it, as those of a convolution.",
)
edit(
    "network_cost__pooling_without_padding",
    {'shape[2], layer["stride"], layer["padding"]': 'shape[2], layer["stride"], 0'},
    hint="The padding of pooling plays no part. Its record has one.",
)
edit(
    "network_cost__pooling_stride_is_window",
    {'shape[2], layer["stride"], layer["padding"]': 'shape[2], layer["kernel_size"], layer["padding"]'},
    hint="Pooling moves by the size of its window. It has a stride of its own.",
)
edit(
    "network_cost__no_dense_biases",
    {'multiply_adds + layer["units"]': "multiply_adds"},
    hint="The biases of dense layers are missing: one for each unit.",
)
edit(
    "network_cost__dense_biases_worked",
    {
        'shape, parameters = (layer["units"],), multiply_adds + layer["units"]': (
            'multiply_adds += layer["units"]\n            shape, parameters = (layer["units"],), multiply_adds'
        )
    },
    hint="The biases of dense layers are counted among the multiply-adds. Only products with weights are counted.",
)
edit(
    "network_cost__flatten_pixels",
    {"(shape[0] * shape[1] * shape[2],)": "(shape[0] * shape[1],)"},
    hint="Flattening forgets the channels: all H times W times C numbers come in a line.",
)
edit(
    "network_cost__flatten_number",
    {
        "(shape[0] * shape[1] * shape[2],)": "shape[0] * shape[1] * shape[2]",
        "shape[0] * layer": "np.ravel(shape)[0] * layer",
    },
    hint="The shape behind flatten is a number. It is a tuple of one number, (n,).",
)
edit(
    "network_cost__last_row_left_out",
    {"sum(row[1] for row in rows), ": "sum(row[1] for row in rows[:-1]), "},
    hint="The last layer is missing in the sum of the parameters.",
)
edit(
    "network_cost__sums_exchanged",
    {
        "sum(row[1] for row in rows), sum(row[2] for row in rows)": (
            "sum(row[2] for row in rows), sum(row[1] for row in rows)"
        )
    },
    hint="The two sums are exchanged: first the parameters, then the multiply-adds.",
)
edit(
    "network_cost__only_the_last",
    {"rows.append((shape, parameters, multiply_adds))": "rows = [(shape, parameters, multiply_adds)]"},
    hint="Only one row came back. There is one for each layer.",
)
edit(
    "network_cost__pooling_by_division",
    {
        'shape, _, _ = conv_cost(shape, layer["kernel_size"], shape[2], layer["stride"], '
        'layer["padding"])': 'shape = (shape[0] // layer["kernel_size"], shape[1] // layer["kernel_size"], shape[2])'
    },
    hint="Pooling divides the sides by its window. Its places are counted like those of a "
    "convolution, with stride and padding.",
)
edit(
    "network_cost__sums_so_far",
    {
        "rows.append((shape, parameters, multiply_adds))": (
            "rows.append((shape, parameters + sum(row[1] for row in rows[-1:]), multiply_adds + "
            "sum(row[2] for row in rows[-1:])))"
        ),
        "return rows, sum(row[1] for row in rows), sum(row[2] for "
        "row in rows)": "return rows, *(rows[-1][1:] if rows else (0, 0))",
    },
    hint="Each row holds the sums so far. A row counts its own layer only.",
)
edit(
    "network_cost__no_row_for_flatten",
    {
        "rows.append((shape, parameters, multiply_adds))": (
            'if layer["kind"] != "flatten":\n            rows.append((shape, parameters, multiply_adds))'
        )
    },
    hint="There is no row for flatten. Every layer has one.",
)

# receptive_field

edit(
    "receptive_field__no_return",
    {"return size, jump": "size, jump"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "receptive_field__no_strides",
    {" * jump\n": "\n"},
    hint="The strides of earlier layers play no part. Behind a stride, neighbouring units lie further apart.",
)
edit(
    "receptive_field__own_stride",
    {
        'size += (layer["kernel_size"] - 1) * jump\n        jump *= layer["stride"]': (
            'jump *= layer["stride"]\n        size += (layer["kernel_size"] - 1) * jump'
        )
    },
    hint="A layer's stride enlarges its own window. It matters for later layers only: first the size, then the stride.",
)
edit(
    "receptive_field__last_stride_only",
    {'jump *= layer["stride"]': 'jump = layer["stride"]'},
    hint="Only the last stride counts. Strides are multiplied.",
)
edit(
    "receptive_field__strides_added",
    {'jump *= layer["stride"]': 'jump += layer["stride"] - 1'},
    hint="The strides are added up. They are multiplied.",
)
edit(
    "receptive_field__whole_window",
    {'(layer["kernel_size"] - 1)': 'layer["kernel_size"]'},
    hint="A layer adds its whole window. One of its units is there already: it adds k - 1.",
)
edit(
    "receptive_field__starts_at_zero",
    {"size, jump = 1, 1": "size, jump = 0, 1"},
    hint="The size is one too small. Without any layer, a pixel sees itself: 1.",
)
edit(
    "receptive_field__pooling_left_out",
    {"for layer in layers:": 'for layer in [one for one in layers if one["kind"] == "conv"]:'},
    hint="Pooling is left out. It has a window and a stride, too.",
)
edit(
    "receptive_field__backwards",
    {"in layers:": "in layers[::-1]:"},
    hint="The layers are followed from the last to the first, with the rule that goes from the first to the last.",
)
edit(
    "receptive_field__exchanged",
    {"return size, jump": "return jump, size"},
    hint="The two results are exchanged: first the size, then the stride.",
)
edit(
    "receptive_field__products_of_windows",
    {'size += (layer["kernel_size"] - 1) * jump': 'size *= layer["kernel_size"]'},
    hint="The windows are multiplied. Windows of neighbours overlap: each layer adds (k - 1) times the stride so far.",
)
edit(
    "receptive_field__pool_moves_by_window",
    {'jump *= layer["stride"]': 'jump *= layer["kernel_size"] if layer["kind"] == "pool" else layer["stride"]'},
    hint="Pooling moves by the size of its window. Its record has a stride of its own.",
)
edit(
    "receptive_field__pool_window_left_out",
    {
        'size += (layer["kernel_size"] - 1) * jump': (
            'size += (layer["kernel_size"] - 1) * jump if layer["kind"] == "conv" else 0'
        )
    },
    hint="The windows of pooling play no part. A pooled unit sees all units of its window.",
)
edit(
    "receptive_field__last_stride_left_out",
    {"    return size, jump": '    return size, jump // layers[-1]["stride"] if layers else 1'},
    hint="The stride of the last layer plays no part. It spreads the outputs, though it does not "
    "enlarge what they see.",
)
edit(
    "receptive_field__padding_taken_off",
    {'(layer["kernel_size"] - 1)': '(layer["kernel_size"] - 1 - layer.get("padding", 0))'},
    hint="The padding makes the windows smaller. It plays no part in what a unit sees.",
)

# inception_block

edit(
    "inception_block__no_return",
    {"return layers.Conc": "layers.Conc"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "inception_block__no_reduction_five",
    {")(five)": ")(x)"},
    hint="The 5 by 5 convolution reads x itself. It reads what the 1 by 1 in front of it gives.",
)
edit(
    "inception_block__pool_without_projection",
    {
        '    pooled = layers.Conv2D(fp, 1, padding="same", activation="relu")(pooled)\n': "",
    },
    hint="The pooled channels are joined as they are. A 1 by 1 convolution with f_p kernels comes behind the pooling.",
)
edit(
    "inception_block__average_pooling",
    {"MaxPooling2D": "AveragePooling2D"},
    hint="The fourth branch takes the mean of each window. It takes the largest number.",
)
edit(
    "inception_block__no_relu_inside",
    {
        'r3, 1, padding="same", activation="relu"': 'r3, 1, padding="same"',
        'r5, 1, padding="same", activation="relu"': 'r5, 1, padding="same"',
    },
    hint="The 1 by 1 convolutions in front have no ReLU. Every convolution has one.",
)
edit(
    "inception_block__no_biases",
    {'activation="relu")': 'activation="relu", use_bias=False)'},
    hint="The biases are missing: here every convolution has them.",
)
edit(
    "inception_block__other_order",
    {"[one, three, five, pooled]": "[pooled, one, three, five]"},
    hint="The branches are joined in another order. It is 1 by 1, 3 by 3, 5 by 5, pooling.",
)
edit(
    "inception_block__pool_moves_by_three",
    {"MaxPooling2D(3, strides=1": "MaxPooling2D(3"},
    hint="The pooling moves by the size of its window and shrinks the map. Its stride is 1.",
)
edit(
    "inception_block__no_reduction_three",
    {")(three)": ")(x)"},
    hint="The 3 by 3 convolution reads x itself. It reads what the 1 by 1 in front of it gives.",
)
edit(
    "inception_block__pooling_without_relu",
    {
        'pooled = layers.Conv2D(fp, 1, padding="same", '
        'activation="relu")': 'pooled = layers.Conv2D(fp, 1, padding="same")'
    },
    hint="The convolution behind the pooling has no ReLU. Every convolution has one.",
)
edit(
    "inception_block__pooling_behind",
    {
        'pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)\n    pooled = '
        'layers.Conv2D(fp, 1, padding="same", '
        'activation="relu")(pooled)': (
            'pooled = layers.Conv2D(fp, 1, padding="same", activation="relu")(x)\n    pooled = '
            'layers.MaxPooling2D(3, strides=1, padding="same")(pooled)'
        )
    },
    hint="In the fourth branch the convolution comes before the pooling. It comes behind it.",
)
edit(
    "inception_block__five_behind_three",
    {
        'five = layers.Conv2D(r5, 1, padding="same", '
        'activation="relu")(x)': 'five = layers.Conv2D(r5, 1, padding="same", activation="relu")(three)'
    },
    hint="The 5 by 5 branch reads the result of the 3 by 3 branch. Every branch reads x.",
)
edit(
    "inception_block__filters_mixed_up",
    {"f1, r3, f3, r5, f5, fp = filters": "f1, f3, r3, f5, r5, fp = filters"},
    hint="Reduction and kernel are exchanged: the six numbers are f1, r3, f3, r5, f5, fp.",
)
edit(
    "inception_block__two_threes",
    {
        'five = layers.Conv2D(f5, 5, padding="same", activation="relu")(five)': (
            'five = layers.Conv2D(r5, 3, padding="same", activation="relu")(five)\n    five = '
            'layers.Conv2D(f5, 3, padding="same", activation="relu")(five)'
        )
    },
    hint="Two convolutions of 3 by 3 stand where one of 5 by 5 is asked for.",
)

# residual_block

edit(
    "residual_block__no_return",
    {"return keras.layers.ReLU()": "keras.layers.ReLU()"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "residual_block__no_shortcut",
    {"keras.layers.Add()([x, y])": "y"},
    hint="Only F(x) arrives: this is a plain block. Where is the shortcut?",
)
edit(
    "residual_block__always_projected",
    {"if stride != 1 or x.shape[-1] != filters:": "if True:"},
    hint="The shortcut has weights even where x fits as it is. There, x itself goes around.",
)
edit(
    "residual_block__projected_by_stride",
    {"if stride != 1 or x.shape[-1] != filters:": "if stride != 1:"},
    hint="With stride 1 and another number of channels, x does not fit into the sum: the shortcut needs a projection.",
)
edit(
    "residual_block__no_relu_at_end",
    {"return keras.layers.ReLU()(keras.layers.Add()([x, y]))": "return keras.layers.Add()([x, y])"},
    hint="Negative numbers come out. A ReLU follows the sum.",
)
edit(
    "residual_block__relu_before_sum",
    {"y = conv_bn(y, filters)\n": "y = keras.layers.ReLU()(conv_bn(y, filters))\n"},
    hint="F(x) goes through a ReLU before the sum, so it can take nothing away. There is none between the second "
    "conv_bn and the sum.",
)
edit(
    "residual_block__stride_in_second",
    {
        "conv_bn(x, filters, stride=stride))": "conv_bn(x, filters))",
        "conv_bn(y, filters)": "conv_bn(y, filters, stride=stride)",
    },
    hint="The second convolution has the stride. It belongs to the first one.",
)
edit(
    "residual_block__shortcut_without_stride",
    {"conv_bn(x, filters, kernel_size=1, stride=stride)": "conv_bn(x, filters, kernel_size=1)"},
    hint="The shortcut has no stride, so it does not fit into the sum. Both ways have the same stride.",
)
edit(
    "residual_block__large_projection",
    {"kernel_size=1, stride=stride": "stride=stride"},
    hint="The projection has kernels of 3 by 3. They are 1 by 1.",
)
edit(
    "residual_block__relu_before_sum_only",
    {
        "y = conv_bn(y, filters)\n": "y = keras.layers.ReLU()(conv_bn(y, filters))\n",
        "return keras.layers.ReLU()(keras.layers.Add()([x, y]))": "return keras.layers.Add()([x, y])",
    },
    hint="The last ReLU stands before the sum. It comes behind it.",
)
edit(
    "residual_block__projected_by_channels",
    {"if stride != 1 or x.shape[-1] != filters:": "if x.shape[-1] != filters:"},
    hint="With a stride and as many channels as before, x does not fit into the sum: the shortcut needs a projection.",
)
edit(
    "residual_block__plain_projection",
    {"x = conv_bn(x, filters, kernel_size=1, stride=stride)": "x = keras.layers.Conv2D(filters, 1, strides=stride)(x)"},
    hint="The projection is a convolution alone. It is conv_bn, with a normalisation.",
)
edit(
    "residual_block__average",
    {"keras.layers.Add()": "keras.layers.Average()"},
    hint="The two ways are averaged. They are added up.",
)
edit(
    "residual_block__every_second_pixel",
    {
        "if stride != 1 or x.shape[-1] != filters:": (
            "if x.shape[-1] == filters:\n        x = x[:, ::stride, ::stride]\n    else:"
        )
    },
    hint="Where only the stride changes, the shortcut leaves pixels out. It needs a projection then, too.",
)
edit(
    "residual_block__pooled_shortcut",
    {
        "if stride != 1 or x.shape[-1] != filters:\n        x = conv_bn(x, filters, kernel_size=1, stride=stride)": (
            'if stride != 1:\n        x = keras.layers.AveragePooling2D(stride, padding="same")(x)\n    '
            "if x.shape[-1] != filters:\n        x = conv_bn(x, filters, kernel_size=1)"
        )
    },
    hint="The shortcut is shrunk by a pooling. Its projection has the stride itself.",
)
edit(
    "residual_block__no_relu_inside",
    {"y = keras.layers.ReLU()(conv_bn(x, filters, stride=stride))": "y = conv_bn(x, filters, stride=stride)"},
    hint="There is no ReLU between the two convolutions.",
)

# dense_block

edit("dense_block__no_return", {"    return x": "    x"}, hint="The function returns None. Is the return missing?")
edit(
    "dense_block__chain",
    {"x = layers.Concatenate()([x, new])": "x = new"},
    hint="Each layer reads the channels of the last layer only. What was read is kept, and the new channels are joined "
    "to it.",
)
edit(
    "dense_block__new_only",
    {
        "    for _ in range(num_layers):": "    kept, x = x, x\n    for _ in range(num_layers):",
        "Concatenate()([x, new])": "Concatenate()([kept, new])",
    },
    hint="Each layer reads x and the last layer only. It reads all layers before it.",
)
edit(
    "dense_block__new_first",
    {"[x, new]": "[new, x]"},
    hint="The new channels stand in front. They are joined behind those that were read.",
)
edit(
    "dense_block__added",
    {
        "x = layers.Concatenate()([x, new])": (
            "x = layers.Add()([layers.Conv2D(growth_rate, 1, use_bias=False)(x), new])"
        )
    },
    hint="The channels are added up. They are joined: nothing that was found is lost.",
)
edit(
    "dense_block__no_relu",
    {"layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))": "layers.BatchNormalization(momentum=0.9)(x)"},
    hint="There is no ReLU between the normalisation and the convolution.",
)
edit(
    "dense_block__no_normalisation",
    {"layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))": "layers.ReLU()(x)"},
    hint="There is no batch normalisation in front of the convolution.",
)
edit(
    "dense_block__convolution_first",
    {
        "new = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))": "new = x",
        "use_bias=False)(new)": (
            "use_bias=False)(new)\n        new = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(new))"
        ),
    },
    hint="The convolution comes first. Here the order is normalisation, ReLU, convolution.",
)
edit(
    "dense_block__relu_first",
    {
        "layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))": (
            "layers.BatchNormalization(momentum=0.9)(layers.ReLU()(x))"
        )
    },
    hint="The ReLU comes before the normalisation. It comes behind it.",
)
edit(
    "dense_block__biases",
    {", use_bias=False": ""},
    hint="The convolutions have biases. Here they have none.",
)
edit(
    "dense_block__growing_growth",
    {"for _ in range": "for step in range", "Conv2D(growth_rate, 3": "Conv2D(growth_rate * (step + 1), 3"},
    hint="Later layers give more new channels. Each gives growth_rate of them.",
)
edit(
    "dense_block__one_too_many",
    {"range(num_layers)": "range(num_layers + 1)"},
    hint="There is one layer too many.",
)
edit(
    "dense_block__same_layer_again",
    {
        "    for _ in range(num_layers):": (
            '    first = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)\n'
            "    mix = layers.Conv2D(x.shape[-1], 1, use_bias=False)\n    for _ in range(num_layers):"
        ),
        'layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(new)': "first(mix(new))",
    },
    hint="All layers share one convolution. Each has weights of its own, made inside the loop.",
)
edit(
    "dense_block__small_kernels",
    {"Conv2D(growth_rate, 3": "Conv2D(growth_rate, 1"},
    hint="The kernels are 1 by 1. They are 3 by 3.",
)
edit(
    "dense_block__all_read_x",
    {
        "    for _ in range(num_layers):": "    first = x\n    for _ in range(num_layers):",
        "layers.BatchNormalization(momentum=0.9)(x)": "layers.BatchNormalization(momentum=0.9)(first)",
    },
    hint="Every layer reads the first x only. It reads the channels of all layers before it.",
)
edit(
    "dense_block__last_new_only",
    {
        "    for _ in range(num_layers):": "    last = x\n    for _ in range(num_layers):",
        "layers.BatchNormalization(momentum=0.9)(x)": "layers.BatchNormalization(momentum=0.9)(last)",
        "x = layers.Concatenate()([x, new])": "last, x = new, layers.Concatenate()([x, new])",
    },
    hint="Each layer reads the new channels of the layer before it only. It reads all channels so far.",
)
edit(
    "dense_block__normalised_kept",
    {"new = layers.ReLU()(layers.Batch": "x = new = layers.ReLU()(layers.Batch"},
    hint="What is kept has been normalised and cut by the ReLU. The channels that were read are kept as they are.",
)

# build_unet, and the same faults in build_unet_broken

edit(
    "build_unet__no_return",
    {"return keras.Model": "keras.Model"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "build_unet__skips_after_pooling",
    {
        "        skips.append(x)\n        x = layers.MaxPooling2D(2)(x)\n": (
            "        x = layers.MaxPooling2D(2)(x)\n        skips.append(layers.UpSampling2D(2)(x))\n"
        )
    },
    hint="The skips are taken behind the pooling, where the exact places are lost. Take them before it.",
)
edit(
    "build_unet__no_skips",
    {"layers.Concatenate()([skips[i], x])": "layers.Concatenate()([x, x])"},
    hint="Nothing comes over the bridges: the way up is joined with itself.",
)
edit(
    "build_unet__skips_added",
    {"layers.Concatenate()([skips[i], x])": "layers.Add()([skips[i], x])"},
    hint="Skip and way up are added up. They are joined, so the block behind sees twice as many channels.",
)
edit(
    "build_unet__skip_last",
    {"[skips[i], x]": "[x, skips[i]]"},
    hint="The skip stands behind. It comes first, then what comes from below.",
)
edit(
    "build_unet__softmax",
    {"layers.Conv2D(num_classes, 1)": 'layers.Conv2D(num_classes, 1, activation="softmax")'},
    hint="The scores go through a softmax. They are asked for without an activation.",
)
edit(
    "build_unet__same_width_everywhere",
    {"base_filters * 2**i": "base_filters", "base_filters * 2**depth": "base_filters"},
    hint="All levels have the same number of filters. Every level below has twice as many.",
)
edit(
    "build_unet__plain_upsampling",
    {"layers.Conv2DTranspose(base_filters * 2**i, 2, strides=2)(x)": "layers.UpSampling2D(2)(x)"},
    hint="The way up only repeats the pixels. Conv2DTranspose learns how to double the size, and halves the channels.",
)
edit(
    "build_unet__no_relu",
    {
        "x = layers.ReLU()(conv_bn(x, base_filters * 2**i))\n        skips": (
            "x = conv_bn(x, base_filters * 2**i)\n        skips"
        )
    },
    hint="On the way down there is no ReLU. A block is conv_bn and a ReLU.",
)
edit(
    "build_unet__relu_on_the_way_up",
    {
        "Conv2DTranspose(base_filters * 2**i, 2, strides=2)": (
            'Conv2DTranspose(base_filters * 2**i, 2, strides=2, activation="relu")'
        )
    },
    hint="There is a ReLU behind Conv2DTranspose. It has none.",
)
edit(
    "build_unet__skips_before_relu",
    {
        "        x = layers.ReLU()(conv_bn(x, base_filters * 2**i))\n        skips.append(x)\n      "
        "  x = layers.MaxPooling2D(2)(x)\n": (
            "        x = conv_bn(x, base_filters * 2**i)\n        skips.append(x)\n        x = "
            "layers.MaxPooling2D(2)(layers.ReLU()(x))\n"
        )
    },
    hint="The skips are taken before the ReLU. They are the result of the block, ReLU included.",
)
edit(
    "build_unet__no_bottom",
    {"    x = layers.ReLU()(conv_bn(x, base_filters * 2**depth))\n": ""},
    hint="The block at the bottom is missing.",
)
edit(
    "build_unet__skips_in_first_order",
    {"skips[i]": "skips.pop(0)"},
    hint="The skips are used in the order in which they were kept. The way up begins with the last one.",
)
edit(
    "build_unet__average_pooling",
    {"MaxPooling2D": "AveragePooling2D"},
    hint="The way down takes the mean of each window. It takes the largest number.",
)
edit(
    "build_unet__repeats_and_convolves",
    {
        "layers.Conv2DTranspose(base_filters * 2**i, 2, "
        "strides=2)(x)": 'layers.Conv2D(base_filters * 2**i, 2, padding="same")(layers.UpSampling2D(2)(x))'
    },
    hint="The way up repeats the pixels and convolves. Conv2DTranspose with strides of 2 is asked for.",
)

edit(
    "build_unet_broken__skips_after_pooling",
    {
        "        skips.append(x)\n        x = layers.MaxPooling2D(2)(x)\n": (
            "        x = layers.MaxPooling2D(2)(x)\n        skips.append(layers.UpSampling2D(2)(x))\n"
        )
    },
    hint="The skips are still taken behind the pooling, where the exact places are lost.",
)
edit(
    "build_unet_broken__no_return",
    {"return keras.Model": "keras.Model"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "build_unet_broken__skips_missing",
    {"        x = layers.Concatenate()([skips[i], x])\n": ""},
    hint="The bridges are gone altogether. They are to carry what was there before the pooling.",
)
edit(
    "build_unet_broken__no_pooling",
    {"        x = layers.MaxPooling2D(2)(x)\n": "", "strides=2": 'strides=1, padding="same"'},
    hint="The pooling is gone, and so is the far sight: the size is to be halved on every level.",
)
edit(
    "build_unet_broken__skips_of_inputs",
    {
        "        x = layers.ReLU()(conv_bn(x, base_filters * 2**i))\n        skips.append(x)": (
            "        skips.append(x)\n        x = layers.ReLU()(conv_bn(x, base_filters * 2**i))"
        )
    },
    hint="The skips are taken before the block of their level. They are taken behind it, before the pooling.",
)
edit(
    "build_unet_broken__skips_before_relu",
    {
        "        x = layers.ReLU()(conv_bn(x, base_filters * 2**i))\n        skips.append(x)\n": (
            "        x = conv_bn(x, base_filters * 2**i)\n        skips.append(x)\n        x = layers.ReLU()(x)\n"
        )
    },
    hint="The skips are taken before the ReLU. They are the result of the block, ReLU included.",
)
edit(
    "build_unet_broken__no_bottom",
    {"    x = layers.ReLU()(conv_bn(x, base_filters * 2**depth))\n": ""},
    hint="The block at the bottom is gone. It was right: look at what is joined on the way up.",
)
edit(
    "build_unet_broken__skip_last",
    {"[skips[i], x]": "[x, skips[i]]"},
    hint="The skip stands behind now. It comes first, then what comes from below.",
)
edit(
    "build_unet_broken__smoother_upsampling",
    {
        "        skips.append(x)\n        x = layers.MaxPooling2D(2)(x)\n": (
            "        x = layers.MaxPooling2D(2)(x)\n        skips.append(layers.UpSampling2D(2, "
            'interpolation="bilinear")(x))\n'
        )
    },
    hint="The skips are still taken behind the pooling. No way of enlarging them brings back what is lost there.",
)
edit(
    "build_unet_broken__average_pooling",
    {
        "        skips.append(x)\n        x = layers.MaxPooling2D(2)(x)\n": (
            "        x = layers.AveragePooling2D(2)(x)\n        skips.append(layers.UpSampling2D(2)(x))\n"
        )
    },
    hint="The skips are still taken behind a pooling, which blurs them, be it a mean or a maximum.",
)
edit(
    "build_unet_broken__skips_of_other_size",
    {
        "        skips.append(x)\n        x = "
        "layers.MaxPooling2D(2)(x)\n": "        x = layers.MaxPooling2D(2)(x)\n        skips.append(x)\n"
    },
    hint="The skips have another size than what they are joined to. One map of each level has the right size as it is.",
)
edit(
    "build_unet_broken__first_level_only",
    {
        "        skips.append(x)\n        x = layers.MaxPooling2D(2)(x)\n": (
            "        skips.append(x)\n        x = layers.MaxPooling2D(2)(x)\n        if i > 0:\n        "
            "    skips[i] = layers.UpSampling2D(2)(x)\n"
        )
    },
    hint="Only the skip of the first level is right. On the levels below it is still taken behind the pooling.",
)
edit(
    "build_unet_broken__pooled_in_place",
    {
        "        skips.append(x)\n        x = layers.MaxPooling2D(2)(x)\n": (
            '        skips.append(layers.MaxPooling2D(2, strides=1, padding="same")(x))\n        x = '
            "layers.MaxPooling2D(2)(x)\n"
        )
    },
    hint="The skips still go through a pooling. They are what was there before it.",
)

# train_segmenter

edit(
    "train_segmenter__no_return",
    {"    return model": "    model", "num_epochs, batch_size = 8, 16": "num_epochs, batch_size = 1, 16"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "train_segmenter__returns_history",
    {"    model.fit(X": "    return model.fit(X", "num_epochs, batch_size = 8, 16": "num_epochs, batch_size = 1, 16"},
    hint="What fit returns is the history of the losses. Return the model.",
)
edit(
    "train_segmenter__not_trained",
    {"    model.fit(X, masks, batch_size=batch_size, epochs=num_epochs, verbose=0)\n": ""},
    hint="The weights are those of the start. Is fit called, and is the model returned that was trained?",
)
edit(
    "train_segmenter__ten_classes",
    {"8, 2, num_classes)": "8, 2, 10)", "num_epochs, batch_size = 8, 16": "num_epochs, batch_size = 1, 16"},
    hint="There are always ten scores for a pixel. Use num_classes.",
)
edit(
    "train_segmenter__returns_masks",
    {
        "    return model": "    return np.argmax(keras.ops.convert_to_numpy(model(X)), axis=-1)",
        "num_epochs, batch_size = 8, 16": "num_epochs, batch_size = 1, 16",
    },
    hint="An array came: the masks of X. Return the model, which is then asked for masks of other images.",
)
edit(
    "train_segmenter__masks_mixed_up",
    {"model.fit(X, masks,": "model.fit(X, rng.permutation(masks),"},
    hint="Nearly all is painted as one class, the ground. Do the masks that fit gets belong to their images?",
)
edit(
    "train_segmenter__shape_or_ground",
    {
        "    model.fit(X, masks,": "    ground = np.bincount(masks.ravel()).argmax()\n"
        "    model.fit(X, np.where(masks == ground, ground, (ground + 1) % num_classes),"
    },
    hint="Shapes are told from the ground, but only two classes are painted. Does fit get masks with all classes?",
)
edit(
    "train_segmenter__masks_shifted",
    {"model.fit(X, masks,": "model.fit(X, np.roll(masks, 6, axis=(1, 2)),"},
    hint="All classes are painted, but not where the shapes are. Are masks moved or turned, and their images not?",
)
edit(
    "train_segmenter__wrong_flag",
    {"from_logits=True": "from_logits=False"},
    hint="Shapes are told from the ground, but their kinds are not learned. Does the loss know that the network gives "
    "scores and no probabilities?",
)
edit(
    "train_segmenter__softmax_over_rows",
    {
        "    steps =": "    model = keras.Model(model.input, keras.layers.Softmax(axis=1)(model.output))\n    steps =",
        "from_logits=True": "from_logits=False",
    },
    hint="The outputs sum to 1 along the rows of an image. The classes are the last axis: the softmax belongs there.",
)
edit(
    "train_segmenter__rate_falls_at_once",
    {"steps = num_epochs * int(np.ceil(len(X) / batch_size))": "steps = num_epochs"},
    hint="The network moved by a few steps' worth only. Does T count the steps of all minibatches in all epochs?",
)


# text_cnn

edit(
    "text_cnn__no_return",
    {"return keras.Model": "keras.Model"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "text_cnn__average",
    {"GlobalMaxPooling1D": "GlobalAveragePooling1D"},
    hint="The mean over all places is taken, so padding dilutes it. Take the largest value: does the phrase occur?",
)
edit(
    "text_cnn__no_relu",
    {'size, activation="relu")': "size)"},
    hint="The convolutions have no ReLU.",
)
edit(
    "text_cnn__softmax",
    {"layers.Dense(num_classes)": 'layers.Dense(num_classes, activation="softmax")'},
    hint="The scores go through a softmax. They are asked for without an activation.",
)
edit(
    "text_cnn__same_padding",
    {'size, activation="relu")': 'size, padding="same", activation="relu")'},
    hint="The convolutions add zeros around the sentence. Here they have no padding.",
)
edit(
    "text_cnn__first_size_only",
    {"for size in kernel_sizes": "for size in kernel_sizes[:1]"},
    hint="Only the first kernel size is used.",
)
edit(
    "text_cnn__chain",
    {
        "    found = [\n        layers.GlobalMax": (
            '    longer = lambda v, size: layers.Conv1D(embed_dim, size, activation="relu")(v)\n'
            "    words = longer(words, kernel_sizes[0])\n    found = [\n        layers.GlobalMax"
        )
    },
    hint="The convolutions stand one behind the other. They stand side by side: all read the embedding.",
)
edit(
    "text_cnn__added",
    {"layers.Concatenate()(found)": "layers.Add()(found)"},
    hint="The results of the kernel sizes are added up. They are joined.",
)
edit(
    "text_cnn__other_order",
    {"for size in kernel_sizes": "for size in sorted(kernel_sizes, reverse=True)"},
    hint="The results are joined in another order than that of kernel_sizes.",
)
edit(
    "text_cnn__one_token_missing",
    {"layers.Embedding(vocab_size, embed_dim)": "layers.Embedding(vocab_size + 1, embed_dim)"},
    hint="The embedding has a row too many. vocab_size counts the padding token already.",
)
edit(
    "text_cnn__no_biases",
    {'size, activation="relu")': 'size, activation="relu", use_bias=False)'},
    hint="The convolutions have no biases. They have one for each kernel.",
)
edit(
    "text_cnn__over_filters",
    {"GlobalMaxPooling1D()": 'GlobalMaxPooling1D(data_format="channels_first")'},
    hint="The maximum is taken over the kernels, one number for each place. Take it over the places, for each kernel.",
)
edit(
    "text_cnn__normalised",
    {"layers.Dropout(0.5)(joined)": "layers.BatchNormalization()(joined)"},
    hint="There is a batch normalisation in front of the dense layer, with weights of its own.",
)
edit(
    "text_cnn__hidden_layer",
    {"layers.Dropout(0.5)(joined)": "layers.Dense(num_filters)(joined)"},
    hint="There is a dense layer too many. The scores read the joined results.",
)
edit(
    "text_cnn__chain_of_same",
    {
        "    found = [\n": (
            '    longer = lambda v, size: layers.Conv1D(num_filters, size, padding="same", '
            'activation="relu")(v)\n    chain = [words]\n    for size in kernel_sizes:\n        '
            "chain.append(longer(chain[-1], size))\n    found = [layers.GlobalMaxPooling1D()(v) for v "
            "in chain[1:]]\n    unused = lambda: [\n"
        )
    },
    hint="Each convolution reads what the one before it gives. All of them read the embedding, side by side.",
)
edit(
    "text_cnn__padding_erased",
    {
        "    found = [\n": (
            "    words = words * keras.ops.expand_dims(keras.ops.cast(tokens != 0, words.dtype), -1)\n    found = [\n"
        )
    },
    hint="The vectors of padding are set to zero. Token 0 has a learned vector, as every token.",
)
edit(
    "text_cnn__sorted_sizes",
    {"for size in kernel_sizes": "for size in sorted(kernel_sizes)"},
    hint="The results are joined from the smallest kernel to the largest. Their order is that of kernel_sizes.",
)
edit(
    "text_cnn__hidden_scores",
    {"layers.Dropout(0.5)(joined)": 'layers.Dense(num_classes, activation="relu")(joined)'},
    hint="One dense layer alone turns the joined results into scores. Here there are two.",
)

# fine_tune

edit(
    "fine_tune__no_return", {"    return model": "    model"}, hint="The function returns None. Is the return missing?"
)
edit(
    "fine_tune__returns_history",
    {"    model.fit(np": "    return model.fit(np"},
    hint="What fit returns is the history of the losses. Return the model.",
)
edit(
    "fine_tune__not_frozen",
    {"layer.trainable = False": "layer.trainable = True"},
    hint="The layers of base have changed: they were trained, too. Freeze them before the model is compiled.",
)
edit(
    "fine_tune__old_layer_kept",
    {"kept = base.layers[:-1]": "kept = base.layers"},
    hint="The new layer stands behind the old last one and reads its scores. The old one is cut off.",
)
edit(
    "fine_tune__two_layers_cut_off",
    {"*kept, keras.layers.Dense(num_classes)": "*kept[:-1], keras.layers.Flatten(), keras.layers.Dense(num_classes)"},
    hint="More than the last layer is cut off: the new layer reads other numbers than the old last one.",
)
edit(
    "fine_tune__not_trained",
    {"    model.fit(np.concatenate([X] * 100), np.tile(y, 100), batch_size=len(X), epochs=1, verbose=0)\n": ""},
    hint="The biases of the new layer are still 0: it was not trained. Is fit called, and is no more frozen than the "
    "layers of base?",
)
edit(
    "fine_tune__labels_mixed_up",
    {"np.tile(y, 100)": "np.repeat(y, 100)"},
    hint="The form is right, but too few new images are recognised. Do the labels belong to the examples, in the same "
    "order (np.repeat and np.tile differ)? Are the steps many and large enough?",
)
edit(
    "fine_tune__from_nothing",
    {
        "kept = base.layers[:-1]": "kept = [type(layer).from_config(layer.get_config()) for layer in base.layers[:-1]]",
        "layer.trainable = False": "layer.trainable = True",
    },
    hint="The new model has layers like those of base, but other weights: they began from nothing, or were trained.",
)
edit(
    "fine_tune__own_randomness",
    {"    keras.utils.set_random_seed(int(rng.integers(2**31)))\n": ""},
    hint="An rng in the same state leads to another model. All randomness comes from rng, also that of Keras.",
)


@hint("The function returns base itself, with its old last layer. The new model has a new last layer.")
def fine_tune__base_returned(base, X, y, num_classes, rng):
    return base
