"""What a worker serves is in its numbers, also when nobody asks it."""

import asyncio

from serving.pulse import beat, stand
from tests.serving.asgi import desk


def served(here):
    return here.edge.state.metrics._own[-2:].tolist()


def test_the_version_and_the_last_look_are_noted():
    here = desk()
    here.watch.looked = 77.0
    stand(here.edge.state)
    assert served(here) == [1, 77]
    here.watch.version = None
    stand(here.edge.state)
    assert served(here) == [0, 77]


def test_it_goes_on_until_it_is_cancelled():
    here = desk(interval=0.001)

    async def main():
        task = asyncio.create_task(beat(here.edge.state))
        for version in (2, 3):
            here.watch.version = version
            await asyncio.sleep(0.05)
            assert served(here)[0] == version
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    assert asyncio.run(main())
