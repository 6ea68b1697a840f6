"""The speed we promise, against the limit: `python -m bench` measures, docs/performance.md says how to read it."""
