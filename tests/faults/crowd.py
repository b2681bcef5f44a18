"""Many readers who search at once, in a process of their own: `python -m tests.faults.crowd PORT CLIENTS SECONDS`.

Each asks one search after another, never the same, without a pause nor a thought for `Retry-After`. Prints what they
were answered, as JSON: {status: how many}, and how many 503 did not say when to come back.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter

WORDS = """
parents ecole cantine directeur reunion confiance projet mairie quartier enfants devoirs conseil langue absence accueil
sortie atelier jardin musique lecture bibliotheque rentree cartable
""".split()  # noqa: SIM905 a line for each would say no more


async def ask(port, path):
    """(status, head) of the answer to one request, on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        data = await reader.read()
    finally:
        writer.close()
    return int(data[9:12]), data.partition(b"\r\n\r\n")[0].decode("latin-1").lower()


async def crowd(port, clients, seconds):
    seen, mute = Counter(), 0
    until = time.monotonic() + seconds

    async def client(number):
        nonlocal mute
        drawn = random.Random(number)
        while time.monotonic() < until:
            query = "+".join(drawn.sample(WORDS, 4))
            address = drawn.choice(
                [f"/fiches/?q={query}", f"/fiches/?q={query}&niveau=college", f"/api/v1/fiches?q={query}"]
            )
            try:
                status, head = await ask(port, address)
            except OSError as error:
                status, head = type(error).__name__, ""
            seen[status] += 1
            mute += status == 503 and "retry-after: " not in head

    await asyncio.gather(*(client(number) for number in range(clients)))
    return {"answers": dict(seen), "mute": mute}


if __name__ == "__main__":
    port, clients, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(crowd(int(port), int(clients), float(seconds)))))
