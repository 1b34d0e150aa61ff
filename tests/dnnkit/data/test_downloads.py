"""Downloads, without a network: Keras's loader is replaced, or finds nobody at the other end."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from dnnkit.data import downloads, fetch_cifar10, fetch_mnist

SHAPES = {"mnist": (28, 28), "cifar10": (32, 32, 3)}
FETCH = {"mnist": fetch_mnist, "cifar10": fetch_cifar10}
OFFLINE = {"mnist": ("enlarged digits", 1200, 597), "cifar10": ("coloured shapes", 5000, 1000)}
NAMES = {"mnist": "MNIST", "cifar10": "CIFAR-10"}


def small(name):
    """What Keras would load, but small; the class of an image is in its first pixel."""
    parts = []
    for many in (40, 20):
        y = np.arange(many, dtype=np.uint8) % 10
        X = np.random.default_rng(many).integers(256, size=(many, *SHAPES[name]), dtype=np.uint8)
        X.reshape(many, -1)[:, 0] = y
        parts.append((X, y[:, None] if name == "cifar10" else y))
    return tuple(parts)


@pytest.fixture
def keras(monkeypatch, tmp_path):
    """Return a function that puts a loader in the place of Keras's own, and a server that answers."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(downloads, "_reach", lambda origin: None)

    def install(load_data):
        module = SimpleNamespace(load_data=load_data)
        stand_in = SimpleNamespace(datasets=SimpleNamespace(mnist=module, cifar10=module))
        monkeypatch.setitem(sys.modules, "keras", stand_in)

    return install


def fetched_offline(name, because):
    with pytest.warns(UserWarning, match=because) as caught:
        images = FETCH[name](rng=np.random.default_rng(0))
    assert [warning.filename for warning in caught] == [__file__]
    assert str(caught[0].message).startswith(f"{NAMES[name]} is not there: ")
    assert images.source == OFFLINE[name][0]
    return images


@pytest.mark.parametrize("name", SHAPES)
def test_what_keras_loads_is_scaled_shuffled_and_channels_last(keras, name):
    (X, y), (new_X, new_y) = small(name)
    keras(lambda: ((X, y), (new_X, new_y)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        images = FETCH[name](rng=np.random.default_rng(0))
        again = FETCH[name](rng=np.random.default_rng(0))
        other = FETCH[name](rng=np.random.default_rng(1))
    assert images.source == NAMES[name]
    assert images.X_train.shape == (40, *SHAPES[name], 1)[:4]
    assert images.X_test.shape == (20, *SHAPES[name], 1)[:4]
    assert images.X_train.dtype == images.X_test.dtype == np.float32
    assert images.y_train.dtype == images.y_test.dtype == np.int64
    assert images.y_train.shape == (40,)
    assert np.allclose(images.X_train[:, 0, 0, 0] * 255, images.y_train)  # images kept their classes
    assert np.allclose(images.X_test.reshape(20, -1) * 255, new_X.reshape(20, -1))  # the test images their order
    assert (images.y_train != np.ravel(y)).any()
    assert np.array_equal(images.X_train, again.X_train)
    assert (images.y_train != other.y_train).any()
    assert len(images.class_names) == 10


def test_a_keras_set_to_channels_first_changes_nothing(keras):
    parts = small("cifar10")
    keras(lambda: parts)
    last = fetch_cifar10(rng=np.random.default_rng(0))
    keras(lambda: tuple((np.moveaxis(X, -1, 1), y) for X, y in parts))
    first = fetch_cifar10(rng=np.random.default_rng(0))
    assert np.array_equal(first.X_train, last.X_train)
    assert np.array_equal(first.X_test, last.X_test)


@pytest.mark.parametrize("name", SHAPES)
def test_without_a_network_there_is_a_warning_and_a_stand_in(monkeypatch, tmp_path, name):
    def refuse(*args, **kwargs):
        raise OSError("network is unreachable")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.setitem(sys.modules, "keras", None)  # importing it would fail: it takes seconds and is not needed
    images = fetched_offline(name, "no answer from .* every cell runs, only the numbers differ")
    _, many, few = OFFLINE[name]
    assert images.X_train.shape == (many, *SHAPES[name], 1)[:4]
    assert images.X_test.shape == (few, *SHAPES[name], 1)[:4]
    assert images.y_train.shape == (many,)
    assert images.y_test.shape == (few,)
    for X, y in (images[:2], images[2:4]):
        assert (X.dtype, y.dtype) == (np.float32, np.int64)
        assert 0.0 <= X.min() < X.max() <= 1.0
        assert set(y) == set(range(10))
    assert len(images.class_names) == 10


@pytest.mark.parametrize(
    "error",
    [
        Exception("URL fetch failure on https://example.org: None -- timed out"),
        ValueError("Incomplete or corrupted file detected. The auto file hash does not match"),
        EOFError(),
    ],
)
@pytest.mark.parametrize("name", SHAPES)
def test_a_download_that_fails_or_is_another_file_is_replaced(keras, name, error):
    def fail():
        raise error

    keras(fail)
    fetched_offline(name, str(error) or "EOFError")


def without_last_class(X, y):
    return X, np.where(y == 9, 0, y).astype(np.uint8)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda X, y: (X[:-1], y),
        lambda X, y: (X[:, :-1], y),
        lambda X, y: (X / 255.0, y),
        without_last_class,
    ],
)
@pytest.mark.parametrize("name", SHAPES)
def test_arrays_that_are_not_the_data_set_are_replaced(keras, name, spoil):
    good, bad = small(name)
    keras(lambda: (good, spoil(*bad)))
    fetched_offline(name, "which are not")


