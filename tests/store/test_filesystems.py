"""Network folders are recognised from what the kernel lists."""

from pathlib import Path

import pytest

from calibrate.store.filesystems import network_type, type_in_mounts

MOUNTS = """\
overlay / overlay rw 0 0
proc /proc proc rw 0 0
server:/staff /staff nfs4 rw 0 0
/dev/sdb1 /staff/local ext4 rw 0 0
//files/share /mnt/School\\040files cifs rw 0 0
tmpfs /stack tmpfs rw 0 0
host:/x /stack fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/data/district", "overlay"),
        ("/staff/ana/district", "nfs4"),
        ("/staff", "nfs4"),
        ("/staffroom/district", "overlay"),
        ("/staff/local/district", "ext4"),
        ("/mnt/School files/district", "cifs"),
        ("/stack/x", "fuse.sshfs"),
    ],
)
def test_the_nearest_mount_point_counts(path: str, kind: str) -> None:
    assert type_in_mounts(path, MOUNTS) == kind


def test_a_list_without_a_root_gives_no_answer() -> None:
    assert type_in_mounts("/data", "short line\n") is None


def test_a_folder_that_does_not_exist_yet_is_judged_by_its_parent(tmp_path: Path) -> None:
    assert network_type(tmp_path / "not" / "yet") == network_type(tmp_path)
