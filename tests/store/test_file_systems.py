"""Which kind of file system holds a path, by a table of mounts as Linux writes it."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest

from servanda.store.file_systems import OVER_A_NETWORK, kind_of

MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /srv/shared rw shared:20 - nfs4 files:/shared rw
41 40 0:36 / /srv/shared/local rw - xfs /dev/sdb1 rw
42 22 0:37 / /mnt/two\040words rw - cifs //files/share rw
43 22 0:38 / /over rw - ext4 /dev/sdc1 rw
44 43 0:39 / /over rw - fuse.sshfs kim@desk:/ rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/servanda.sqlite3", "ext4"),
        ("/srv/shared/servanda.sqlite3", "nfs4"),
        ("/srv/shared", "nfs4"),
        ("/srv/shared/local/servanda.sqlite3", "xfs"),
        ("/srv/shared-not/servanda.sqlite3", "ext4"),
        ("/mnt/two words/servanda.sqlite3", "cifs"),
        ("/over/servanda.sqlite3", "fuse.sshfs"),
    ],
)
def test_the_innermost_and_latest_mount_counts(path: str, kind: str) -> None:
    assert kind_of(PurePosixPath(path), MOUNTS) == kind


def test_a_share_of_windows_is_over_a_network() -> None:
    assert kind_of(PureWindowsPath(r"\\files\share\servanda.sqlite3"), "") in OVER_A_NETWORK


def test_where_there_is_no_table_nothing_is_claimed() -> None:
    assert kind_of(PurePosixPath("/var/lib/servanda.sqlite3"), "") == ""
