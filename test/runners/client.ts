/** Asks for a model and answers with the job's id, as clients do. */
export async function ask(baseUrl: string, model: string): Promise<string> {
  const answer = await fetch(`${baseUrl}/api/v1/models/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model }),
  });
  const { job_id } = (await answer.json()) as { job_id: string };
  return job_id;
}

/** Looks at a job once. */
export async function poll(baseUrl: string, job: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${baseUrl}/api/v1/models/download/status/${job}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** A client that does what a finding is about: it goes on polling a job of which it never had the id. */
export async function pollUndefined(baseUrl: string): Promise<void> {
  await poll(baseUrl, 'undefined');
}
