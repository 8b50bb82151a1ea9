"""Which report fits what the output is: JSON for programs, bars on a terminal, plain lines anywhere else."""

from __future__ import annotations

import os
import sys

from app.cli.report import JsonLines, PlainLines, Report


def choose_report(as_json: bool) -> Report:
    """JSON if asked for, bars on a terminal that can draw them, plain lines otherwise."""
    if as_json:
        return JsonLines(sys.stdout.buffer)
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from app.cli.bars import Bars  # brings in rich, which only a terminal needs

        return Bars()
    return PlainLines(sys.stdout, sys.stderr)
