"""What the tests of data/ share."""

import pytest


@pytest.fixture
def write(tmp_path):
    """Write a file (bytes, or text as UTF-8) and give its path."""

    def write(content, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def triples():
    """What turns ratings into (user, item, rating) in their order."""
    return lambda ratings: ratings.to_frame().select("user", "item", "rating").rows()
