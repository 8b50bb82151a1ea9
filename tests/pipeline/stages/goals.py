"""Outputs that have a goal, and the machines they are made on."""

from __future__ import annotations

from typing import Any

from pipeline.model.machine import Machine
from pipeline.model.source import Source
from pipeline.stages.output import Output
from tests.pipeline.stages.canned import an_output, wanted

LARGE = Machine(cores=4, memory_bytes=32 << 30)
SMALL = Machine(cores=2, memory_bytes=1 << 30)


def aiming(source: Source, container: str = "mp4", **sets: Any) -> Output:
    """What a source should become."""
    name = f"result.{container}"
    return an_output(source, wanted(container, **sets), name, f"encode.{container}" if container == "mp4" else name)
