"""A hundred readers search at once, without a pause: memory is bounded, who is too many is told, pages are read."""

import json
import statistics
import subprocess
import sys
import time

import pytest

from .conftest import QUICK
from .served import ROOT

CROWD = 100
SECONDS = 10 if QUICK else 60
READING = "/fiches/premier-pas/"
MORE = 120  # MiB that the burst may add to the memory of the whole site, caches filled
SLOW = 1  # second: what a page that is kept ready may take meanwhile


def reading(site, seconds=0, during=None):
    """How long that page takes, in seconds, asked again and again for so long, or as long as a process lives."""
    took, until = [], time.monotonic() + seconds
    while time.monotonic() < until or (during and during.poll() is None):
        answer = site.get(READING)
        assert answer.status == 200
        took.append(answer.seconds)
        time.sleep(0.02)
    return took


def told(took):
    """« p50 / p95 » in milliseconds."""
    return " / ".join(
        f"{1000 * quantile:.1f}" for quantile in (statistics.median(took), statistics.quantiles(took, n=20)[-1])
    )


@pytest.mark.parametrize("database", ["site", "site_on_postgresql"])
def test_a_hundred_searches_at_once(database, request):
    site = request.getfixturevalue(database).start()
    for word in ("parents", "école", "mairie"):
        assert site.get(f"/fiches/?q={word}".replace("é", "%C3%A9")).status == 200
    alone, before = reading(site, 5), site.memory()
    command = [sys.executable, "-m", "tests.faults.crowd", str(site.port), str(CROWD), str(SECONDS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as crowd:
        meanwhile = reading(site, during=crowd)
        said, after = json.loads(crowd.stdout.read()), site.memory()
    answers = {int(status) if status.isdigit() else status: n for status, n in said["answers"].items()}
    ratio = statistics.median(meanwhile) / statistics.median(alone)
    print(
        f"\n{database}: {answers}; a page alone {told(alone)} ms, meanwhile {told(meanwhile)} ms (p50 / p95), "
        f"{ratio:.0f} times; memory {before:.0f} → {after:.0f} MiB"
    )
    assert set(answers) == {200, 503}
    assert said["mute"] == 0
    assert statistics.quantiles(meanwhile, n=20)[-1] < SLOW
    assert after - before < MORE
    assert site.get("/fiches/?q=apres").status == 200
