# SPDX-License-Identifier: Apache-2.0
"""load - files whose truth is known, sent by a client that never gives up, and the books afterwards."""
import base64
import http.client
import random
import time
import uuid

from known import KnownFile
from session import ENDED

DATASET = "chaos"
PIECE_BYTES = 256 << 10


class Batch(KnownFile):
    """One of many files with ids of its own, and how far it is."""

    def __init__(self, seed, rows):
        super().__init__(f"batch_{seed}.csv", rows, seed, bad=0.002, first_id=seed * 10_000_000)
        self.upload = str(uuid.UUID(int=random.Random(seed).getrandbits(128), version=4))
        self.run_id = None
        self.last = None  # the last answer, for the report when nothing goes on


def send(person, batch, deadline_s=90):
    """tus: begin, then go on from where the server says it is, until it has all; sets batch.run_id."""
    deadline = time.monotonic() + deadline_s
    place = None
    while time.monotonic() < deadline:
        try:
            place = place or begin(person, batch)
            if place and send_rest(person, batch, place):
                batch.run_id = run_of(person, place)
                if batch.run_id:
                    return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{batch.name} was not taken within {deadline_s} s, last answer {batch.last}")


def begin(person, batch):
    meta = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}"
                    for k, v in (("filename", batch.name), ("dataset", DATASET)))
    batch.last = answer = person.request("POST", "/api/uploads", headers={
        "Tus-Resumable": "1.0.0", "Upload-Length": str(len(batch.bytes)), "Upload-Metadata": meta,
        "Idempotency-Key": batch.upload})
    return answer.headers["Location"] if answer.status in (200, 201) else None


def send_rest(person, batch, place):
    """True when the server has every byte."""
    batch.last = answer = person.request("HEAD", place, headers={"Tus-Resumable": "1.0.0"})
    if answer.status != 200:
        return False
    offset = int(answer.headers["Upload-Offset"])
    while offset < len(batch.bytes):
        piece = batch.bytes[offset:offset + PIECE_BYTES]
        batch.last = answer = person.request("PATCH", place, body=piece, headers={
            "Tus-Resumable": "1.0.0", "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream"})
        if answer.status != 204:
            return False
        offset = int(answer.headers["Upload-Offset"])
    return True


def run_of(person, place):
    answer = person.get(place)
    return answer.json()["run_id"] if answer.status == 200 else None


def state_of(person, batch):
    """The run's document, or None while nobody answers."""
    try:
        answer = person.get(f"/api/runs/{batch.run_id}")
    except (OSError, http.client.HTTPException):
        return None
    return answer.json() if answer.status == 200 else None


def wait_for_end(person, batch, deadline_s):
    deadline = time.monotonic() + deadline_s
    run = None
    while time.monotonic() < deadline:
        run = state_of(person, batch) or run
        if run and run["state"] in ENDED:
            return run
        time.sleep(0.05)
    raise TimeoutError(f"{batch.name}: still {run and run['state']} after {deadline_s} s: {run}")
