from __future__ import annotations

from contextlib import closing

import msgspec
import pytest

from pipeline.store.connection import reader
from pipeline.store.finding import jobs_called
from pipeline.store.jobs import save_jobs
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.store.support import LIMIT_S, a_job

IDS = {
    1: "01930000-0000-7000-8000-00000000000a",
    2: "01930000-0000-7000-8000-0000000000b0",
    12: "02000000-0000-7000-8000-00000000000c",
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = open_database(str(tmp_path_factory.mktemp("home"))).path
    writer = Writer(path, lambda told: None, lambda problem: None)
    writer.start()
    jobs = [msgspec.structs.replace(a_job(num), id=id_) for num, id_ in IDS.items()]
    writer.submit(lambda c: save_jobs(c, jobs)).result(LIMIT_S)
    writer.close()
    return path


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("1", [1]),
        ("12", [12]),
        ("012", [12]),
        ("3", []),
        (IDS[2], [2]),
        (IDS[2].upper(), [2]),
        ("01930000-0000-7000-8000-0000000000b", [2]),
        ("0193", [1, 2]),
        ("02", [2]),
        ("020", [12]),
        ("%", []),
        ("", []),
        ("9" * 30, []),
        ("²", []),
    ],
)
def test_a_word_means_a_number_before_it_means_an_id(word: str, numbers: list[int], database: str) -> None:
    with closing(reader(database)) as connection:
        assert [job.num for job in jobs_called(connection, word)] == numbers
