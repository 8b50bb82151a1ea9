from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    from app.home.lock_windows import try_lock

    def test_the_lock_is_given_once_and_again_when_the_file_is_closed(tmp_path: Path) -> None:
        first, second = (os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2))
        assert try_lock(first)
        assert not try_lock(second)
        os.close(first)
        assert try_lock(second)
        os.close(second)

    def test_a_locked_file_can_be_read(tmp_path: Path) -> None:
        descriptor = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
        assert try_lock(descriptor)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, b"signed")
        assert (tmp_path / "lock").read_bytes() == b"signed"
        os.close(descriptor)
else:
    pytest.skip("only Windows has this lock", allow_module_level=True)
