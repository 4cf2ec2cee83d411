"""A stand-in for the application: it reads a body, and answers how long it was, or something long or slow."""

import asyncio
import os


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    if scope["path"] == "/at-once":
        await answer(send, 200, b"at once")
        return
    try:
        body = await asyncio.wait_for(read(receive), 5)
    except TimeoutError:
        await answer(send, 408, b"slow")
        return
    path = scope["path"]
    if path.endswith("/wait"):
        await asyncio.sleep(0.4)
    if path.endswith("/fail"):
        raise ValueError("a resident's value")
    told = {"/long": b"x" * 8_000_000, "/pid": b"%d" % os.getpid(), "/scheme": scope["scheme"].encode()}
    await answer(send, 200, told.get(path, b"%d" % len(body)))


async def lifespan(receive, send):
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def read(receive):
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += message["body"]
        more = message["more_body"]
    return body


async def answer(send, status, body):
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def made(settings):
    return app


def broken(settings):
    raise ValueError("a resident's value")
