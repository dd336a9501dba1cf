import type { Agent } from 'undici';

let agent: Agent | undefined;

/**
 * Calls `fetch` without its time limits: a large model may take more than five minutes until its first word. undici is
 * loaded with the first call.
 */
export async function patientFetch(request: Request): Promise<Response> {
  const undici = await import('undici');
  agent ??= new undici.Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const { url, method, headers, signal, redirect } = request;
  const body = method === 'GET' || method === 'HEAD' ? null : await request.text();
  const answer = await undici.fetch(url, {
    method,
    headers: [...headers],
    body,
    signal,
    redirect,
    dispatcher: agent,
  });
  // It is the same class under two names: the package's, and the platform's.
  return answer as unknown as Response;
}
