"""The application behind uvicorn in a thread of the tests, for clients that need a real address."""

import asyncio
from contextlib import contextmanager
from threading import Thread

import uvicorn

from serving.app import create_app
from serving.protocol import Config


@contextmanager
def running(office, *, keyring=None, **settings):
    """Serve what is approved in an office, and yield the address; residents too, with a keyring."""
    told = office.settings(**settings)
    app = create_app(told, clock=office.clock, keyring=keyring)
    # As `serving.run` has it, without processes and signals of its own.
    config = Config(lambda: app, told, 1_000, host="127.0.0.1", port=0, log_config=None, lifespan="on")
    server = uvicorn.Server(config)
    thread = Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
