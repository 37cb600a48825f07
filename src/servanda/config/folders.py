"""Where Servanda keeps what is its own on a machine."""

import os
from collections.abc import Mapping
from pathlib import Path

FOLDER_VARIABLE = "SERVANDA_DATA"


def own_folder(environment: Mapping[str, str], system: str = os.name) -> Path:
    """Return the folder named by SERVANDA_DATA, else the place the system has for a person's own data."""
    if environment.get(FOLDER_VARIABLE):
        return Path(environment[FOLDER_VARIABLE]).expanduser()
    if system == "nt" and environment.get("LOCALAPPDATA"):
        return Path(environment["LOCALAPPDATA"]) / "Servanda"
    own = environment.get("XDG_DATA_HOME", "")
    base = Path(own) if own.startswith("/") else Path.home() / ".local" / "share"
    return base / "servanda"
