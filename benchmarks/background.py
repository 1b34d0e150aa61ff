"""Do something again and again in a thread of its own, while something else is measured."""

import contextlib
import threading


@contextlib.contextmanager
def again_and_again(work, seconds):
    """Call `work` every so many seconds while this is open; it is not under way any more when this is left.

    Args:
        work: function without arguments.
        seconds: pause before each call.
    """
    stop = threading.Event()

    def repeat():
        while not stop.wait(seconds):
            work()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
