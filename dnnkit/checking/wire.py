"""Turn plain values into JSON and back, for public examples and for calls into a sandbox.

Only plain values travel: None, bool, int, float, str, list, tuple, dict, NumPy arrays and scalars, and a
`np.random.Generator`. Decoding never runs code, and looks at the limits (dnnkit/checking/wire_limits.py) before it
allocates, so a message from an untrusted process is safe to decode.
"""

import base64
import math
from typing import Any

import numpy as np

from dnnkit.checking.wire_limits import EXACT_HASH, LIMITS, Allowance, WireError, WireLimitPassed, WireLimits

__all__ = ["DTYPES", "LIMITS", "WireError", "WireLimitPassed", "WireLimits", "decode", "encode"]

DTYPES = frozenset("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split())
KEYS = (str, int, float, bool, type(None))  # types of a dict's keys
GENERATOR_DIGITS = 40  # of each of the two numbers, of 128 bits, in the state of a generator


def encode(value: object, *, readable: bool = False, limits: WireLimits = LIMITS) -> Any:
    """Turn a plain value into something `json.dumps` accepts.

    Args:
        value: the value; tensors that offer `__array__` travel as arrays.
        readable: write arrays as nested lists of numbers instead of base64, for files that people read.
        limits: what the value may hold.

    Returns:
        Nested lists, dicts, strings, numbers, booleans and None.

    Raises:
        WireError: when the value, or something inside it, is not plain.
        WireLimitPassed: when it holds more than the limits allow.
    """
    return _encode(value, readable, Allowance(limits), 0)


def decode(data: object, *, limits: WireLimits = LIMITS) -> Any:
    """Turn what `encode` returned back into the value.

    Args:
        data: parsed JSON, possibly from an untrusted process.
        limits: what the value may hold.

    Returns:
        The value; arrays are fresh and writable.

    Raises:
        WireError: when the data is malformed.
        WireLimitPassed: when it holds more than the limits allow; nothing larger was made by then.
    """
    return _decode(data, Allowance(limits), 0)


def _encode(value: Any, readable: bool, allowance: Allowance, depth: int) -> Any:
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        allowance.spend_text(value)
        return value
    if type(value) is int:
        allowance.spend_integer(value)
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"t": "float", "v": repr(value)}
    if type(value) in (list, tuple, dict):
        allowance.allow("depth", depth + 1)
        allowance.spend("items", len(value))
    if type(value) is list:
        return [_encode(item, readable, allowance, depth + 1) for item in value]
    if type(value) is tuple:
        return {"t": "tuple", "v": [_encode(item, readable, allowance, depth + 1) for item in value]}
    if type(value) is dict:
        pairs = [[_encode(part, readable, allowance, depth + 1) for part in pair] for pair in value.items()]
        return {"t": "dict", "v": pairs}
    if isinstance(value, np.random.Generator):
        return {"t": "rng", "v": _generator_state(value)}
    return _encode_array(_plain_array(value), readable, allowance)


def _plain_array(value: Any) -> np.ndarray:
    """Return the value as an array of an allowed dtype, or say why it cannot travel."""
    if hasattr(value, "detach"):  # a PyTorch tensor refuses __array__ while it tracks gradients
        value = value.detach().cpu()
    if not isinstance(value, (np.ndarray, np.generic)) and not hasattr(value, "__array__"):
        raise WireError(f"a value of type {type(value).__name__} is not plain data")
    array = np.asarray(value)
    if array.dtype.name not in DTYPES:
        raise WireError(f"an array of dtype {array.dtype.name} is not plain numbers")
    return array


def _encode_array(array: np.ndarray, readable: bool, allowance: Allowance) -> dict[str, Any]:
    allowance.spend_array(array.shape, array.dtype.itemsize)
    record: dict[str, Any] = {"t": "array", "dtype": array.dtype.name, "shape": list(array.shape)}
    if readable:
        allowance.spend("items", array.size)
        record["values"] = [_number_to_json(item) for item in array.ravel().tolist()]
    else:
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        record["base64"] = base64.b64encode(little.tobytes()).decode("ascii")
    return record


def _number_to_json(number: Any) -> Any:
    return repr(number) if isinstance(number, float) and not math.isfinite(number) else number


