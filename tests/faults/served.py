"""The site on scratch places, served as `make run` serves it: what faults are tried on."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds for the site to answer


class Answer(NamedTuple):
    status: int
    headers: dict  # names in lower case
    text: str
    seconds: float


class Site:
    """One site: its folder, its database, its process. Every place that it writes to is under `folder`."""

    def __init__(self, folder, database_url="", **env):
        self.folder = Path(folder)
        self.base = self.folder / "data" / "base.sqlite3"
        self.database_url = database_url or f"sqlite:///{self.base}"
        self.env = env
        self.process = None
        self.port = _free_port()
        for name in ("data", "media", "static"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def environ(self):
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "FAULTS_STATIC": str(self.folder / "static"),
            "SECRET_KEY": "for-faults-only-" + "0123456789abcdef" * 3,
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "0",
            "DATABASE_URL": self.database_url,
            "WORK_DIR": str(self.folder / "work"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "TMPDIR": str(self.folder),
            **self.env,
        }

    def manage(self, *arguments, **kwargs):
        command = [sys.executable, "manage.py", *arguments]
        kwargs = {"check": True, "capture_output": True, "text": True, **kwargs}
        return subprocess.run(command, cwd=ROOT, env=self.environ, **kwargs)

    def prepare(self):
        """Tables, content and static files. Half a minute."""
        self.manage("migrate", "--verbosity=0")
        self.manage("load_content")
        self.manage("collectstatic", "--noinput", "--verbosity=0")
        return self

    def copy(self, folder, database_url=""):
        """Another site, not served, with the same content if it is on SQLite."""
        for name in ("data", "static"):
            shutil.copytree(self.folder / name, Path(folder) / name)
        return Site(folder, database_url, **self.env)

    def start(self):
        """Serve, and wait until the site says that it is ready; self."""
        command = [ROOT / "deploy" / "serve", "127.0.0.1", str(self.port)]
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + PATIENCE
        while not self._is_ready():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError(f"The site does not start:\n{self.log()[-3000:]}")
            time.sleep(0.1)
        return self

    def _is_ready(self):
        try:
            return self.get("/sante/pret").status == 200
        except OSError:
            return False

    def kill(self):
        """kill -9 of all its processes at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def log(self):
        return (self.folder / "log").read_text()

    def pids(self):
        """The server's processes: the first, which watches, and its workers."""
        said = subprocess.run(["ps", "-o", "pid=", "-g", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in said.stdout.split()]

    def memory(self):
        """Resident memory of all its processes, in MiB, what they share counted once."""
        total = 0
        for pid in self.pids():
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue  # gone
            total += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
        return total / 1024

    def get(self, path, *, method="GET", headers=None, body=None, timeout=30):
        """An `Answer`. Raises OSError when nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        started = time.perf_counter()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            data = response.read()
        except HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()
        said = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, said, data.decode("utf-8", "replace"), time.perf_counter() - started)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
