"""Rules of the house that a machine can read in the source."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from partenariat.storage import ENTRIES

ROOT = Path(settings.BASE_DIR)
ROOMS = ("acteurs", "fiches", "partenariat")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLE_SHEETS = sorted((ROOT / "static").rglob("*.css"))
LOCK_FILES = sorted(ROOT.glob("requirements*.txt"))


def python_files(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path):
    return str(path.relative_to(ROOT))


def imported_rooms(path):
    """The first names of the modules that a file imports: absolute imports, relative ones resolved."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            yield (*above, *(node.module or "").split("."))[0]


# Imports flow one way: partenariat → fiches → acteurs.


@pytest.mark.parametrize(
    ("room", "never"), [("acteurs", {"fiches", "partenariat", "tests"}), ("fiches", {"partenariat", "tests"})]
)
def test_imports_flow_one_way(room, never):
    against = {name_of(path): found for path in python_files(room) if (found := never & set(imported_rooms(path)))}
    assert against == {}


def test_the_front_door_imports_no_test():
    assert [name_of(path) for path in python_files("partenariat") if "tests" in imported_rooms(path)] == []


@pytest.mark.parametrize("name", ["analysis.py", "french.py", "vocabulary.py"])
def test_the_analysis_of_words_is_pure(name):
    """It may name a stemmer, the standard library and itself: neither Django, nor a model, nor another room."""
    tree = ast.parse((ROOT / "fiches/search" / name).read_text())
    near = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level}
    far = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and not n.level}
    far |= {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    assert near <= {"analysis", "french"}
    assert far <= {"re", "bisect", "threading", "unicodedata", "typing", "array", "collections", "Stemmer"}


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "services.py", "common.py", "misc.py"])
def test_every_module_names_its_job(name):
    assert [name_of(path) for path in python_files(*ROOMS, "tests") if path.name == name] == []


# Templates


def template_name(path):
    return str(path.relative_to(ROOT / "templates"))


def named_templates():
    """One pattern that matches the names of templates found in the code and in other templates.

    `f"themes/{page}.html"` names every template of that shape.
    """
    patterns = set()
    for path in python_files(*ROOMS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                pieces = [re.escape(p.value) if isinstance(p, ast.Constant) else r"[\w-]+" for p in node.values]
                patterns.add("".join(pieces))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                patterns.add(re.escape(node.value))
    for path in TEMPLATES:
        patterns |= {re.escape(name) for name in re.findall(r"""["']([\w/.-]+\.html)["']""", path.read_text())}
    return re.compile("|".join(pattern for pattern in patterns if pattern.endswith("html")))


def is_djangos(name):
    """Names that Django looks up by itself: its error pages, and those of its admin that we override."""
    if name in ("400.html", "403.html", "403_csrf.html", "404.html", "500.html"):
        return True
    folders = [Path(config.path) for config in apps.get_app_configs()]
    return any((folder / "templates" / name).exists() for folder in folders)


def test_every_template_is_used():
    named = named_templates()
    unused = [n for n in map(template_name, TEMPLATES) if not is_djangos(n) and not named.fullmatch(n)]
    assert unused == []


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_every_template_compiles(path):
    """Also those that no test renders: a tag misspelt is found here."""
    get_template(template_name(path))


def in_templates(pattern):
    found = []
    for path in TEMPLATES:
        text = re.sub(r"\{#.*?#\}", "", path.read_text())
        found += [f"{template_name(path)}: {match[0]}" for match in re.finditer(pattern, text, re.I)]
    return found


def test_no_inline_style_handler_or_script():
    """The Content Security Policy would block them: a page must not count on them."""
    assert in_templates(r"\sstyle\s*=") == []
    assert in_templates(r"<[^>]*\son\w+\s*=") == []
    assert in_templates(r"<style\b") == []
    assert in_templates(r"javascript:") == []
    assert in_templates(r"<script\b(?![^>]*\bsrc=)[^>]*>") == []


def test_nothing_is_printed_unescaped():
    assert in_templates(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b") == []
    assert [name_of(p) for p in python_files(*ROOMS) if re.search(r"\bmark_safe\(", p.read_text())] == []


def test_every_page_needs_this_site_only():
    """A reader makes no request to a third party: no style, script, picture or font from elsewhere."""
    assert in_templates(r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=[\"']?(?:https?:)?//") == []
    assert in_templates(r"<link\b[^>]*\bhref=[\"']?(?:https?:)?//") == []


@pytest.mark.parametrize("path", STYLE_SHEETS, ids=name_of)
def test_style_sheets_can_be_joined(path):
    """See `partenariat.storage`: a relative url() would lead elsewhere in the joined file."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    assert "url(" not in text
    assert text.count("{") == text.count("}")


def test_every_style_sheet_is_used():
    """Each is imported by an entry, or named by a template or by the code."""
    static = ROOT / "static"
    sources = [path.read_text() for path in [*TEMPLATES, *python_files(*ROOMS)]]
    used = {name for source in sources for name in re.findall(r"""["']([\w/.-]+\.css)["']""", source)}
    entries = "".join((static / entry).read_text() for entry in ENTRIES)
    imports = re.findall(r'@import "([^"]+)"', entries)
    used |= {f"css/{name}" for name in imports}
    assert {str(path.relative_to(static)) for path in STYLE_SHEETS} - used == set()


def test_every_static_file_named_by_a_template_exists():
    named = re.findall(r"""{%\s*static\s+["']([^"']+)["']""", "".join(path.read_text() for path in TEMPLATES))
    assert [name for name in named if not finders.find(name)] == []


def test_no_address_of_the_admin_is_written_by_hand():
    """A setting says where it is (ADMIN_PATH): it is asked of `reverse()` and of `{% url %}`."""
    by_hand = re.compile(r"""["'=(}]/adm""" + r"in/")
    files = [*python_files(*ROOMS, "tests"), *TEMPLATES, *(ROOT / "static").rglob("*.js")]
    assert [name_of(path) for path in files if by_hand.search(path.read_text())] == []


# Files that are shared


@pytest.mark.parametrize("path", LOCK_FILES, ids=name_of)
def test_lock_files_name_no_host_and_hash_everything(path):
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"--(?:index|extra|find|trusted|no-index)", text)
    pinned = re.findall(r"^(\S+)==", text, re.M)
    assert len(pinned) > 10
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert requirement.startswith("#") or "--hash=sha256:" in requirement, requirement[:60]


def test_there_are_two_lock_files_that_agree():
    assert [path.name for path in LOCK_FILES] == ["requirements-dev.txt", "requirements.txt"]
    dev, run = ({*re.findall(r"^\S+==\S+", path.read_text(), re.M)} for path in LOCK_FILES)
    assert run <= dev


def shared_files():
    """What git holds or would hold."""
    said = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [path for name in said.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_shared_file_names_a_place_of_one_machine():
    folders = "|".join(["work", "farm", "root", "home", "Users"])
    place = re.compile(rf"(?:^|[\s\"'=(`])/(?:{folders})/\w|\.\./sha" + "red", re.M)
    found = []
    for path in shared_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{name_of(path)}: {match[0].strip()}" for match in place.finditer(text)]
    assert found == []


def test_no_shared_file_holds_a_secret():
    names = {name_of(path) for path in shared_files()}
    assert not {n for n in names if n == ".env" or n.endswith((".sqlite3", ".pem", ".key"))}
