"""The app on somebody's telephone that shows codes, as RFC 6238 describes it; it knows nothing of Servanda."""

import base64
import hashlib
import hmac
import time

STEP_SECONDS = 30


def code(secret: str, later: int = 0) -> str:
    """Return the code that the app shows now, or some steps of 30 seconds later."""
    step = int(time.time()) // STEP_SECONDS + later  # noqa: TID251  # a telephone has its own clock
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    begin = digest[-1] & 0x0F
    number = int.from_bytes(digest[begin : begin + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