def test_a_stopped_download_stops(keras):
    def stop():
        raise KeyboardInterrupt

    keras(stop)
    with pytest.raises(KeyboardInterrupt):
        fetch_mnist(rng=np.random.default_rng(0))


def test_every_connection_of_a_download_has_a_time_limit_and_others_have_not(keras):
    seen = []

    def load():
        seen.append(socket.getdefaulttimeout())
        raise OSError

    keras(load)
    fetched_offline("mnist", "OSError")
    assert seen == [downloads.PATIENCE]
    assert downloads.PATIENCE <= 5
    assert socket.getdefaulttimeout() is None


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_in_the_cache_needs_no_network(keras, monkeypatch, tmp_path, name):
    asked = []
    monkeypatch.setattr(downloads, "_reach", asked.append)
    parts = small(name)
    keras(lambda: parts)
    cached = {"mnist": "mnist.npz", "cifar10": "cifar-10-batches-py-target_archive"}[name]
    FETCH[name](rng=np.random.default_rng(0))
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / cached).touch()
    FETCH[name](rng=np.random.default_rng(0))
    assert len(asked) == 1


def test_a_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(downloads, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(ConnectionError, match=r"no answer from 127\.0\.0\.1"):
            downloads._reach(f"http://127.0.0.1:{silent.getsockname()[1]}/mnist.npz")
    assert time.monotonic() - started < 2.0


def test_a_name_that_is_looked_up_for_ever_is_given_up(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(downloads, "PATIENCE", -0.8)  # the thread gets a second more
    monkeypatch.setattr(urllib.request, "urlopen", lambda *args, **kwargs: release.wait(60))
    with pytest.raises(ConnectionError, match=r"no answer from example\.org"):
        downloads._reach("https://example.org/file")
    release.set()


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_any_answer_is_an_answer(status):
    def answer():
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(f"HTTP/1.0 {status}\r\n\r\n".encode())

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer)
        thread.start()
        downloads._reach(f"http://127.0.0.1:{server.getsockname()[1]}/mnist.npz")
        thread.join()


def test_keras_itself_refuses_a_file_with_another_checksum(tmp_path):
    (tmp_path / "datasets").mkdir()
    np.savez(tmp_path / "datasets" / "mnist.npz", x_train=0, y_train=0, x_test=0, y_test=0)
    code = "import numpy as np; from dnnkit import data; print(data.fetch_mnist(rng=np.random.default_rng(0)).source)"
    nobody = "http://127.0.0.1:9"  # nothing listens there
    env = {**os.environ, "KERAS_HOME": str(tmp_path), "https_proxy": nobody, "HTTPS_PROXY": nobody, "no_proxy": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env, timeout=300
    )
    assert "hash does not match" in done.stdout
    assert done.stdout.splitlines()[-1] == "enlarged digits"
    assert "MNIST is not there: URL fetch failure" in done.stderr


def test_enlarged_digits_keep_their_ink_and_place():
    images = np.zeros((2, 8, 8))
    images[0, 2, 5] = images[1] = 1.0
    large = downloads._enlarge(images)[..., 0]
    assert large.shape == (2, 28, 28)
    assert (large[1, 4:24, 4:24] == 1.0).all()
    assert large[1].sum() == 400
    row, column = np.unravel_index(np.argmax(large[0]), (28, 28))
    assert (row, column) in {(4 + r, 4 + c) for r in (5, 6, 7) for c in (13, 14)}
    assert large[0].sum() == pytest.approx((20 / 8) ** 2, rel=0.05)
