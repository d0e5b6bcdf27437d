"""Clean files in a process of their own, so that a hostile or broken file takes nothing else down.

The process is started at the first file that is not plain text and is used for all that follow. A
file that takes too long, or too much memory, costs that process only: the file is refused and the
next one gets a new process. What comes back is JSON and bytes, never anything that could run.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from calibrate.errors import DataError
from calibrate.exchange.source_files import looks_like
from calibrate.exchange.work_files.cleaned import PLACE, CleanFile, refusal
from calibrate.model.work import MediaKind

_MEMORY = 3_000_000_000
_LENGTH = struct.Struct(">Q")


class Cleaner:
    """Cleans files of work, one after the other. Use it in a ``with``.

    Parameters
    ----------
    seconds
        How long one file may take.
    """

    def __init__(self, *, seconds: float = 60.0) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Cleaner:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop()

    def clean(self, content: bytes, *, markdown: bool = False) -> tuple[CleanFile, ...]:
        """Clean one file; see `calibrate.exchange.work_files.cleaning.clean_work`.

        Raises
        ------
        DataError
            If it cannot be shown, or took too long.
        """
        if looks_like(content) not in ("pdf", "docx", "png", "jpeg"):
            from calibrate.exchange.work_files.cleaning import clean_work

            return clean_work(content, markdown=markdown)
        process = self._process or self._start()
        alarm = threading.Timer(self._seconds, process.kill)
        alarm.start()
        try:
            assert process.stdin is not None and process.stdout is not None
            _send(process.stdin, content)
            head = json.loads(_receive(process.stdout))
            if "message" in head:
                raise DataError(head["message"], file=PLACE, fix=head["fix"])
            return tuple(
                CleanFile(MediaKind(kind), media_type, suffix, _receive(process.stdout), words)
                for kind, media_type, suffix, words in head["files"]
            )
        except (OSError, EOFError, ValueError):
            self._stop()
            raise refusal(
                "The file takes too long or too much memory to read.",
                "Open it in the program that made it, and print it to a new PDF.",
            ) from None
        finally:
            alarm.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).resolve().parents[3])
        before = os.environ.get("PYTHONPATH")
        environment = {
            **os.environ,
            "PYTHONPATH": root if not before else os.pathsep.join((root, before)),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "calibrate.exchange.work_files.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content


def _answer(stream: IO[bytes], content: bytes) -> None:
    from calibrate.exchange.work_files.cleaning import clean_work

    try:
        files = clean_work(content)
    except DataError as error:
        _send(stream, json.dumps({"message": error.message, "fix": error.fix}).encode())
        return
    heads: list[Any] = [(one.kind.value, one.media_type, one.suffix, one.words) for one in files]
    _send(stream, json.dumps({"files": heads}).encode())
    for one in files:
        _send(stream, one.content)


def _serve() -> None:
    """Answer one file after the other until there are no more."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answers
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            _answer(answers, _receive(sys.stdin.buffer))


if __name__ == "__main__":
    _serve()
