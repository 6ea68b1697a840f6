import shutil
import subprocess
from pathlib import Path

import pytest

from tests import databases
from tests.deep.books import check_books
from tests.deep.houses import Unanswered, client, furnish

DISK = "12m"
REFUSED = 50


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "goodterms-test", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small tmpfs cannot be mounted here (only root may): {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> Path:
    """Take all that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 65536
        while size:
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                pass
            size //= 2
    return filler


@pytest.mark.skipif(databases.ON_POSTGRES, reason="the disk of a PostgreSQL server is not ours to fill")
async def test_a_full_disk_is_said_and_loses_nothing(small_disk, own_url, tmp_path, counted):
    path = shutil.copy(own_url.removeprefix("sqlite://"), small_disk / "goodterms.sqlite3")
    house = await furnish(f"sqlite://{path}", tmp_path)
    try:
        process = await house.start()
        failures: list[Unanswered] = []
        async with client(process) as http:
            for _ in range(REFUSED):
                await house.pay(http, house.next_payment())
            filler = fill(small_disk)
            for _ in range(REFUSED * 20):
                try:
                    await house.pay(http, house.next_payment())
                except Unanswered as failure:
                    failures.append(failure)
                if len(failures) == REFUSED:
                    break
            filler.unlink()
        assert len(failures) == REFUSED, "the disk was not full"
        assert all("INTERNAL" in str(failure) for failure in failures), failures
        again = await house.pay_again(process)
        assert process.is_alive
        counted(f"{len(failures)} failed on a full disk, {again} asked again; " + await check_books(house))
    finally:
        house.close()
