import { DownloadError } from '../download-error.js';

const REDIRECTS = [301, 302, 303, 307, 308];

export function isRedirect(status: number): boolean {
  return REDIRECTS.includes(status);
}

/** The largest number of redirects of a request to the hub. */
export const MOST_HOPS = 20;

const HUGGING_FACE = ['https://huggingface.co', 'https://hf.co'];

/** Whether a request to `url` may carry the token: only to its own hub. Another port is another origin. */
export function mayCarryToken(endpoint: string, url: string): boolean {
  const [hub, target] = [new URL(endpoint).origin, new URL(url).origin];
  return hub === target || (HUGGING_FACE.includes(hub) && HUGGING_FACE.includes(target));
}

/**
 * Checks a redirect by the rules. `visited` are the URLs requested so far, the last one is that of the answer.
 * @returns the target
 * @throws DownloadError redirect_refused
 */
export function followRedirect(endpoint: string, visited: readonly string[], location: string): string {
  const from = new URL(visited.at(-1)!);
  if (!URL.canParse(location, from.href)) throw refused(from, 'to a text that is not a URL');
  const to = new URL(location, from);
  to.hash = '';
  if (to.protocol !== 'https:' && to.protocol !== 'http:') throw refused(from, `to a ${to.protocol} URL`);
  if (to.protocol === 'http:' && from.protocol === 'https:') throw refused(from, `to ${to.host} without encryption`);
  if (to.protocol === 'http:' && !/^http:/i.test(endpoint)) throw refused(from, `to ${to.host} without encryption`);
  // No honest server redirects like that: the part before the @ would be sent to the host after it.
  if (to.username !== '' || to.password !== '') throw refused(from, `to ${to.host} with a user's name`);
  if (visited.includes(to.href)) throw refused(from, 'in a loop');
  if (visited.length > MOST_HOPS) throw refused(from, `more than ${MOST_HOPS} times`);
  return to.href;
}

function refused(from: URL, how: string): DownloadError {
  return new DownloadError(
    'redirect_refused',
    `Cannot follow a redirect by ${from.host}: it leads ${how}. Check HF_ENDPOINT, and proxies on the way.`,
  );
}
