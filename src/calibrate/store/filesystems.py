"""What kind of disk a path lies on: SQLite's write-ahead log does not work over a network."""

from __future__ import annotations

import sys
from pathlib import Path

NETWORK_TYPES = frozenset(
    {
        "9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.glusterfs",
        "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs", "gfs2", "glusterfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs3", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb2", "smb3", "smbfs",
        "webdav",
    }
)  # fmt: skip


def type_in_mounts(path: str, mounts: str) -> str | None:
    r"""The type of the file system that holds ``path``, from the text of ``/proc/mounts``.

    Parameters
    ----------
    path
        An absolute, resolved path.
    mounts
        Lines of device, mount point, type, options; spaces in a mount point are written ``\\040``.

    Returns
    -------
    str or None
        The type of the longest mount point above the path (the last one, where mounts are stacked).
    """
    found: tuple[int, str] | None = None
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1]
        for octal, plain in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
            point = point.replace(octal, plain)
        inside = point == "/" or path == point or path.startswith(point.rstrip("/") + "/")
        if inside and (found is None or len(point) >= found[0]):
            found = (len(point), parts[2])
    return None if found is None else found[1]


def network_type(path: Path) -> str | None:
    r"""The name of the network file system that holds ``path``, or None if it is on this machine.

    On Linux the kernel says so. On Windows a network share (``\\\\server\\share``) or a mapped drive
    is found; elsewhere nothing can be told from the standard library, and None is the answer.
    """
    resolved = _existing(path)
    mounts = Path("/proc/mounts")
    if sys.platform.startswith("linux") and mounts.exists():
        kind = type_in_mounts(str(resolved), mounts.read_text(errors="replace"))
        return kind if kind in NETWORK_TYPES else None
    if sys.platform == "win32":
        return _windows_network(resolved)
    return None


def _existing(path: Path) -> Path:
    resolved = path.resolve()
    while not resolved.exists() and resolved != resolved.parent:
        resolved = resolved.parent
    return resolved


def _windows_network(path: Path) -> str | None:
    if str(path).startswith("\\\\"):
        return "network share"
    import ctypes

    windll = getattr(ctypes, "windll", None)
    if windll is None:
        return None
    remote = 4  # DRIVE_REMOTE of GetDriveTypeW
    return "mapped network drive" if windll.kernel32.GetDriveTypeW(path.anchor) == remote else None
