"""Different right answers to the exercises of lesson 02: each must pass every check.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit

# numerical_gradient


def numerical_gradient__steps(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    gradient = np.empty_like(x)
    for index in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


def numerical_gradient__flat_copies(f, x, h=1e-5):
    shape, flat = np.shape(x), np.ravel(x).astype(float)
    slopes = []
    for i in range(flat.size):
        up, down = flat.copy(), flat.copy()
        up[i] += h
        down[i] -= h
        slopes.append((f(up.reshape(shape)) - f(down.reshape(shape))) / 2 / h)
    return np.array(slopes).reshape(shape)


def numerical_gradient__iterator(f, x, h=1e-5):
    u = x.astype(np.float64)
    gradient = np.zeros_like(u)
    walk = np.nditer(u, flags=["multi_index"], op_flags=["readwrite"])
    for _ in walk:
        place = walk.multi_index
        old = float(u[place])
        u[place] = old + h
        up = float(f(u))
        u[place] = old - h
        down = float(f(u))
        u[place] = old
        gradient[place] = (up - down) / (2.0 * h)
    return gradient


def numerical_gradient__lists(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    unit = np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in unit]
    return np.reshape(slopes, x.shape)


# topological_order


def topological_order__kahn(root):
    waiting, todo, found = {}, [root], {root}
    while todo:
        node = todo.pop()
        for parent in node.parents:
            waiting[parent] = waiting.get(parent, 0) + 1
            if parent not in found:
                found.add(parent)
                todo.append(parent)
    order, free = [], [root]
    while free:
        node = free.pop()
        order.append(node)
        for parent in node.parents:
            waiting[parent] -= 1
            if waiting[parent] == 0:
                free.append(parent)
    return order[::-1]


def topological_order__iterators(root):
    order, seen = [], {id(root)}
    stack = [(root, iter(root.parents))]
    while stack:
        node, parents = stack[-1]
        for parent in parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            stack.pop()
    return order


def topological_order__peek(root):
    stack, done, order = [root], set(), []
    while stack:
        node = stack[-1]
        missing = [parent for parent in node.parents if parent not in done]
        if missing:
            stack.extend(missing)
        else:
            stack.pop()
            if node not in done:
                done.add(node)
                order.append(node)
    return order


def topological_order__recursion_limit(root):
    import sys

    order, seen, limit = [], set(), sys.getrecursionlimit()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent in node.parents:
            visit(parent)
        order.append(node)

    sys.setrecursionlimit(20000)
    try:
        visit(root)
    finally:
        sys.setrecursionlimit(limit)
    return order


# Value


class Value__closures:
    def __init__(self, data, parents=(), slopes=()):
        self.data = float(data)
        self.parents = tuple(parents)
        self.slopes = tuple(slopes)
        self.grad = 0.0
        self._hand_out = lambda: None

    def __repr__(self):
        return f"Value(data={self.data:g}, grad={self.grad:g})"

    @staticmethod
    def _of(other):
        return other if hasattr(other, "data") and hasattr(other, "grad") else Value(other)

    def __add__(self, other):
        other = self._of(other)
        out = Value(self.data + other.data, (self, other))

        def hand_out():
            self.grad += out.grad
            other.grad += out.grad

        out._hand_out = hand_out
        return out

    def __mul__(self, other):
        other = self._of(other)
        out = Value(self.data * other.data, (self, other))

        def hand_out():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._hand_out = hand_out
        return out

    def _apply(self, number, slope):
        out = Value(number, (self,))

        def hand_out():
            self.grad += slope * out.grad

        out._hand_out = hand_out
        return out

    def __pow__(self, n):
        return self._apply(self.data**n, n * self.data ** (n - 1))

    def exp(self):
        return self._apply(np.exp(self.data), np.exp(self.data))

    def tanh(self):
        import math

        t = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
        return self._apply(t, 1 - t * t)

    def relu(self):
        return self._apply(self.data if self.data > 0 else 0.0, 1.0 if self.data > 0 else 0.0)

    def backward(self):
        order = topological_order(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in order[::-1]:
            node._hand_out()

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + other * -1.0

    def __rsub__(self, other):
        return self * -1.0 + other

    def __truediv__(self, other):
        return self * other**-1.0

    def __rtruediv__(self, other):
        return self**-1.0 * other


edit(
    "Value__dict_of_gradients",
    {
        "        for node in order:\n"
        "            node.grad = 0.0\n"
        "        self.grad = 1.0\n"
        "        for node in reversed(order):\n"
        "            for parent, slope in zip(node.parents, node.slopes, strict=True):\n"
        "                parent.grad += slope * node.grad\n": (
            "        found = {node: 0.0 for node in order}\n"
            "        found[self] = 1.0\n"
            "        while order:\n"
            "            node = order.pop()\n"
            "            node.grad = found[node]\n"
            "            for k, parent in enumerate(node.parents):\n"
            "                found[parent] = found[parent] + node.slopes[k] * found[node]\n"
        )
    },
)
edit(
    "Value__numbers_without_parents",
    {
        "other = other if isinstance(other, Value) else Value(other)\n        return Value(self.data + other.data": (
            "if isinstance(other, (int, float)):\n"
            "            return Value(self.data + other, (self,), (1,))\n"
            "        return Value(self.data + other.data"
        ),
        "other = other if isinstance(other, Value) else Value(other)\n        return Value(self.data * other.data": (
            "if not isinstance(other, Value):\n"
            "            return Value(self.data * other, [self], [other])\n"
            "        return Value(self.data * other.data"
        ),
    },
)
edit(
    "Value__slope_one_at_zero",
    {"max(self.data, 0.0)": "np.maximum(0, self.data)", "float(self.data > 0)": "0.0 if self.data < 0 else 1.0"},
)
edit(
    "Value__float32",
    {
        "np.exp(self.data)": "np.exp(np.float32(self.data))",
        "np.tanh(self.data)": "np.tanh(np.float32(self.data))",
        "1.0 - squashed**2": "1 / np.cosh(self.data) ** 2",
    },
)

# backward_broken


def backward_broken__reverse(root):
    order = topological_order(root)
    order.reverse()
    for node in order:
        node.grad = 0
    root.grad = 1
    for node in order:
        for k in range(len(node.parents)):
            node.parents[k].grad = node.parents[k].grad + node.grad * node.slopes[k]


def backward_broken__gathers(root):
    order = topological_order(root)[::-1]
    shares = {node: [] for node in order}
    shares[root] = [1.0]
    for node in order:
        node.grad = sum(shares[node])
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            shares[parent].append(slope * node.grad)


def backward_broken__counts_children(root):
    order = [root]
    for node in order:
        order += [parent for parent in dict.fromkeys(node.parents) if parent not in order]
    children = dict.fromkeys(order, 0)
    for node in order:
        node.grad = 0.0
        for parent in node.parents:
            children[parent] += 1
    root.grad = 1.0
    ready = [root]
    while ready:
        node = ready.pop()
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad
            children[parent] -= 1
            if not children[parent]:
                ready.append(parent)


# unbroadcast


def unbroadcast__loops(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


def unbroadcast__one_sum(grad, shape):
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(axis for axis, (n, m) in enumerate(zip(grad.shape, padded, strict=True)) if n != m)
    return np.sum(grad, axis=axes, keepdims=True).reshape(shape)


def unbroadcast__add_at(grad, shape):
    out = np.zeros(shape)
    places = np.broadcast_to(np.arange(out.size).reshape(shape), grad.shape)
    flat = out.reshape(-1).copy()
    np.add.at(flat, places.ravel(), grad.ravel())
    return flat.reshape(shape)


def unbroadcast__float32(grad, shape):
    grad = grad.astype(np.float32)
    grad = np.add.reduce(grad, axis=tuple(range(grad.ndim - len(shape))))
    return np.add.reduce(grad, axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)


# matmul_backward


def matmul_backward__einsum(dout, A, B):
    return np.einsum("nc,dc->nd", dout, B), np.einsum("nd,nc->dc", A, dout)


def matmul_backward__dot(dout, A, B):
    return [np.dot(dout, B.T), np.dot(A.T, dout)]


def matmul_backward__transposed_products(dout, A, B):
    return (B @ dout.T).T, (dout.T @ A).T


def matmul_backward__loops(dout, A, B):
    dA, dB = np.zeros(A.shape), np.zeros(B.shape)
    for n in range(A.shape[0]):
        for d in range(A.shape[1]):
            for c in range(B.shape[1]):
                dA[n, d] += dout[n, c] * B[d, c]
                dB[d, c] += dout[n, c] * A[n, d]
    return dA, dB


def matmul_backward__float32(dout, A, B):
    dout, A, B = (array.astype(np.float32) for array in (dout, A, B))
    return dout @ B.T, A.T @ dout


# dense_forward


def dense_forward__einsum(X, W, b):
    return np.einsum("nd,dh->nh", X, W) + b[None, :]


def dense_forward__bias_as_weight(X, W, b):
    return np.column_stack([X, np.ones(len(X))]) @ np.vstack([W, b])


def dense_forward__rows(X, W, b):
    return np.array([x @ W + b for x in X])


def dense_forward__float32(X, W, b):
    return X.astype(np.float32) @ W.astype(np.float32) + b.astype(np.float32)


# dense_backward


def dense_backward__direct(dout, X, W):
    return dout @ W.T, X.T @ dout, dout.sum(axis=0)


def dense_backward__ones(dout, X, W):
    return np.dot(dout, W.T), np.dot(X.T, dout), np.ones(len(X)) @ dout


def dense_backward__examples(dout, X, W):
    dX, dW, db = np.zeros_like(X), np.zeros_like(W), np.zeros(W.shape[1])
    for n in range(len(X)):
        dX[n] = W @ dout[n]
        dW += np.outer(X[n], dout[n])
        db += dout[n]
    return [dX, dW, db]


def dense_backward__einsum(dout, X, W):
    return np.einsum("nh,dh->nd", dout, W), np.einsum("nd,nh->dh", X, dout), np.einsum("nh->h", dout)


def dense_backward__float32(dout, X, W):
    dout = dout.astype(np.float32)
    return dout @ W.astype(np.float32).T, X.astype(np.float32).T @ dout, dout.sum(0)


# relu_forward


def relu_forward__where(Z):
    return np.where(Z > 0, Z, 0)


def relu_forward__mask(Z):
    return Z * (Z >= 0)


def relu_forward__copy(Z):
    A = np.array(Z)
    A[A < 0] = 0
    return A


def relu_forward__half(Z):
    return (np.abs(Z) + Z) / 2


def relu_forward__clip(Z):
    return np.clip(Z, 0, None)


# relu_backward


def relu_backward__where(dout, Z):
    return np.where(Z >= 0, dout, 0)


def relu_backward__copy(dout, Z):
    dZ = dout.copy()
    dZ[Z <= 0] = 0
    return dZ


def relu_backward__from_forward(dout, Z):
    return dout * (relu_forward(Z) > 0)


def relu_backward__heaviside(dout, Z):
    return dout * np.heaviside(Z, 0.5)


def relu_backward__float32(dout, Z):
    return dout.astype(np.float32) * (Z > 0).astype(np.float32)


# mlp_loss


def mlp_loss__direct(params, X, y):
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    Z = X @ W1 + b1
    A = np.maximum(Z, 0)
    S = A @ W2 + b2
    shifted = S - S.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    T = np.eye(len(b2))[y]
    dS = (np.exp(logs) - T) / len(X)
    dZ = (dS @ W2.T) * (A > 0)
    loss = -np.mean(np.sum(logs * T, axis=1))
    return loss, {"W2": A.T @ dS, "b2": dS.sum(axis=0), "W1": X.T @ dZ, "b1": dZ.sum(axis=0)}


def mlp_loss__examples(params, X, y):
    total, grads = 0.0, {name: np.zeros_like(array) for name, array in params.items()}
    for x, label in zip(X, y, strict=True):
        z = x @ params["W1"] + params["b1"]
        a = np.maximum(z, 0)
        loss, (ds,) = cross_entropy((a @ params["W2"] + params["b2"])[None], np.eye(len(params["b2"]))[[label]])
        dz = (params["W2"] @ ds) * (z > 0)
        total += loss / len(X)
        for name, share in {"W1": np.outer(x, dz), "b1": dz, "W2": np.outer(a, ds), "b2": ds}.items():
            grads[name] += share / len(X)
    return float(total), grads


def mlp_loss__float32(params, X, y):
    single = {name: array.astype(np.float32) for name, array in params.items()}
    Z = X.astype(np.float32) @ single["W1"] + single["b1"]
    A = relu_forward(Z)
    loss, dS = cross_entropy(A @ single["W2"] + single["b2"], np.eye(len(single["b2"]), dtype=np.float32)[y])
    dA, dW2, db2 = dense_backward(dS.astype(np.float32), A, single["W2"])
    _, dW1, db1 = dense_backward(relu_backward(dA, Z), X.astype(np.float32), single["W1"])
    return [loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}]


edit("mlp_loss__mask_from_activations", {"relu_backward(dA, Z)": "relu_backward(dA, A)"})

# train_mlp


def train_mlp__small(X, y, num_classes, rng):
    D, H = X.shape[1], 16
    W1, W2 = rng.normal(0, (2 / D) ** 0.5, (D, H)), rng.normal(0, (2 / H) ** 0.5, (H, num_classes))
    params = {"W1": W1, "b1": np.zeros(H), "W2": W2, "b2": np.zeros(num_classes)}
    for _ in range(150):
        for batch in minibatches(len(X), 16, rng):
            grads = mlp_loss(params, X[batch], y[batch])[1]
            for name in params:
                params[name] -= 0.2 * grads[name]
    return params


def train_mlp__uniform_start(X, y, num_classes, rng):
    D, H = X.shape[1], 50
    params = {
        "W1": rng.uniform(-1, 1, size=(D, H)),
        "b1": rng.uniform(-0.1, 0.1, size=H),
        "W2": rng.uniform(-0.3, 0.3, size=(H, num_classes)),
        "b2": np.zeros(num_classes),
    }
    for epoch in range(120):
        for batch in minibatches(len(X), 32, rng):
            _, grads = mlp_loss(params, X[batch], y[batch])
            for name in params:
                params[name] = params[name] - 0.5 / (1 + epoch / 60) * grads[name]
    return params


def train_mlp__momentum(X, y, num_classes, rng):
    D, H = X.shape[1], 32
    params = {
        "W1": rng.standard_normal((D, H)) / np.sqrt(D),
        "b1": np.full(H, 0.01),
        "W2": 0.1 * rng.standard_normal((H, num_classes)),
        "b2": np.zeros(num_classes),
    }
    speed = dict.fromkeys(params, 0.0)
    for _ in range(80):
        for batch in minibatches(len(X), 20, rng):
            _, grads = mlp_loss(params, X[batch], y[batch])
            for name in params:
                speed[name] = 0.9 * speed[name] - 0.05 * grads[name]
                params[name] = params[name] + speed[name]
    return params


def train_mlp__full_batch(X, y, num_classes, rng):
    D, H = X.shape[1], 64
    params = {
        "W1": rng.normal(size=(D, H)) * np.sqrt(2 / D),
        "b1": np.zeros(H),
        "W2": rng.normal(size=(H, num_classes)) * np.sqrt(2 / H),
        "b2": np.zeros(num_classes),
    }
    for _ in range(1500):
        _, grads = mlp_loss(params, X, y)
        params = {name: array - 0.5 * grads[name] for name, array in params.items()}
    return {name: array.astype(np.float32) for name, array in params.items()}
