from __future__ import annotations

import sys

import pytest

from benchmarks.spent import Spent, _Mark, _stages, finished, spent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the system keeps no such sums there")

_HOLDS_500_MIB = "x = b'x' * (500 << 20); sum(range(10**6))"


def test_what_a_grandchild_spends_is_counted() -> None:
    starts_another = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_HOLDS_500_MIB!r}], check=True)"
    small, large = (spent([sys.executable, "-c", code]) for code in ("pass", starts_another))
    assert small.peak_mib < 500 < large.peak_mib
    assert large.cpu_s > small.cpu_s
    assert large.wall_s > 0


def test_a_run_that_failed_says_why() -> None:
    failed = spent([sys.executable, "-c", "import sys; sys.exit('no such film')"])
    with pytest.raises(RuntimeError, match="no such film"):
        finished(failed)


def test_a_stage_lasts_until_the_next_and_may_come_twice() -> None:
    marks = [_Mark("encode", 1.0, 10.0, 9.0), _Mark("verify", 4.0, 15.0, 13.0), _Mark("encode", 5.0, 16.0, 14.0),
             _Mark("", 7.0, 19.0, 17.0)]  # fmt: skip
    run = Spent(0, 8.0, 20.0, 1.0, "", stages=_stages(marks))
    assert (run.stage("encode").wall_s, run.stage("encode").cpu_s, run.stage("encode").tools_cpu_s) == (5.0, 8.0, 7.0)
    assert run.stage("verify").wall_s == 1.0
    assert run.stage("look").wall_s == 0.0
