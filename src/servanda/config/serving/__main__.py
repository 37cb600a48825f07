"""The web program, as the supervisor starts it: `python -m servanda.config.serving HOST PORT`."""

import sys

from servanda.config.serving.web import serve

if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
