"""Static files: the style sheets become one file when they are collected, then are hashed and compressed."""

import re
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRY = "css/site.css"
_IMPORT = re.compile(r'@import "(?P<path>[^"]+)" layer\((?P<layer>[\w-]+)\);')
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


def join(entry, read):
    """The text of style sheet `entry` with its layered imports written out and comments dropped.

    `read(name)` returns the text of a static file. Relative url() would break when joined: our
    style sheets have none, and a test keeps it so.
    """
    folder = PurePosixPath(entry).parent

    def written_out(match):
        return f"@layer {match['layer']} {{\n{read(str(folder / match['path']))}\n}}"

    joined = _COMMENT.sub("", _IMPORT.sub(written_out, _COMMENT.sub("", read(entry))))
    return re.sub(r"\s*\n\s*", "\n", joined).strip() + "\n"


class JoinedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files, with one style sheet for the whole site: one request instead of twenty."""

    def post_process(self, paths, dry_run=False, **options):
        if ENTRY in paths and not dry_run:
            storage, path = paths[ENTRY]

            def read(name):
                with storage.open(name) as file:
                    return file.read().decode()

            text = join(path, read)
            self.delete(ENTRY)
            self._save(ENTRY, ContentFile(text.encode()))
            paths = {**paths, ENTRY: (self, ENTRY)}
        yield from super().post_process(paths, dry_run, **options)
