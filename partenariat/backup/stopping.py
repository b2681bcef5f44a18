"""Being told to stop."""

import signal
import sys
from contextlib import contextmanager
from threading import current_thread, main_thread


@contextmanager
def stopped_cleanly():
    """A service that is stopped (SIGTERM) leaves by the door: no half of an archive, no scratch base behind."""
    if current_thread() is not main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
