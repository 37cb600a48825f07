"""`python -m servanda`: the same as the `servanda` command."""

import sys

from servanda.cli import main

if __name__ == "__main__":
    sys.exit(main())
