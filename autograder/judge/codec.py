"""Values as frames of bytes, and back: data only, typed and capped; nothing that can run is ever decoded.

A frame is JSON. What JSON has (None, booleans, integers, floats, text) stands for itself; everything else is an object
with one key, the name of its form: ``{"tuple": [...]}``, ``{"array": [id, dtype, shape, bytes]}`` and so on.
Bytes follow the JSON, after a newline, in the order in which they occur in it, each as ``{"#": how many}``.
Things with an identity (arrays, generators, handles) are the business of the `Table` that is passed in; see `standin`.
"""

import dataclasses
import json
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np

MAX_FRAME = 16 * 2**20  # bytes; no answer to this course's exercises takes more than 0.2 MiB
MAX_ITEMS = 2**17  # of a frame; each costs the reader about a hundred bytes, but may take only three in the frame
MAX_TEXT = 2**16  # characters
MAX_KEYS = 256  # of a dict that are not strings: numbers can be chosen to all have the same hash
MAX_DEPTH = 24
MAX_AXES = 8  # of an array
MAX_BITS = 4096  # of an integer
DTYPES = frozenset("?bhilqBHILQefdFD")
# By their names in a frame; NumPy's own parser of such names also takes shapes, fields and repetitions.
NAMES = {np.dtype(char).newbyteorder(order).str for char in DTYPES for order in "<>"}
BY_NAME = {name: np.dtype(name) for name in NAMES}
DECODER = json.JSONDecoder()  # for a frame with nothing after the JSON
PLAIN = frozenset((type(None), bool, float))  # types without a cap
DATA = PLAIN | {int, str}


class BadFrame(Exception):
    """The other side sent something that is not a value."""


def dump(message):
    """Return a message (a dict of encoded values) as a frame."""
    behind = []

    def put_behind(data):
        behind.append(_a(bytes, data))
        return {"#": len(data)}

    frame = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=put_behind).encode(message).encode()
    if behind:
        frame = b"".join((frame, b"\n", *behind))
    if len(frame) > MAX_FRAME:
        raise OverflowError(f"a message may have at most {MAX_FRAME} bytes, got {len(frame)}")
    return frame


def load(frame, most=MAX_ITEMS):
    """Return the message in a frame of at most `most` items; raise BadFrame for anything else."""
    if len(frame) > MAX_FRAME:
        raise BadFrame(f"a frame may have at most {MAX_FRAME} bytes, got {len(frame)}")
    end = frame.find(b"\n") % (len(frame) + 1)  # its length if nothing follows the JSON
    if end > most and sum(frame.count(mark, 0, end) for mark in (b",", b"[", b"{")) > most:
        raise BadFrame(f"a frame may have at most {most} items")
    behind, taken = memoryview(frame)[end + 1 :], 0

    def put_in(node):
        """Put bytes in; none is taken twice, so that a small frame cannot make a large value."""
        nonlocal taken
        if len(node) != 1 or "#" not in node:
            return node
        count = node["#"]
        if type(count) is not int or not 0 <= count <= len(behind) - taken:
            raise BadFrame(f"a frame has no {count!r:.40} bytes left")
        taken += count
        return behind[taken - count : taken]

    decoder = json.JSONDecoder(object_hook=put_in) if end < len(frame) else DECODER
    try:
        text = frame[:end].decode()
        message, read = decoder.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"not JSON: {error}") from None
    if read != len(text):
        raise BadFrame(f"not JSON: {len(text) - read} more characters")
    if not isinstance(message, dict):
        raise BadFrame(f"a message must be an object, got {type(message).__name__}")
    return message


