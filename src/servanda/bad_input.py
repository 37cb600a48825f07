"""The refusal a person can act on: what was found, what was expected, what to do, and where."""

from pathlib import Path


class BadInput(Exception):
    """Input that cannot be used as it stands: a command prints it and ends with exit code 2, nothing written.

    Subclass it where a caller must tell one refusal from another.
    """

    def __init__(
        self, found: str, *, expected: str, mend: str, file: str | Path | None = None, line: int | None = None
    ) -> None:
        if not (found and expected and mend):
            raise ValueError("a refusal says what was found, what was expected and what to do")
        super().__init__(found)
        self.found = found
        self.expected = expected
        self.mend = mend
        self.file = file
        self.line = line

    @property
    def place(self) -> str:
        """Return `file:line`, `file`, or nothing where no file is to blame."""
        if self.file is None:
            return ""
        return f"{self.file}:{self.line}" if self.line is not None else f"{self.file}"

    def __str__(self) -> str:
        found = f"{self.place}: {self.found}" if self.place else self.found
        return f"{found}\n  expected: {self.expected}\n  to do:    {self.mend}"
