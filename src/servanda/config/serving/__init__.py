"""One command that serves: a supervisor, and under it the web program and the worker.

`supervisor` starts, watches and stops the two; `web` is the program that answers browsers; `lifeline` lets each of them
end when what started it has gone; `ports` and `limits` refuse what would harm them. Nothing here knows Django.
"""
