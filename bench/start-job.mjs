const DOWNLOAD = '/api/v1/models/download';

/**
 * Starts a download that lasts longer than any bench.
 * @param session its path prefix, such as `/s/name`
 * @returns the path that polls its status
 */
export async function startJob(url, session = '') {
  const answer = await fetch(url + session + DOWNLOAD, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'simulate/slow' }),
  });
  return `${session}${DOWNLOAD}/status/${(await answer.json()).job_id}`;
}
