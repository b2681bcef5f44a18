"""What `deploy/` holds says what the rest of the project says. The faults try the server that it starts."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"


def read(name):
    return (ROOT / name).read_text()


@pytest.mark.parametrize("name", ["Makefile", "deploy/partenariat.service", "deploy/Containerfile"])
def test_the_site_is_served_everywhere_in_one_way(name):
    assert "deploy/serve" in read(name)
    assert "granian" not in read(name)


def test_the_container_holds_all_that_the_site_is_made_of():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", read("deploy/Containerfile"), re.M)
    copied = {Path(word) for line in copied for word in line.split()}
    needed = {"manage.py", "requirements.txt", "templates", "static", "fixtures", "docs/guide-curation.md"}
    needed |= {"docs/captures", *(app.split(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app).is_dir())}
    needed |= {settings.ROOT_URLCONF.split(".")[0]}
    assert {Path(name) for name in needed} <= copied
    assert [path for path in copied if not (ROOT / path).exists()] == []


def test_the_night_runs_commands_that_exist():
    night = read("deploy/night")
    assert set(re.findall(r"\brun (\w+)", night)) <= set(get_commands())
    assert {"purge_imports", "purge_journal", "backup", "check_links", "send_digest"} <= set(re.findall(r"\w+", night))


def test_the_example_of_settings_names_settings_that_are_told():
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", read("docs/operating.md")))
    named = set(re.findall(r"^([A-Z_]+)=", read("deploy/site.env.example"), re.M))
    assert named - told - {"SITE_ADDRESS", "POSTGRES_PASSWORD"} == set()


def test_every_setting_that_is_read_is_told():
    read_by = "\n".join(read(f"partenariat/{name}.py") for name in ("settings", "env", "wsgi"))
    names = set(re.findall(r"""env\.\w+\(\s*"([A-Z][A-Z_]+)\"""", read_by))
    assert len(names) > 20
    assert names - set(re.findall(r"`([A-Z][A-Z_]+)`", read("docs/operating.md"))) == set()


def test_the_parts_of_the_compose_file_hold_together():
    composed = yaml.safe_load(read("deploy/compose.yaml"))
    parts = composed["services"]
    assert set(parts) == {"base", "tables", "site", "night", "caddy"}
    for name, part in parts.items():
        assert part["read_only"] is True, name
        assert part["cap_drop"] == ["ALL"], name
        assert "mem_limit" in part, name
        assert set(part["networks"]) <= set(composed["networks"]), name
        assert set(part.get("depends_on", ())) <= set(parts), name
        for volume in part.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in composed["volumes"] or (DEPLOY / source).exists(), volume
    assert "ports" not in parts["base"]
    assert "ports" not in parts["site"]


def test_the_health_check_of_the_container_says_whether_the_site_answers(live_server, tmp_path):
    """On the port of a test, not on 8000."""
    script = tmp_path / "alive.py"
    host, port = live_server.url.removeprefix("http://").split(":")
    for there, code in ((port, 0), ("9", 1)):
        script.write_text(read("deploy/alive.py").replace('"127.0.0.1", 8000', f'"{host}", {there}'))
        said = subprocess.run([sys.executable, script], env={"ALLOWED_HOSTS": f" {host} ,b"}, check=False)
        assert said.returncode == code
