"""Serves one version of a service and sends it its probe: `python -m tests.proof.run PROBE SERVICE`.

A process of its own for each run, so that no import, connection or leaked transaction of one version reaches another.
What the probe saw is the last line of the output, as JSON.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable

from tests.proof.observation import Observation
from tests.proof.site import Site

Probe = Callable[[Site], AsyncIterator[Observation]]


async def observe(probe: Probe, service: str) -> list[Observation]:
    """Serve a service and collect what a probe sees of it."""
    async with Site(service, os.environ["DATABASE_URL"], os.environ["OBSERVER_URL"]) as site:
        return [observation async for observation in probe(site)]


def main(probe_name: str, service: str) -> None:
    """Print what the probe of this name sees of a service."""
    probe: Probe = importlib.import_module(f"tests.proof.probes.{probe_name}").probe
    loop = asyncio.new_event_loop()
    observations = loop.run_until_complete(observe(probe, service))
    print(json.dumps([dataclasses.asdict(observation) for observation in observations]), flush=True)
    # A pitfall may leave a pool that never closes: what was seen is out, so nothing is waited for.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