def _generator_state(rng: np.random.Generator) -> dict[str, str]:
    state: Any = rng.bit_generator.state
    if state.get("bit_generator") != "PCG64":
        raise WireError("only the generators that np.random.default_rng makes can travel")
    return {"state": str(state["state"]["state"]), "inc": str(state["state"]["inc"])}


def _decode(data: Any, allowance: Allowance, depth: int) -> Any:
    if data is None or type(data) in (bool, float):
        return data
    if type(data) is str:
        allowance.spend_text(data)
        return data
    if type(data) is int:
        allowance.spend_integer(data)
        return data
    if type(data) is list:
        return _decode_list(data, allowance, depth)
    if type(data) is not dict:
        raise WireError(f"message holds a {type(data).__name__}")
    kind, content = data.get("t"), data.get("v")
    if kind == "float" and content in ("nan", "inf", "-inf"):
        return float(content)
    if kind == "tuple" and type(content) is list:
        return tuple(_decode_list(content, allowance, depth))
    if kind == "dict" and type(content) is list:
        return _decode_dict(content, allowance, depth)
    if kind == "rng":
        return _decode_generator(content)
    if kind == "array":
        return _decode_array(data, allowance)
    raise WireError("message holds an unknown kind of value")


def _decode_list(items: list[Any], allowance: Allowance, depth: int) -> list[Any]:
    allowance.allow("depth", depth + 1)
    allowance.spend("items", len(items))
    return [_decode(item, allowance, depth + 1) for item in items]


def _decode_dict(pairs: list[Any], allowance: Allowance, depth: int) -> dict[Any, Any]:
    allowance.allow("depth", depth + 1)
    allowance.spend("items", len(pairs))
    result = {}
    for pair in pairs:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) not in KEYS:
            raise WireError("message holds a malformed dict")
        if type(pair[0]) is int and abs(pair[0]) >= EXACT_HASH:
            raise WireError("message holds a dict with a very large number as a key")
        result[_decode(pair[0], allowance, depth + 1)] = _decode(pair[1], allowance, depth + 1)
    return result


def _decode_generator(record: Any) -> np.random.Generator:
    try:
        texts = {key: record[key] for key in ("state", "inc")}
        if not all(type(text) is str and len(text) <= GENERATOR_DIGITS for text in texts.values()):
            raise ValueError("not the text of a number of 128 bits")
        numbers = {key: int(text) for key, text in texts.items()}
        rng = np.random.default_rng(0)
        rng.bit_generator.state = {"bit_generator": "PCG64", "state": numbers, "has_uint32": 0, "uinteger": 0}
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise WireError("message holds a malformed generator") from error
    return rng


def _decode_array(record: dict[str, Any], allowance: Allowance) -> np.ndarray:
    name, shape = record.get("dtype"), record.get("shape")
    if type(name) is not str or name not in DTYPES:
        raise WireError("message holds an array of an unknown dtype")
    if type(shape) is not list or len(shape) > 32 or any(type(n) is not int or n < 0 for n in shape):
        raise WireError("message holds an array of a malformed shape")
    dtype = np.dtype(name).newbyteorder("<")
    allowance.spend_array(tuple(shape), dtype.itemsize)
    try:
        if "values" in record:
            flat = _decode_numbers(record["values"], math.prod(shape), dtype, allowance)
        else:
            flat = np.frombuffer(_decode_base64(record["base64"], math.prod(shape) * dtype.itemsize), dtype=dtype)
        return flat.reshape(shape).astype(dtype.newbyteorder("="))
    except WireLimitPassed:
        raise
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise WireError("message holds a malformed array") from error


def _decode_numbers(values: Any, count: int, dtype: np.dtype, allowance: Allowance) -> np.ndarray:
    """Read numbers that were written for people; those that are not finite are texts."""
    if type(values) is not list or len(values) != count:
        raise ValueError("not as many numbers as the shape says")
    allowance.spend("items", count)
    if any(type(v) not in (int, float, bool, str) or (type(v) is str and len(v) > 4) for v in values):
        raise TypeError("not a number")
    return np.array([float(v) if type(v) is str else v for v in values], dtype=dtype)


def _decode_base64(text: Any, size: int) -> bytes:
    if type(text) is not str or len(text) != 4 * -(-size // 3):
        raise ValueError("not as many bytes as the shape says")
    return base64.b64decode(text, validate=True)
