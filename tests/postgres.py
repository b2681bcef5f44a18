"""A throw-away PostgreSQL: `python -m tests.postgres -- pytest` runs pytest on it, then removes it.

Its files and its only socket live in a temporary folder. With TEST_DATABASE_URL, that server is used
instead. Where there is no PostgreSQL the command is not run: a warning, or a failure if REQUIRE_POSTGRES=1.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


def server_binaries():
    """The folder that holds `initdb` and `postgres`, the newest version first; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    if pg_config := shutil.which("pg_config"):
        said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True).stdout
        folders.insert(0, Path(said.strip()))
    folders += [Path(folder) for folder in os.get_exec_path()]
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


@contextmanager
def server(binaries):
    """Runs a server and yields the URL of its database. Fast, since nothing needs to survive a crash."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        who = {"cwd": folder}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            who.update(user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
        data = f"{folder}/data"
        initdb = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "tests",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ]
        subprocess.run([*initdb, "--no-sync"], stdout=subprocess.DEVNULL, check=True, **who)
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        control = [binaries / "pg_ctl", "-D", data, "-w", "-s", "-l", f"{folder}/log"]
        subprocess.run([*control, "-o", options, "start"], check=True, **who)
        try:
            yield f"postgres://tests@{quote(folder, safe='')}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, **who)


def main(command):
    """Run `command` with DATABASE_URL set; its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave by the door: the server is stopped

    def run(url):
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode

    if url := os.environ.get("TEST_DATABASE_URL"):
        return run(url)
    binaries = server_binaries()
    if binaries:
        with server(binaries) as url:
            return run(url)
    required = os.environ.get("REQUIRE_POSTGRES") == "1"
    rule = "!" * 78
    print(f"{rule}\nNOT TESTED ON POSTGRESQL: no server binaries on this machine.", file=sys.stderr)
    print(f"Install PostgreSQL, or give a server in TEST_DATABASE_URL.\n{rule}", file=sys.stderr)
    return 1 if required else 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] != ["--"] or len(arguments) < 2:
        sys.exit("Usage: python -m tests.postgres -- COMMAND [ARGUMENT…]")
    sys.exit(main(arguments[1:]))
