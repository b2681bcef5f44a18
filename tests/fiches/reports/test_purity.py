"""What understands a report knows neither Django, nor files, nor the base: it may be tried on any text."""

import ast
from pathlib import Path

import pytest

import fiches.reports

ROOM = Path(fiches.reports.__file__).parent
OUTSIDE = {
    "archives.py",
    "concluding.py",
    "documents.py",
    "drafting.py",
    "erasing.py",
    "keeping.py",
    "reading.py",
    "reviewing.py",
    "ties.py",
    "writing.py",
}
ALLOWED = {"bisect", "collections", "dataclasses", "enum", "itertools", "math", "rapidfuzz", "re"}


@pytest.mark.parametrize("path", sorted(p for p in ROOM.glob("*.py") if p.name not in OUTSIDE), ids=lambda p: p.name)
def test_pure(path):
    nodes = list(ast.walk(ast.parse(path.read_text())))
    far = {a.name.split(".")[0] for n in nodes if isinstance(n, ast.Import) for a in n.names}
    near = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.level}
    far |= {n.module for n in nodes if isinstance(n, ast.ImportFrom) and not n.level}
    assert far <= ALLOWED
    assert not {f"{name}.py" for name in near} & OUTSIDE
    assert {name for name in near if "." in name} <= {"search.french"}
