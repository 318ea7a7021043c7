"""`serve`: the facade, in one process or several, the outbox worker and, when asked, the nightly run."""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress

from adapter import wiring
from adapter.cli import arguments, output, signals
from adapter.settings.values import address_and_port

_PAGE = "127.0.0.1:8444"
_FILES = 65_536
_PAUSE = 1.0  # seconds before a process that ended is begun anew


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("serve", help="the facade and the outbox worker, until stopped")
    parser.add_argument("--sync-at", type=_time_of_day, metavar="HH:MM", help="also run sync every day at this time")
    parser.add_argument(
        "--admin",
        nargs="?",
        const=_PAGE,
        type=_address,
        metavar="ADDRESS:PORT",
        help=f"also serve the administrators' page there; default: admin.listen, or {_PAGE}",
    )
    parser.add_argument("--workers", type=_count, default=1, metavar="N", help="processes for the facade; default: 1")
    parser.add_argument("--socket", type=int, help=argparse.SUPPRESS)  # how a worker is told what to listen on
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM or Ctrl-C, which is a good end. SIGHUP takes a new certificate."""
    from adapter.facade.serve import COUNTED_IN, listening_socket  # the web server is loaded only where it serves
    from adapter.serving.nightly import Nightly
    from adapter.serving.page import Page
    from adapter.serving.service import start

    allow_many_files()
    installation = wiring.load(args.config)
    settings = installation.settings.facade
    listening = socket.socket(fileno=args.socket) if args.socket is not None else None
    if args.workers > 1:
        listening = listening_socket(installation.settings)
    nightly = Nightly(args.sync_at, _command(args, "sync")) if args.sync_at else None
    listen = (args.admin or installation.settings.admin.listen) if args.socket is None else None
    several = args.workers > 1
    page = Page(installation, listen, _command(args), args.config, several) if listen else None
    counts = tempfile.TemporaryDirectory(prefix="ss12000-") if page is not None and several else None
    if counts is not None:
        os.environ[COUNTED_IN] = counts.name
    counting = page is not None or COUNTED_IN in os.environ
    running = start(installation, nightly, output.warn, listening, args.socket is not None, page, counting)
    signals.on_hangup(running.reloading.set)
    workers = _Workers(args, listening) if args.workers > 1 and listening is not None else None
    if args.socket is None:
        output.note(f"serving {settings.base_url} on {settings.listen}")
    if page is not None:
        good_once = " (good once; [admin.users] in config.toml is for every day)" if page.once is not None else ""
        output.note(f"the administrators' page: {page.address}{good_once}")
    try:
        while running.alive():
            if workers is not None:
                workers.look()
    except (KeyboardInterrupt, signals.Terminated):
        if args.socket is None:
            output.note("stopping: requests in hand are answered first")
    finally:
        if workers is not None:
            workers.stop()
        running.stop()
        if counts is not None:
            counts.cleanup()
    return 0


def allow_many_files() -> None:
    """More open files than the usual 1,024, where the system lets us: each connection is one."""
    if sys.platform != "win32":
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, wanted), most))


class _Workers:
    """The other processes of the facade, on the same socket; one that ends is begun anew."""

    def __init__(self, args: argparse.Namespace, listening: socket.socket) -> None:
        self._command = _command(args, "serve", "--socket", str(listening.fileno()))
        self._fd = listening.fileno()
        self._running = [self._begun() for _ in range(args.workers - 1)]

    def _begun(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, pass_fds=[self._fd])

    def look(self) -> None:
        """Begin anew what has ended."""
        for number, worker in enumerate(self._running):
            if worker.poll() is not None:
                output.warn(f"a process of the facade ended ({worker.returncode}); another begins")
                time.sleep(_PAUSE)
                self._running[number] = self._begun()

    def stop(self) -> None:
        """End them all, each after the requests that it has in hand."""
        for worker in self._running:
            worker.terminate()
        for worker in self._running:
            worker.wait()


def _command(args: argparse.Namespace, *words: str) -> list[str]:
    """Ourselves, with the same configuration."""
    return wiring.command(args.config, *words, log_format=args.log_format)


def _time_of_day(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no time of day; write it as 03:30")
    return text


def _address(text: str) -> str:
    try:
        return address_and_port(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} {error}") from None


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    if int(text) > 1 and sys.platform == "win32":
        raise argparse.ArgumentTypeError("several processes on one port are not possible on Windows")
    return int(text)
