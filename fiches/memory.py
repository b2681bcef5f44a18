"""Give back to the system the memory that was freed: glibc keeps it otherwise, and a process only ever grows."""

import ctypes
import sys
import time

EVERY = 10  # seconds, at least, between two times

_last = time.monotonic()


def give_back():
    """Some milliseconds, during which other threads go on. Nothing where the C library needs no telling."""
    global _last
    _last = time.monotonic()
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).malloc_trim(0)
        except (OSError, AttributeError):  # another C library
            return


def give_back_sometimes(**kwargs):
    """Called once an answer has left."""
    if time.monotonic() > _last + EVERY:
        give_back()
