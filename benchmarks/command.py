"""What the benchmarks of conversions have in common as commands: their options, and the file they write."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measure import Pair


class Given(argparse.Namespace):
    """What was asked for."""

    rounds: int
    quick: bool
    out: Path | None


def parser(doc: str | None, rounds: int = 1) -> argparse.ArgumentParser:
    """The options that all have: `--rounds`, `--quick`, `--out`."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--rounds", type=int, default=rounds, help="how often both sides are run (default: %(default)s)")
    made.add_argument("--quick", action="store_true", help="small inputs and one round: shows that it works, no more")
    made.add_argument("--out", type=Path, metavar="FILE", help="writes every number to this file, as JSON")
    return made


def pairs_as_rows(of: str, pairs: Iterable[Pair]) -> list[dict[str, Any]]:
    """Each round as one object, with what it was a round of."""
    return [{"of": of, "round": number, **dataclasses.asdict(pair)} for number, pair in enumerate(pairs, 1)]


def save(given: Given, name: str, rows: Iterable[dict[str, Any]], **facts: Any) -> None:
    """Writes the rows, the facts and the machine to the file that was asked for, if one was."""
    if given.out is None:
        return
    machine = {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.platform(),
        "load": os.getloadavg()[0],
    }
    at = datetime.now(UTC).isoformat(timespec="seconds")
    told = {"benchmark": name, "at": at, "machine": machine, **facts, "rows": list(rows)}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"  written to {given.out}")
