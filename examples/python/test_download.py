from concurrent.futures import ThreadPoolExecutor

import pytest

from download import download_model


@pytest.fixture
def start(lm):
    """Starts a download in the background, as a program with a window would."""
    with ThreadPoolExecutor() as pool:
        yield lambda model, **more: pool.submit(download_model, lm.url, model, poll_seconds=1, **more)


def test_shows_progress_until_the_model_is_there(lm, start):
    seen = []
    ended = start("simulate/steady", on_progress=seen.append)

    job = lm.expect_download("simulate/steady")
    assert job.go_to("42%")["downloadedBytes"] == 420_000_000
    job.go_to("completed")

    assert ended.result(timeout=30) == "completed"
    assert seen[0] == 0


def test_says_that_a_download_failed(lm, start):
    ended = start("simulate/fails-at-50")
    lm.expect_download("simulate/fails-at-50").go_to("failed")
    assert ended.result(timeout=30) == "failed"


def test_waits_while_a_download_is_paused(lm, start):
    ended = start("simulate/steady")
    job = lm.expect_download("simulate/steady")
    job.pause()
    assert not ended.done()
    job.resume()
    job.go_to("completed")
    assert ended.result(timeout=30) == "completed"
