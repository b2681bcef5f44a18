"""A PostgreSQL that can be stopped, killed and started again."""

import os
import pwd
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote


class Postgres:
    """Its files and its only socket live in `folder`, an empty one to which anybody may go.

    It writes to the disk before it says so, as in production.
    """

    def __init__(self, binaries, folder, content=None):
        self.binaries, self.folder = binaries, Path(folder)
        self.process = None
        self.who = {"cwd": folder}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self.who.update(user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
        if content:
            subprocess.run(["cp", "-r", content, "data"], check=True, **self.who)
            return
        command = [binaries / "initdb", "-D", "data", "-U", "site", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([*command, "--no-sync"], stdout=subprocess.DEVNULL, check=True, **self.who)

    def copy(self, folder):
        """Another server with the same content. This one is stopped."""
        return Postgres(self.binaries, folder, content=self.folder / "data")

    @property
    def url(self):
        return f"postgres://site@{quote(str(self.folder), safe='')}/postgres"

    def start(self):
        """Start it, and wait until it answers; self. After a kill, it first repairs itself."""
        options = ["-c", "listen_addresses=", "-c", "min_wal_size=32MB", "-c", "max_wal_size=64MB"]
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", "data", "-k", str(self.folder), *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.who,
            )
        until = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)
        return self

    def answers(self):
        return (
            subprocess.run([self.binaries / "pg_isready", "-q", "-h", str(self.folder)], check=False).returncode == 0
        )

    def query(self, sql):
        """The rows of `sql`, as lists of texts."""
        command = [self.binaries / "psql", "-h", str(self.folder), "-U", "site", "-d", "postgres", "-AtqX", "-c", sql]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return [line.split("|") for line in said.splitlines()]

    def stop(self, mode="fast"):
        """`mode`: « fast » ends sessions, « immediate » does not even write what is pending."""
        if self.process.poll() is None:
            self.process.send_signal({"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode])
            self.process.wait(60)

    def kill(self):
        """kill -9 of all its processes: each has a group of its own."""
        said = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        for pid in [self.process.pid, *map(int, said.stdout.split())]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
