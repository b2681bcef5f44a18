"""Static files: the style sheets become one file when they are collected, then are hashed and compressed."""

import re
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRIES = ("css/site.css", "css/agir.css")
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
    """Hashed and compressed files, with one style sheet for every page and one for the tools, instead of thirty."""

    def post_process(self, paths, dry_run=False, **options):
        for entry in ENTRIES:
            if entry in paths and not dry_run:
                paths = {**paths, entry: (self, self._joined(entry, *paths[entry]))}
        yield from super().post_process(paths, dry_run, **options)

    def _joined(self, entry, storage, path):
        """Write `entry` joined in place of what was collected; its name."""

        def read(name):
            with storage.open(name) as file:
                return file.read().decode()

        text = join(path, read)
        self.delete(entry)
        return self._save(entry, ContentFile(text.encode()))
