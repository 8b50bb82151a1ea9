"""Encodes all outputs of a source: together in one decode, or each by itself where it has a goal to reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import msgspec

from pipeline.model.machine import Machine
from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Talk, taking
from pipeline.stages.budget import to_size
from pipeline.stages.goal import Reached, refuse_unscorable, to_score
from pipeline.stages.output import Output
from pipeline.stages.search import Found, searched
from pipeline.stages.transcode import encoded

Searches = Mapping[str, Found]
"""What was found for each output that has a score to reach, by the name of its result."""


def goal_of(made: Output) -> Literal["", "size", "vmaf"]:
    """What an output has to reach; nothing where it is encoded as it was said."""
    if made.choices.rate == "size":
        return "size"
    return "vmaf" if made.choices.rate == "vmaf" and made.film is not None else ""


def all_searched(source: Source, info: MediaInfo, outputs: Sequence[Output], machine: Machine) -> Talk[Searches]:
    """Finds the quality of each output that has a score to reach.

    Raises:
        PipelineError: pictures that cannot be scored.
    """
    wanted = [made for made in outputs if goal_of(made) == "vmaf"]
    found: dict[str, Found] = {}
    for number, made in enumerate(wanted):
        refuse_unscorable(made)
        start, end = number / len(wanted), (number + 1) / len(wanted)
        made = _in_software(made)
        found[made.result] = yield from taking(start, end, searched(source, info, made, machine))
    return found


def all_encoded(
    source: Source, info: MediaInfo, outputs: Sequence[Output], found: Searches, machine: Machine
) -> Talk[tuple[Reached, ...]]:
    """Encodes outputs without a goal in one process, the others one after another; returns what came of each, in order.

    Raises:
        PipelineError: as for any encode, or a goal that makes no sense.
    """
    plain = [made for made in outputs if not goal_of(made)]
    count = len(outputs) - len(plain) + bool(plain)
    reached: dict[str, Reached] = {}
    if plain:
        wrote = yield from taking(0.0, 1 / count, encoded(source, info, plain))
        reached = {made.result: Reached(made, said) for made, said in zip(plain, wrote, strict=True)}
    for made in outputs:
        if made.result in reached:
            continue
        start, end = len(reached), len(reached) + 1
        if plain:
            start, end = start - len(plain) + 1, end - len(plain) + 1
        own = _in_software(made)
        if goal_of(made) == "size":
            talk = to_size(source, info, own)
        else:
            talk = to_score(source, info, own, found[made.result], machine)
        one = yield from taking(start / count, end / count, talk)
        reached[made.result] = replace(one, warnings=(*_said(made), *one.warnings))
    return tuple(reached[made.result] for made in outputs)


def _in_software(made: Output) -> Output:
    """A goal is reached by trying, and what is tried has to come out the same again."""
    return replace(made, hardware=None, choices=msgspec.structs.replace(made.choices, encoder="software"))


def _said(made: Output) -> tuple[Warn, ...]:
    if made.choices.encoder == "software" or made.film is None:
        return ()
    what = "a file size" if goal_of(made) == "size" else "a VMAF score"
    return (Warn("hardware_unused", f"Software was used: hardware encoders do not come out at {what}."),)
