"""docs/security.md keeps its word: every test that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_test_that_the_table_of_attacks_names_exists():
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    tests = {path: path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    files = set(re.findall(r"tests/[\w/]+\.py", text))
    names = set(re.findall(r"`(test_\w+)`", text))
    cases = set(re.findall(r"`\[([^\]]+)\]`", text))
    assert len(files) > 5
    assert len(names) > 15
    assert len(cases) > 5
    assert [name for name in files if not (ROOT / name).is_file()] == []
    whole = "\n".join(tests.values())
    assert [name for name in names if f"def {name}(" not in whole] == []
    limits = tests[ROOT / "tests" / "api" / "test_limits.py"]
    assert [case for case in cases if f'"{case}": (' not in limits] == []
