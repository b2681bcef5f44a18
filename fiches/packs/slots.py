"""How many documents are made at once on this machine, whatever the number of processes.

Each slot is a lock on a file, which the system gives back even when a process is killed. Sheets and packs have their
own slots, so that one long dossier never keeps a director from her one page.
"""

import fcntl
import logging
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

SLOTS = {"court": 2, "long": 1}  # as many as a small machine has cores; one long job leaves the other core to readers
WAIT = 6  # seconds: beyond, one had better be told to come back
PAUSE = 0.05  # seconds


class Busy(Exception):
    """No slot came free in time. Nothing is wrong: try again in `RETRY_AFTER` seconds."""


RETRY_AFTER = 20  # seconds


@contextmanager
def slot(lane, wait=None):
    """Hold one slot of `lane` (a key of SLOTS) during the block.

    Raises Busy after `wait` seconds (WAIT unless told). Where nothing can be written everyone has one, and what bounds
    them is what each process does at once.
    """
    until = time.monotonic() + (WAIT if wait is None else wait)
    while (lock := _free(lane)) is None:
        if time.monotonic() >= until:
            raise Busy
        time.sleep(PAUSE)
    with lock:
        yield


def _free(lane):
    """A slot of `lane`, given back when it is closed; None when all are held."""
    folder = Path(settings.WORK_DIR) / "places"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(SLOTS[lane]):
            lock = open(folder / f"{lane}-{number}", "w")  # noqa: SIM115 closed by the caller
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            return lock
    except OSError:
        logger.exception("Slots cannot be held")
        return nullcontext()
    return None
