"""Sites and databases to be broken. Each is made in its own folder, and gone at the end."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests import postgres

from .postgres_server import Postgres
from .served import Site

QUICK = os.environ.get("FAULTS_QUICK") == "1"
ROOM = 300  # MiB of the disk to be filled


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A site on SQLite that holds the content, not served: to be copied."""
    return Site(tmp_path_factory.mktemp("prepared")).prepare()


@pytest.fixture
def site(prepared, tmp_path):
    """A site on SQLite, not served yet."""
    site = prepared.copy(tmp_path / "site")
    yield site
    site.stop()


@pytest.fixture(scope="session")
def binaries():
    found = postgres.server_binaries()
    if not found:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail("No PostgreSQL on this machine, and REQUIRE_POSTGRES is set.")
        pytest.skip("NOT TRIED ON POSTGRESQL: no server binaries on this machine.")
    return found


@pytest.fixture(scope="session")
def prepared_server(binaries, tmp_path_factory):
    """A PostgreSQL that holds the content, stopped: to be copied."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:  # pytest's own are closed to other accounts
        server = Postgres(binaries, folder).start()
        Site(tmp_path_factory.mktemp("prepared-pg"), server.url).prepare()
        server.stop()
        yield server


@pytest.fixture
def server(prepared_server):
    """A PostgreSQL that keeps its promises (fsync) and holds the content, started."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = prepared_server.copy(folder).start()
        yield server
        server.stop("immediate")


@pytest.fixture
def site_on_postgresql(server, prepared, tmp_path):
    site = prepared.copy(tmp_path / "site", database_url=server.url)
    yield site
    site.stop()


@pytest.fixture
def small_disk():
    """A folder on a disk of its own, of ROOM MiB. Only root can make one."""
    if os.geteuid():
        pytest.skip("NOT TRIED ON A FULL DISK: only root can mount a small one.")
    folder = tempfile.mkdtemp(prefix="disk-")
    options = f"size={ROOM}m,mode=755"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False).returncode:
        pytest.skip("NOT TRIED ON A FULL DISK: this machine does not let one mount a small one.")
    yield Path(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)
    os.rmdir(folder)
