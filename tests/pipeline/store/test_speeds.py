from __future__ import annotations

import sqlite3

from pipeline.store import speeds


def test_the_newest_fifty_rates_of_each_signature_are_kept(c: sqlite3.Connection) -> None:
    assert speeds.rates(c, "x264") == []
    for turn in range(60):
        speeds.record_speed(c, "x264", float(turn))
        if turn < 3:
            speeds.record_speed(c, "svt", turn / 2)
    newest = [float(turn) for turn in range(59, 9, -1)]
    assert speeds.rates(c, "x264") == newest
    assert speeds.all_rates(c) == {"x264": newest, "svt": [1.0, 0.5, 0.0]}
