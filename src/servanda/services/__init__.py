"""Doing: one module per subject, one verb per use case."""
