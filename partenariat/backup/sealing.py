"""Encryption of archives, in the age format (age-encryption.org): `age -d -i key.txt FILE` opens them too.

Two keys: those of BACKUP_RECIPIENTS are public and only close, the one of BACKUP_KEY is secret and opens. The machine
that makes backups needs no secret: whoever takes it does not have the archives of former days.
"""

import os
import tempfile
from contextlib import contextmanager
from threading import Thread

import pyrage
from pyrage import x25519

from .rows import Refused

MAGIC = b"age-encryption.org/"


def new_keys():
    """(secret, public): values for BACKUP_KEY and BACKUP_RECIPIENTS."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


class _Sink:
    """A file for the encrypter, which tells of a full disk only by a sentence: this keeps the error itself."""

    def __init__(self, stream):
        self._stream, self.error = stream, None

    def write(self, data):
        try:
            return self._stream.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self):
        self._stream.flush()


@contextmanager
def sealed(stream, recipients):
    """Yields a file to write in: what it gets is encrypted into `stream` as it comes, and lies nowhere in clear.

    `recipients`: public keys (`age1…`). Raises Refused for a key that is none, OSError when `stream` is full.
    """
    try:
        keys = [x25519.Recipient.from_str(name) for name in recipients]
    except pyrage.RecipientError as error:
        raise Refused(f"BACKUP_RECIPIENTS holds a key that is not an age public key: {error}.") from error
    sink = _Sink(stream)
    read_end, write_end = os.pipe()

    def encrypt():
        with os.fdopen(read_end, "rb") as clear:
            try:
                pyrage.encrypt_io(clear, sink, keys)
            except pyrage.EncryptError as error:
                sink.error = sink.error or OSError(str(error))

    thread = Thread(target=encrypt)
    thread.start()
    try:
        with os.fdopen(write_end, "wb", buffering=1 << 16) as clear:
            yield clear
    except BrokenPipeError:
        pass  # the encrypter stopped: it says why
    finally:
        thread.join()
    if sink.error:
        raise sink.error


@contextmanager
def opened(stream, key):
    """Yields a seekable file of what `stream`, an encrypted archive, holds in clear. It has no name on the disk.

    `key`: the secret key (`AGE-SECRET-KEY-1…`). Raises Refused without it, with another, or on a damaged archive.
    """
    if not key:
        raise Refused("This archive is encrypted: put its secret key in the environment, in BACKUP_KEY.")
    try:
        identity = x25519.Identity.from_str(key)
    except pyrage.IdentityError:
        raise Refused("BACKUP_KEY is not an age secret key (AGE-SECRET-KEY-1…).") from None
    with tempfile.TemporaryFile(prefix="restoring-") as clear:
        try:
            pyrage.decrypt_io(stream, clear, [identity])
        except pyrage.DecryptError as error:
            raise Refused(f"BACKUP_KEY does not open this archive: {error}.") from error
        except OSError as error:
            if error.errno:  # the disk, not the archive
                raise
            raise Refused("The archive is damaged or incomplete: it cannot be decrypted.") from error
        clear.seek(0)
        yield clear
