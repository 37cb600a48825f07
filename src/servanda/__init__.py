"""Servanda: service level management in which every figure can be followed to its evidence.

The layers, from the ground up: `engine` (pure: values in, values out) and `wall_time` (the only reader of the
machine's time); `files` (agreements, mappings and tickets as files); `reports` and `conformance`; `cli`.
"""

__version__ = "0.1.0"
