"""`python -m servanda`: the same as the `servanda` command."""

import sys

try:
    from servanda.cli import main
except KeyboardInterrupt:  # stopped while it was starting
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
