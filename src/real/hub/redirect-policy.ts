import { DownloadError } from '../download-error.js';

const REDIRECTS = [301, 302, 303, 307, 308];

export function isRedirect(status: number): boolean {
  return REDIRECTS.includes(status);
}

/** A request to the hub may be redirected so many times. */
export const MOST_HOPS = 20;

const HUGGING_FACE = ['https://huggingface.co', 'https://hf.co'];

/** Whether a request to `url` may carry the token: only one to the hub that it is for. Another port is another origin. */
export function mayCarryToken(endpoint: string, url: string): boolean {
  const [hub, target] = [new URL(endpoint).origin, new URL(url).origin];
  return hub === target || (HUGGING_FACE.includes(hub) && HUGGING_FACE.includes(target));
}

/**
 * Holds a redirect against the rules. `visited` are the URLs that were asked so far, the one that answered last.
 * @returns the URL that it leads to
 * @throws DownloadError redirect_refused
 */
export function followRedirect(endpoint: string, visited: readonly string[], location: string): string {
  const from = new URL(visited.at(-1)!);
  if (!URL.canParse(location, from.href)) throw refused(from, 'to something that is no URL');
  const to = new URL(location, from);
  to.hash = '';
  if (to.protocol !== 'https:' && to.protocol !== 'http:') throw refused(from, `to a ${to.protocol} URL`);
  if (to.protocol === 'http:' && from.protocol === 'https:') throw refused(from, `to ${to.host} without encryption`);
  if (to.protocol === 'http:' && !/^http:/i.test(endpoint)) throw refused(from, `to ${to.host} without encryption`);
  // No honest server redirects that way: the part before the @ would be sent to the host after it.
  if (to.username !== '' || to.password !== '') throw refused(from, `to ${to.host} with a user's name`);
  if (visited.includes(to.href)) throw refused(from, 'in a loop');
  if (visited.length > MOST_HOPS) throw refused(from, `more than ${MOST_HOPS} times`);
  return to.href;
}

function refused(from: URL, how: string): DownloadError {
  return new DownloadError(
    'redirect_refused',
    `${from.host} redirects a request ${how}, which modeldock does not follow. Check HF_ENDPOINT, and what is between here and there.`,
  );
}
