"""Imports point down: the contracts hold, they cover every room, and each of them can fail."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
ROOMS = CONFIGURATION["root_packages"]
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path):
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    for name in ("pyproject.toml", "settings.py"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_every_room_stands_under_the_contracts():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "migrations"}
    assert packages == set(ROOMS)
    layers = next(contract["layers"] for contract in CONFIGURATION["contracts"] if contract["type"] == "layers")
    named = {name.strip() for layer in layers for name in layer.split("|")}
    assert set(ROOMS) <= {name.strip("()") for name in named}


def test_the_contracts_hold(copy):
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert "Contracts: 3 kept, 0 broken." in result.stdout


def test_every_import_that_points_up_breaks_a_contract(copy):
    wrong = [
        ("rules", "models.viewer"),
        ("models", "notifications.words"),
        ("notifications", "resolvers.keys"),
        ("resolvers", "schema.context"),
        ("resolvers", "jobs.rooms"),
        ("api", "bench.load"),
        ("schema", "api.app"),
        ("schema", "jobs.rooms"),
        ("jobs", "schema.context"),
        ("resolvers", "settings"),
        ("schema", "settings"),
        ("rules", "tortoise"),
    ]
    for number, (room, imported) in enumerate(wrong):
        (copy / room / f"planted_{number}.py").write_text(f"import {imported}\n")
    result = lint(copy)
    assert result.returncode == 1
    assert "Contracts: 0 kept, 3 broken." in result.stdout
    found = " ".join(result.stdout.split())
    assert [pair for number, pair in enumerate(wrong) if f"{pair[0]}.planted_{number} -> {pair[1]}" not in found] == []


def test_schema_is_our_room_and_no_package_of_that_name():
    where = "import schema, rules, models, resolvers; print(*(m.__file__ for m in (schema, rules, models, resolvers)))"
    result = subprocess.run([sys.executable, "-c", where], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [Path(found).parent.parent for found in result.stdout.split()] == [ROOT] * 4
