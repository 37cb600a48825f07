"""Which kind of file system holds a path: SQLite's locks hold on a disk of the machine, not across a network."""

import re
from pathlib import Path, PurePath

MOUNTS = Path("/proc/self/mountinfo")
OVER_A_NETWORK = frozenset(
    {"9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs"}
    | {"nfs", "nfs4", "ocfs2", "smb2", "smb3", "smbfs", "webdav"}
    | {"fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"}
)


def kind_of(path: PurePath, mounts: str) -> str:
    """Return the kind of the file system that a path lies on, by the table of mounts; '' where it is not told.

    The innermost mount counts, and of two mounts at one place the later. A Windows share is told by its two slashes.
    """
    if str(path).startswith(("\\\\", "//")):
        return "smb3"
    holding = [(at, kind) for at, kind in _mounted(mounts) if path == at or at in path.parents]
    return sorted(holding, key=lambda each: len(each[0].parts))[-1][1] if holding else ""


def _mounted(mounts: str) -> list[tuple[PurePath, str]]:
    """Return place and kind of each mount, in the order of the table."""
    mounted = []
    for line in mounts.splitlines():
        place, _, rest = line.partition(" - ")
        if rest:
            mounted.append((PurePath(_unescaped(place.split(" ")[4])), rest.split(" ")[0]))
    return mounted


def _unescaped(text: str) -> str:
    """Return a path in which the table wrote spaces and the like as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def network_kind_of(path: Path) -> str:
    """Return the kind of the network file system that holds a path; '' where it lies on the machine or is unknown."""
    mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape") if MOUNTS.exists() else ""
    kind = kind_of(path.resolve(), mounts)
    return kind if kind in OVER_A_NETWORK else ""
