"""The suite on SQLite and on PostgreSQL, side by side: `python -m tests.both`. On two cores, two thirds of the time.

What SQLite says is shown as it comes, what PostgreSQL says afterwards. Fails if either fails.
"""

import os
import subprocess
import sys
import tempfile

PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]


def main():
    """The exit code: 0 when both suites pass."""
    with tempfile.TemporaryFile("w+") as said:
        # Once, on SQLite: browsers, which fill both cores and see the same pages, and tests without any database.
        twice = "database and not browser and not rendering and not faults"
        command = [sys.executable, "-m", "tests.postgres", "--", *PYTEST, "-m", twice]
        postgres = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        print("Tests on SQLite (PostgreSQL’s run meanwhile)", flush=True)
        sqlite = subprocess.run(PYTEST, env={**os.environ, "DATABASE_URL": ""}, check=False).returncode
        failed = postgres.wait()
        said.seek(0)
        print("Tests on PostgreSQL")
        print(said.read(), flush=True)
    return sqlite or failed


if __name__ == "__main__":
    sys.exit(main())
