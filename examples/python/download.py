"""Downloads a model with LM Studio, and watches it."""

import json
import time
import urllib.request


def download_model(base_url, model, poll_seconds=1.0, on_progress=lambda share: None):
    """Asks for a model, watches its download, and returns how it ended."""
    job = _call(f"{base_url}/api/v1/models/download", {"model": model})
    while job["status"] in ("downloading", "paused"):
        # Counters may be missing in the first answer, as released servers leave them out.
        if job.get("downloaded_bytes") is not None and job.get("total_size_bytes"):
            on_progress(job["downloaded_bytes"] / job["total_size_bytes"])
        time.sleep(poll_seconds)
        job = _call(f"{base_url}/api/v1/models/download/status/{job['job_id']}")
    return job["status"]


def _call(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