def encode(value, table, depth=0):
    """Return `value` as JSON; what is not data becomes a handle of `table`."""
    if depth > MAX_DEPTH:
        raise RecursionError(f"a value may be nested at most {MAX_DEPTH} deep")
    kind = type(value)
    if kind in PLAIN or (kind is int and value.bit_length() <= MAX_BITS):
        return value
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise OverflowError(f"a string may have at most {MAX_TEXT} characters, got {len(value)}")
        return str(value)
    if kind is np.ndarray:
        return table.encode_shared(value)
    if kind is not list and kind is not tuple and kind is not dict:
        if isinstance(value, np.random.Generator):
            return table.encode_shared(value)
        if isinstance(value, np.generic) and value.dtype.char in DTYPES:
            return {"scalar": array_body(value)}
        if isinstance(value, int) and value.bit_length() <= MAX_BITS:
            return int(value)
        if isinstance(value, (float, Fraction, Decimal, np.floating)):
            return float(value)
        value = _from_torch(value)
    if table.knows(value) or type(value) is np.ndarray:
        return table.encode_shared(value)
    depth += 1
    if isinstance(value, list):
        return {"list": [encode(item, table, depth) for item in value]}
    if isinstance(value, tuple):
        return {"tuple": [encode(item, table, depth) for item in value]}
    if isinstance(value, dict) and all(map(_is_key, value)):
        if _numbers_among(value) > MAX_KEYS:
            raise OverflowError(f"a dict may have at most {MAX_KEYS} keys that are not strings, got {len(value)} keys")
        return {"dict": [[encode(key, table, depth), encode(item, table, depth)] for key, item in value.items()]}
    if _is_record(type(value)):
        fields = {field.name: encode(getattr(value, field.name), table, depth) for field in dataclasses.fields(value)}
        return {"record": [type(value).__module__, type(value).__name__, fields]}
    return table.encode_shared(value)


def decode(node, table, depth=0):
    """Return the value of a JSON node; raise BadFrame for anything that `encode` cannot have made."""
    if depth > MAX_DEPTH:
        raise BadFrame(f"a value may be nested at most {MAX_DEPTH} deep")
    kind = type(node)
    if kind in DATA:
        if kind is str and len(node) > MAX_TEXT:
            raise BadFrame(f"a string may have at most {MAX_TEXT} characters, got {len(node)}")
        return node
    if kind is not dict or len(node) != 1:
        raise BadFrame("a value must be JSON data or an object with one key")
    ((form, body),) = node.items()
    depth += 1
    try:
        if form == "scalar":
            return array_from(body)[()]
        if form == "list":
            return [decode(item, table, depth) for item in _a(list, body)]
        if form == "tuple":
            return tuple([decode(item, table, depth) for item in _a(list, body)])
        if form == "dict":
            if _numbers_among(key for key, _ in _a(list, body)) > MAX_KEYS:
                raise BadFrame(f"a dict may have at most {MAX_KEYS} keys that are not strings, got {len(body)} keys")
            return {decode(key, table, depth): decode(item, table, depth) for key, item in body}
        if form == "record":
            module, name, fields = body
            cls = _record(module, name)
            return cls(**{str(key): decode(item, table, depth) for key, item in _a(dict, fields).items()})
        return table.decode_shared(form, body)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, MemoryError) as error:
        raise BadFrame(f"malformed {form[:20]}: {type(error).__name__}: {error}") from None


def array_body(array):
    """Return an array or a NumPy scalar as [dtype, shape, bytes]."""
    return [array.dtype.str, list(array.shape), array.tobytes()]


def array_from(body):
    """Return the array that [dtype, shape, bytes] describe, writable and owning its memory."""
    dtype, shape, data = body
    if _a(str, dtype) not in BY_NAME:
        raise BadFrame(f"an array must hold numbers, got dtype {dtype[:40]}")
    if len(_a(list, shape)) > MAX_AXES or not all(type(n) is int and n >= 0 for n in shape):
        raise BadFrame(f"an array's shape must be at most {MAX_AXES} counts, got {shape!r:.80}")
    if type(data) not in (bytes, memoryview):  # the former if the message never became a frame
        raise BadFrame("an array needs its bytes")
    return np.frombuffer(data, BY_NAME[dtype]).reshape(shape).copy()


def _from_torch(value):
    """Return a tensor as an array, anything else as it is; torch itself is never imported here."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, getattr(torch, "Tensor", ())):
        value = value.detach().cpu()
        try:
            return value.numpy()
        except TypeError:  # of a type that NumPy lacks, such as bfloat16
            return value.float().numpy()
    return value


def _is_key(key):
    if isinstance(key, tuple):
        return all(map(_is_key, key))
    return key is None or isinstance(key, (bool, int, float, str))


def _numbers_among(keys):
    return sum(type(key) is not str for key in keys)


def _is_record(cls):
    return cls.__module__.startswith("dnnkit.") and dataclasses.is_dataclass(cls)


def _record(module, name):
    """Return a dataclass of dnnkit by name; only modules already loaded are searched."""
    cls = vars(sys.modules[_a(str, module)])[_a(str, name)]
    if not isinstance(cls, type) or not _is_record(cls):
        raise BadFrame(f"{module}.{name} is not a record of dnnkit")
    return cls


def _a(kind, value):
    if not isinstance(value, kind):
        raise BadFrame(f"expected a {kind.__name__}, got {type(value).__name__}")
    return value
