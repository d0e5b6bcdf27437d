"""Kernels that start at the same time must not meet on the same socket."""

from __future__ import annotations

from pathlib import Path

from jupyter_client.manager import KernelManager

from calibrate.reports.execute import kernel_settings


def test_every_kernel_talks_through_files_of_its_own(tmp_path: Path) -> None:
    addresses = set()
    for name in ("one", "other"):
        manager = KernelManager(config=kernel_settings(tmp_path / name))
        assert manager.transport == "ipc"
        assert Path(manager.ip).parent == tmp_path / name
        addresses.add(manager.ip)
    assert len(addresses) == 2
