"""The program that sets a report as PDF, in a process of its own: what it is given on its input, the PDF on its output.

A process of its own, because it may take much memory and time, and keeps what it took.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

TEMPLATE = Path(__file__).with_name("report.typ")
MOST_MEMORY = 1_500 * 1024 * 1024


def limit_memory(most: int = MOST_MEMORY) -> None:
    """Let this process take so much memory and no more, on systems that can hold it to that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def typeset(content: str) -> bytes:
    """Return the PDF of a report that is told as JSON; equal content gives equal bytes."""
    import typst
    from font_source_sans_pro import font_directory

    pdf: bytes = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=[str(font_directory)],
        ignore_system_fonts=True,
        sys_inputs={"content": content},
        pdf_standards=["ua-1"],
        timestamp=datetime.fromisoformat(json.loads(content)["made_at"]),
    )
    return pdf


if __name__ == "__main__":
    limit_memory()
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read().decode()))
