/** Asks LM Studio for a model, and calls back with each status until it is final. */
export async function download(baseUrl, model, onStatus, pollMs = 1000) {
  const url = `${baseUrl}/api/v1/models/download`;
  const headers = { 'Content-Type': 'application/json' };
  const asked = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ model }) });
  let job = await asked.json();
  for (;;) {
    onStatus(job);
    if (job.status !== 'downloading' && job.status !== 'paused') return job.status;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    job = await (await fetch(`${url}/status/${job.job_id}`)).json();
  }
}
