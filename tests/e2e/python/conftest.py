"""A server of its own for every test."""

from collections.abc import AsyncIterator

import pytest_asyncio
from chatter import Server


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running
