"""How many signed messages a second are stored durably, beside Django REST framework.

    python -m benchmarks.receive [--messages 20000] [--peer-messages 2000] [--runs 3]

One post a request over 64 connections that are kept open. Ours: one `cornbread serve`, which
checks the signature, writes the post to the spool, and answers 202 once the disk has it. The
peer (benchmarks/drf_peer.py): one process, a serializer and one insert into SQLite.

Both are measured in turn within each run, by the same load generator in a process of its own.
Prints JSON: requests a second, p50 and p99 in milliseconds, seconds of processor time a 1,000
requests, the ratio, and how many of the posts that were answered with 202 are not in the spool.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CONNECTIONS = 64
TEXT = "The 17:40 to Ulm has been standing outside Günzburg for half an hour, and nobody says why."
_RUN = (sys.executable, "-m", "cornbread.config")
_CHANNEL = """
import json
if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])

from cornbread.config.cli.loading import load_product
load_product()
from cornbread.channels import actions
from cornbread.channels.registry import network
from cornbread.team.actions import create_workspace
from cornbread.team.domain.actors import SYSTEM
found = network("webhook").connect({"name": "Load"}, local=False)
workspace = create_workspace("Load")
actions.keep("webhook", found, workspace_id=workspace.pk, by=SYSTEM)
print(json.dumps({"key": found.address, "secret": found.secret["signing"]}))
"""


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def signed(number: int, place: dict[str, str], run: str) -> bytes:
    """One post with an id of its own, signed now."""
    author = {"id": f"a{number % 500}", "handle": f"rider{number % 500}"}
    post = {"id": f"{run}-{number}", "author": author, "text": TEXT}
    body = json.dumps({"posts": [{**post, "created_at": "2026-03-02T22:10:00Z"}]}).encode()
    message_id, stamp = f"msg_{run}_{number}", str(int(time.time()))
    key = base64.b64decode(place["secret"].removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    return request(f"/in/{place['key']}", body, headers)


def plain(number: int, run: str) -> bytes:
    """The same post for the peer."""
    post = {"external_id": f"{run}-{number}", "author": f"rider{number % 500}", "text": TEXT}
    body = json.dumps({**post, "created_at": "2026-03-02T22:10:00Z"}).encode()
    return request("/posts/", body, {})


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[int]:
    """A server, from when it answers until the end of the block; its process id."""
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(400):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def load(port: int, requests: list[bytes], pid: int) -> dict[str, Any]:
    """What the load generator found, and what the server's processor did for it."""
    data = b"".join(struct.pack("<I", len(one)) + one for one in requests)
    before = processor_s(pid)
    command = [sys.executable, "-m", "benchmarks.http_load", str(port), str(CONNECTIONS)]
    answer = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    found["processor_s_per_1000"] = round((processor_s(pid) - before) / found["n"] * 1000, 3)
    return found


def processor_s(pid: int) -> float:
    """Seconds of processor time of a process (Linux; 0 elsewhere)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ids_in_spool(home: Path) -> set[str]:
    """External ids of all posts that wait."""
    from cornbread.foundation.spool import SpoolReader, directories
    from cornbread.listening.domain.envelope import unpack

    found: set[str] = set()
    for directory in directories(home / "spool"):
        reader = SpoolReader(directory, lambda *_: None)
        while portion := reader.read(10_000):
            for record in portion.records:
                found.update(post.external_id for post in unpack(record).batch.posts)
            reader.move(portion.after)
    return found


def measure_ours(home: Path, place: dict[str, str], messages: int, run: str) -> dict[str, Any]:
    """One run against the product; what is missing from the spool afterwards is lost."""
    port = free_port()
    environment = {**os.environ, "CORNBREAD_HOME": str(home)}
    with running([*_RUN, "serve", "--port", str(port)], port, environment) as pid:
        load(port, [signed(number, place, f"{run}w") for number in range(500)], pid)
        found = load(port, [signed(number, place, run) for number in range(messages)], pid)
    there = {id_ for id_ in ids_in_spool(home) if id_.startswith(f"{run}-")}
    return {**found, "in_spool": len(there), "lost": found["statuses"].get("202", 0) - len(there)}


def measure_peer(folder: Path, messages: int, run: str, kind: str) -> dict[str, Any]:
    """One run against Django REST framework, on a database of its own."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.drf_peer"]
    command += [str(folder / f"{run}-{kind}.db"), str(port), kind]
    with running(command, port, dict(os.environ)) as pid:
        load(port, [plain(number, f"{run}w") for number in range(200)], pid)
        return load(port, [plain(number, run) for number in range(messages)], pid)


def median(runs: list[dict[str, Any]], name: str) -> float:
    return round(statistics.median(run[name] for run in runs), 3)


def ratio(ours: list[dict[str, Any]], peer: list[dict[str, Any]]) -> float:
    """How many times the peer's requests a second, each run by itself."""
    pairs = zip(ours, peer, strict=True)
    return round(statistics.median(one["rps"] / other["rps"] for one, other in pairs), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--peer-messages", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    ours: list[dict[str, Any]] = []
    peers: dict[str, list[dict[str, Any]]] = {"wsgi": [], "asgi": []}
    with tempfile.TemporaryDirectory(prefix="cornbread-receive-") as name:
        folder = Path(name)
        environment = {**os.environ, "CORNBREAD_HOME": str(folder / "home")}
        subprocess.run([*_RUN, "prepare", "--no-demo"], env=environment, check=True)
        made = subprocess.run(
            [sys.executable, "-c", _CHANNEL], env=environment, check=True, stdout=subprocess.PIPE
        )
        place = json.loads(made.stdout)
        for number in range(options.runs):
            run = f"r{number}"
            for kind, found in peers.items():
                found.append(measure_peer(folder, options.peer_messages, run, kind))
            ours.append(measure_ours(folder / "home", place, options.messages, run))
    names = ("rps", "p50_ms", "p99_ms", "processor_s_per_1000")
    result = {
        "connections": CONNECTIONS,
        "ours": {name: median(ours, name) for name in names}
        | {"n": options.messages, "lost": sum(run["lost"] for run in ours)},
        "peers": {
            kind: {name: median(peer, name) for name in names}
            | {"n": options.peer_messages, "ratio_rps": ratio(ours, peer)}
            for kind, peer in peers.items()
        },
        "runs": {"ours": ours, **peers},
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
