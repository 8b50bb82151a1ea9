from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from app.home import Home, claim, find_home, living_owner
from pipeline.model.problem import PipelineError
from tests.support import child
from tests.support.wait import until

HOLDS = (
    "import sys; from app.home import claim, find_home; o = claim(find_home(sys.argv[1])); print('!', flush=True); {}"
)
HOLDS_ON = HOLDS.format("import threading; threading.Event().wait(60)")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return find_home(str(tmp_path / "home"))


def test_a_home_has_one_owner_at_a_time(home: Home) -> None:
    with claim(home):
        assert living_owner(home) == os.getpid()
        with pytest.raises(PipelineError) as refused:
            claim(home)
        assert refused.value.problem.code == "home_owned"
        assert f"(process {os.getpid()})" in refused.value.problem.message
    assert living_owner(home) is None
    claim(home).close()


def test_a_closed_owner_may_be_closed_again(home: Home) -> None:
    first = claim(home)
    first.close()
    with claim(home):
        first.close()
        assert living_owner(home) == os.getpid()


def test_a_killed_owner_gives_its_home_free(home: Home, tmp_path: Path) -> None:
    said = tmp_path / "said"
    process = child.start([sys.executable, "-c", HOLDS_ON, home.folder], out=said)
    until(lambda: said.read_bytes() or process.poll() is not None, "the owner to own")
    assert living_owner(home) == process.pid
    with pytest.raises(PipelineError) as refused:
        claim(home)
    assert f"(process {process.pid})" in refused.value.problem.message
    process.kill()
    process.wait()
    assert living_owner(home) is None, "its signature is still there, but it is not"
    claim(home).close()


def test_another_process_with_the_pid_of_a_dead_owner_is_not_the_owner(home: Home) -> None:
    os.makedirs(home.folder)
    started_s = psutil.Process().create_time()
    for signature, found in [
        (f"{os.getpid()} {started_s:.2f}", os.getpid()),
        (f"{os.getpid()} {started_s - 3600:.2f}", None),
        (f"{2**22 + 1} {started_s:.2f}", None),
        ("garbage", None),
        ("", None),
    ]:
        Path(home.lock_file).write_text(signature)
        assert living_owner(home) == found, signature


def test_a_home_nobody_ever_used_has_no_owner(home: Home) -> None:
    assert living_owner(home) is None
    assert not os.path.exists(home.folder), "asking makes nothing"


def test_the_home_of_a_run_can_be_owned_beside_the_home(home: Home) -> None:
    with claim(home), claim(home.for_run()) as beside:
        assert living_owner(beside.home) == os.getpid()


def test_a_home_on_a_network_drive_is_refused(home: Home) -> None:
    with pytest.raises(PipelineError) as refused:
        claim(home, filesystem=lambda folder: "nfs4")
    assert refused.value.problem.code == "home_on_network"
    assert not os.path.exists(home.folder)


def test_a_home_inside_a_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PipelineError) as refused:
        claim(find_home(str(tmp_path / "file" / "home")))
    assert refused.value.problem.code == "home_unwritable"
    assert refused.value.problem.detail


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_a_home_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    code = "import sys; from app.home import claim, find_home; claim(find_home(sys.argv[1]))"
    ended = child.run(child.powerless([sys.executable, "-c", code, str(tmp_path / "closed")]))
    assert "The home folder cannot be used" in ended.err
