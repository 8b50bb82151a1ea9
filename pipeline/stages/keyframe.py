"""Where pictures begin that are copied from the middle of a film: at a key frame, wherever they were asked to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.media.command import command, output, source_input
from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Outcome, Run, StepFailed, Talk
from pipeline.stages.span import Span, clock

# Containers that tell players to pass over what comes before the start.
_TELLING = ("mp4", "mov", "m4a")
_NEAR_S = 0.005


def copied_from(source: Source, info: MediaInfo, film: MediaStream, span: Span) -> Talk[float | None]:
    """When the first picture is shown that is copied for this span, from the source's first moment on.

    None where it cannot be found out.
    """
    # It finds its place as the copy itself will.
    first = source_input(source, copyts=None, **span.input_options())[str(film.index)]
    step = Run(
        command(output([first], "-", format="framecrc", c="copy", **{"frames:v": 1})),
        lane="light",
        reads=(source.file,) if source.is_scratch else (),
        label="Find the key frame",
    )
    try:
        outcome: Outcome = yield step
    except StepFailed as failed:
        if failed.problem.is_transient:
            raise
        return None
    at_s = _first_s(outcome.lines)
    return None if at_s is None else max(0.0, at_s - info.start_s)


def moved_start(span: Span, copied_from_s: float | None, container: str) -> tuple[Warn, ...]:
    """That copied pictures do not begin where they were asked to."""
    if copied_from_s is None or abs(copied_from_s - span.start_s) <= _NEAR_S:
        return ()
    really, asked = clock(copied_from_s), clock(span.start_s)
    text = f"Copied pictures can begin only at a key frame: here at {really} instead of {asked}."
    if container in _TELLING and copied_from_s < span.start_s:
        text += " Most players pass over what lies before."
    return (Warn("start_moved", text),)


# #tb 0: 1/12800
# 0,      25600,      25600,      512,    12239, 0x5d1b5d1a
_TIME_BASE = re.compile(r"#tb 0: (\d+)/(\d+)")
_PACKET = re.compile(r"0, +-?\d+, +(-?\d+), ")


def _first_s(lines: Iterable[str]) -> float | None:
    said = list(lines)
    bases = [(int(each[1]), int(each[2])) for each in map(_TIME_BASE.match, said) if each]
    times = [int(each[1]) for each in map(_PACKET.match, said) if each]
    return times[0] * bases[0][0] / bases[0][1] if times and bases else None
