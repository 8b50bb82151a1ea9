"""What the probe worker and the one who asks it say to each other. Loads nothing that reads media."""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.model.source import MediaInfo

READY = b"ready\n"
"""The worker's first line."""

Trouble = Literal["missing", "unreadable", "truncated", "not_media"]


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the worker. `detail` are the library's words, `fault` the traceback of a bug of ours."""

    info: MediaInfo | None = None
    trouble: Trouble | None = None
    detail: str = ""
    fault: str = ""
