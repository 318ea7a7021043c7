"""Hands connections on: `python -m support.relay LISTEN TARGET…`; to the first target that takes them, in turn."""

from __future__ import annotations

import asyncio
import sys

_PATIENCE = 1.0  # seconds


def place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


async def pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def main(listen: str, targets: list[str]) -> None:
    turn = 0

    async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal turn
        turn += 1
        for n in range(len(targets)):
            host, port = place(targets[(turn + n) % len(targets)])
            try:
                other = await asyncio.wait_for(asyncio.open_connection(host, port), _PATIENCE)
            except (TimeoutError, OSError):
                continue
            await asyncio.gather(pumped(reader, other[1]), pumped(other[0], writer))
            return
        writer.close()

    host, port = place(listen)
    server = await asyncio.start_server(taken, host, port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
