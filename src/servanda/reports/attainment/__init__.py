"""Attainment: how many of a period's verdicts were met, by service, priority and target.

`figures` is the one source; `as_text`, `as_csv` and `as_json` show the same numbers.
"""
