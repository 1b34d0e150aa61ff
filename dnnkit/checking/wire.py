"""Turn plain values into JSON and back, for public examples and for calls into a sandbox.

Only plain values travel: None, bool, int, float, str, list, tuple, dict, NumPy arrays and scalars, and a
`np.random.Generator`. Decoding never runs code, so bytes from an untrusted process are safe to decode.
"""

import base64
import math

import numpy as np

DTYPES = frozenset("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split())
MAX_DEPTH = 12
MAX_BYTES = 32 * 2**20
MAX_KEYS = 20_000  # of one dict: keys chosen to collide take time that grows with their number squared
MAX_INT_KEY = 2**60  # beyond, different numbers can have the same hash


class WireError(ValueError):
    """A value that cannot travel, or a message that is not what `encode` writes."""


def encode(value, *, readable=False):
    """Turn a plain value into something `json.dumps` accepts.

    Args:
        value: the value; tensors that offer `__array__` travel as arrays.
        readable: write arrays as nested lists of numbers instead of base64, for files that people read.

    Returns:
        Nested lists, dicts, strings, numbers, booleans and None.

    Raises:
        WireError: when the value, or something inside it, is not plain.
    """
    return _encode(value, readable, 0)


def decode(data, *, max_bytes=MAX_BYTES):
    """Turn what `encode` returned back into the value.

    Args:
        data: parsed JSON, possibly from an untrusted process.
        max_bytes: largest array accepted, in bytes.

    Returns:
        The value; arrays are fresh and writable.

    Raises:
        WireError: when the data is malformed, too deep or too large.
    """
    return _decode(data, max_bytes, 0)


def _encode(value, readable, depth):
    if depth > MAX_DEPTH:
        raise WireError(f"value is nested more than {MAX_DEPTH} levels deep")
    if value is None or type(value) in (bool, str):
        return value
    if type(value) is int:
        if abs(value) >= 2**2000:
            raise WireError("an integer has more than 600 digits")
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"t": "float", "v": repr(value)}
    if type(value) is list:
        return [_encode(item, readable, depth + 1) for item in value]
    if type(value) is tuple:
        return {"t": "tuple", "v": [_encode(item, readable, depth + 1) for item in value]}
    if type(value) is dict:
        pairs = [[_encode(k, readable, depth + 1), _encode(v, readable, depth + 1)] for k, v in value.items()]
        return {"t": "dict", "v": pairs}
    if isinstance(value, np.random.Generator):
        return {"t": "rng", "v": _generator_state(value)}
    return _encode_array(_plain_array(value), readable)


def _plain_array(value):
    """Return the value as an array of an allowed dtype, or say why it cannot travel."""
    if hasattr(value, "detach"):  # a PyTorch tensor refuses __array__ while it tracks gradients
        value = value.detach().cpu()
    if not isinstance(value, (np.ndarray, np.generic)) and not hasattr(value, "__array__"):
        raise WireError(f"a value of type {type(value).__name__} is not plain data")
    array = np.asarray(value)
    if array.dtype.name not in DTYPES:
        raise WireError(f"an array of dtype {array.dtype.name} is not plain numbers")
    return array


def _encode_array(array, readable):
    record = {"t": "array", "dtype": array.dtype.name, "shape": list(array.shape)}
    if readable:
        record["values"] = [_number_to_json(item) for item in array.ravel().tolist()]
    else:
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        record["base64"] = base64.b64encode(little.tobytes()).decode("ascii")
    return record


def _number_to_json(number):
    return repr(number) if isinstance(number, float) and not math.isfinite(number) else number


def _generator_state(rng):
    state = rng.bit_generator.state
    if state.get("bit_generator") != "PCG64":
        raise WireError("only the generators that np.random.default_rng makes can travel")
    return {"state": str(state["state"]["state"]), "inc": str(state["state"]["inc"])}


def _decode(data, max_bytes, depth):
    if depth > MAX_DEPTH + 2:
        raise WireError("message is nested too deep")
    if data is None or type(data) in (bool, int, float, str):
        return data
    if type(data) is list:
        return [_decode(item, max_bytes, depth + 1) for item in data]
    if type(data) is not dict:
        raise WireError(f"message holds a {type(data).__name__}")
    kind = data.get("t")
    if kind == "float" and data.get("v") in ("nan", "inf", "-inf"):
        return float(data["v"])
    if kind == "tuple" and type(data.get("v")) is list:
        return tuple(_decode(item, max_bytes, depth + 1) for item in data["v"])
    if kind == "dict" and type(data.get("v")) is list:
        return _decode_dict(data["v"], max_bytes, depth)
    if kind == "rng":
        return _decode_generator(data.get("v"))
    if kind == "array":
        return _decode_array(data, max_bytes)
    raise WireError("message holds an unknown kind of value")


def _decode_dict(pairs, max_bytes, depth):
    if len(pairs) > MAX_KEYS:
        raise WireError(f"message holds a dict of more than {MAX_KEYS:,} keys")
    result = {}
    for pair in pairs:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) not in (str, int, float, bool, type(None)):
            raise WireError("message holds a malformed dict")
        if type(pair[0]) is int and abs(pair[0]) > MAX_INT_KEY:
            raise WireError("message holds a dict with a very large number as a key")
        result[pair[0]] = _decode(pair[1], max_bytes, depth + 1)
    return result


def _decode_generator(record):
    try:
        numbers = {key: int(record[key]) for key in ("state", "inc")}
        rng = np.random.default_rng(0)
        rng.bit_generator.state = {"bit_generator": "PCG64", "state": numbers, "has_uint32": 0, "uinteger": 0}
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise WireError("message holds a malformed generator") from error
    return rng


def _decode_array(record, max_bytes):
    dtype, shape = record.get("dtype"), record.get("shape")
    if type(dtype) is not str or dtype not in DTYPES:
        raise WireError("message holds an array of an unknown dtype")
    if type(shape) is not list or len(shape) > 16 or any(type(n) is not int or n < 0 for n in shape):
        raise WireError("message holds an array of a malformed shape")
    dtype = np.dtype(dtype).newbyteorder("<")
    size = math.prod(shape)
    if size * dtype.itemsize > max_bytes:
        raise WireError(f"array of {size * dtype.itemsize:,} bytes is larger than the limit of {max_bytes:,}")
    try:
        if "values" in record:
            flat = np.array([float(v) if type(v) is str else v for v in record["values"]], dtype=dtype)
        else:
            flat = np.frombuffer(base64.b64decode(record["base64"], validate=True), dtype=dtype)
        return flat.reshape(shape).astype(dtype.newbyteorder("="))
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise WireError("message holds a malformed array") from error
