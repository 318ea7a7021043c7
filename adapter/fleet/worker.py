"""A worker: takes runs from the queue until it is told to stop. Several on several machines share the work."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from procrastinate import App
from procrastinate.exceptions import ConnectorException

from adapter.errors import AdapterError
from adapter.fleet import organisers, queue
from adapter.fleet.organisers import Everybody
from adapter.fleet.work import Work, worker_name
from adapter.settings.fleet import Fleet
from adapter.wiring import clock, command

_LOOK = 1.0  # seconds between two looks for runs
_AFTER_TROUBLE = 5.0
_SIGN_OF_LIFE = 5.0


def work(
    fleet: Fleet, at_once: int, until_empty: bool, tell: Callable[[str], None], say: Callable[[str], None]
) -> None:
    """`at_once`: runs at the same time; `until_empty`: ends when nothing waits that is due.

    `tell`: what went well; `say`: what somebody should look at. A run in hand when it is told to stop goes back to
    the queue. Raises ConfigError, StateError where it cannot begin.
    """
    organisers.names(fleet)
    runs, stopping = queue.prepare(fleet), threading.Event()
    with ThreadPoolExecutor(at_once, "run") as threads:

        def sync(config: Path) -> list[str]:
            return command(config, "sync", "--json")

        everybody = Everybody(fleet)
        shop = Work(fleet, everybody, runs, clock, sync, tell, say, stopping, threads)
        asyncio.run(_work(shop, at_once, until_empty))


async def _work(shop: Work, at_once: int, until_empty: bool) -> None:
    loop = asyncio.get_running_loop()
    working = asyncio.current_task()

    def stop() -> None:
        shop.stopping.set()
        if working is not None:
            working.cancel()

    for told in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(told, stop)
    said = ""
    while not shop.stopping.is_set():
        try:
            await _until_trouble(queue.app_of(shop.fleet, shop), shop, at_once, until_empty)
            return
        except asyncio.CancelledError:
            return
        except (ConnectorException, AdapterError, OSError) as error:
            what = error.message if isinstance(error, AdapterError) else f"the queue cannot be reached: {_words(error)}"
            if what != said:
                shop.say(f"{what} The worker tries again.")
            said = what
            try:
                await asyncio.sleep(_AFTER_TROUBLE)
            except asyncio.CancelledError:
                return


async def _until_trouble(app: App, shop: Work, at_once: int, until_empty: bool) -> None:
    async with app.open_async():
        await queue.plan(app, shop)
        if until_empty:
            await _take(app, queue.RUNS, at_once, False)
            return
        taking = [
            asyncio.create_task(_take(app, name, count, True))
            for name, count in ((queue.RUNS, at_once), (queue.PLANS, 1))
        ]
        try:
            await asyncio.wait(taking, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in taking:  # once: what is cancelled twice does not wait for its runs
                task.cancel()
            ended = await asyncio.gather(*taking, return_exceptions=True)
        for trouble in ended:
            if isinstance(trouble, Exception):
                raise trouble


async def _take(app: App, name: str, at_once: int, wait: bool) -> None:
    await app.run_worker_async(
        queues=[name],
        name=worker_name(),
        concurrency=at_once,
        wait=wait,
        fetch_job_polling_interval=_LOOK,
        update_heartbeat_interval=_SIGN_OF_LIFE,
        install_signal_handlers=False,
    )


def _words(error: Exception) -> str:
    cause = error.__cause__ or error
    return (str(cause).strip().splitlines() or [type(error).__name__])[0]
