import { startInBrowser } from '../../src/browser/index.js';

/** Starts an LM Studio in the page, asks it for a model, and answers with what a poll says. */
async function start(workerUrl: string): Promise<unknown> {
  const { dock, stop } = await startInBrowser({ scenario: 'instant', workerUrl });
  const base = 'http://localhost:1234/api/v1/models/download';
  const headers = { 'Content-Type': 'application/json' };
  const asked = await fetch(base, { method: 'POST', headers, body: '{"model":"ibm/granite-4-micro"}' });
  const { job_id } = (await asked.json()) as { job_id: string };
  const { status } = (await (await fetch(`${base}/status/${job_id}`)).json()) as { status: string };
  const calls = (await dock.journal.list()).length;
  await fetch('/another');
  await stop();
  return { status, calls };
}

Object.assign(globalThis, { start });
