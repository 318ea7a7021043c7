"""One process for many organisers: their facades behind one address, their notices, their pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from adapter.errors import AdapterError
from adapter.facade.app import facade_of
from adapter.facade.serve import make_server
from adapter.fleet import delivering
from adapter.fleet.directory import Directory
from adapter.serving.service import Running, begin, serving, watched
from adapter.settings.fleet import Fleet
from adapter.wiring import clock

_LOOK_EVERY = 5.0  # seconds


@dataclass
class FleetRunning(Running):
    """The same, and who is served."""

    directory: Directory = field(kw_only=True)


def start(fleet: Fleet, say: Callable[[str], None]) -> FleetRunning:
    """Serve and deliver from now on. Raises ConfigError or StateError where that cannot begin."""
    directory = Directory(fleet, clock, say)
    directory.look()
    facade = make_server(facade_of(directory.addresses, say), fleet.facade.listen, fleet.facade.tls)
    running = FleetRunning(directory, [facade], threading.Event(), directory=directory)
    work = [serving(running, facade, fleet.facade.listen, "facade")]
    shown = [(facade, fleet.facade.tls, "facade")]
    if fleet.pages.listen is not None:
        from adapter.fleet.pages import Pages  # templates are loaded where there are pages

        running.page = pages = Pages(fleet, directory, clock, say)
        server = make_server(pages, fleet.pages.listen, fleet.pages.tls, "pages")
        running.servers.append(server)
        work.append(serving(running, server, fleet.pages.listen, "pages"))
        shown.append((server, fleet.pages.tls, "pages"))
    work.append(lambda: delivering.run(directory, clock, running.stopping, say))
    work.append(watched(running, shown, say, _looking(directory, say), _LOOK_EVERY))
    begin(running, work)
    return running


def _looking(directory: Directory, say: Callable[[str], None]) -> Callable[[bool], None]:
    said = ""

    def look(all_anew: bool) -> None:
        nonlocal said
        try:
            directory.look(all_anew)
            said = ""
        except AdapterError as error:
            if error.message != said:
                say(f"everybody is served as before. {error.message}")
            said = error.message

    return look
