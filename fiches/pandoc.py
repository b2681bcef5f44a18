"""pandoc, in its sandbox: fed by its standard input, it opens no file that we did not name and no address.

Its heap and its time are bounded. Reports come in by it, documents go out by it.
"""

import os
import subprocess
import tempfile

import pypandoc

TIMEOUT = 20  # seconds
MEMORY = "256M"  # of its heap
_OUT_OF_MEMORY = 251  # what pandoc's runtime says when its heap is full


class PandocFailed(Exception):
    """It could not do it. `too_heavy`: not within its limits."""

    def __init__(self, too_heavy=False):
        super().__init__("too heavy" if too_heavy else "failed")
        self.too_heavy = too_heavy


def run(*arguments, data, memory=None, timeout=TIMEOUT):
    """What pandoc writes (bytes) of `data` (bytes).

    `memory`: « 256M » unless told; `timeout`: seconds. Raises PandocFailed.
    """
    command = [pypandoc.get_pandoc_path(), "+RTS", f"-M{memory or MEMORY}", "-RTS", "--sandbox", *arguments]
    with tempfile.TemporaryDirectory(prefix="pandoc-") as empty:
        env = {"PATH": os.defpath, "HOME": empty, "LANG": "C.UTF-8"}
        try:
            done = subprocess.run(
                command, input=data, capture_output=True, timeout=timeout, cwd=empty, env=env, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise PandocFailed(too_heavy=True) from error
    if done.returncode:
        raise PandocFailed(too_heavy=done.returncode == _OUT_OF_MEMORY)
    return done.stdout
