"""The pure heart: what was promised, what happened, what that means. Values in, values out.

Nothing here knows a file, a database, the machine's time or a rounded ratio. The modules build on each other
in the order that `pyproject.toml` lists and import-linter holds: time first, then promises, then tickets and
clocks, then results.
"""
