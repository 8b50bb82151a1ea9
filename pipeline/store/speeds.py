"""How fast work of a kind went on this machine, for the estimate of the next."""

from __future__ import annotations

import sqlite3

_KEPT = 50


def record_speed(c: sqlite3.Connection, signature: str, rate: float) -> None:
    """Notes one measured rate; the newest 50 of a signature are kept."""
    c.execute("INSERT INTO speeds (signature, rate) VALUES (?, ?)", (signature, rate))
    c.execute(
        """DELETE FROM speeds WHERE signature = ?1 AND num <=
           (SELECT num FROM speeds WHERE signature = ?1 ORDER BY num DESC LIMIT 1 OFFSET ?2)""",
        (signature, _KEPT),
    )


def rates(c: sqlite3.Connection, signature: str) -> list[float]:
    """The rates of one signature, newest first."""
    found = c.execute("SELECT rate FROM speeds WHERE signature = ? ORDER BY num DESC", (signature,))
    return [rate for (rate,) in found]


def all_rates(c: sqlite3.Connection) -> dict[str, list[float]]:
    """The rates of every signature, newest first."""
    by_signature: dict[str, list[float]] = {}
    for signature, rate in c.execute("SELECT signature, rate FROM speeds ORDER BY num DESC"):
        by_signature.setdefault(signature, []).append(rate)
    return by_signature
