import { once } from 'node:events';
import { connect as connectTcp, isIPv4, isIPv6, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { proxyAuthError } from './proxy-errors.js';

/*
 * SOCKS version 5 (RFC 1928), with user and password (RFC 1929), and only CONNECT. The proxy gets names, not addresses:
 * behind many such proxies this machine's DNS gives wrong addresses.
 */

const VERSION = 5;
const NO_AUTH = 0;
const USER_AND_PASSWORD = 2;
const DEFAULT_PORT = 1080;

const REPLIES: Readonly<Record<number, string>> = {
  1: 'it failed',
  2: 'its rules do not allow that',
  3: 'the network cannot be reached',
  4: 'the host cannot be reached',
  5: 'the connection was refused',
  6: 'it took too long',
};

/** Connects through a SOCKS proxy. Fails with a DownloadError `proxy_auth` if the proxy requires other credentials. */
export function createSocksConnector(proxy: string, tls: buildConnector.BuildOptions): buildConnector.connector {
  const secure = buildConnector(tls);
  return (target, callback) => {
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    openTunnel(proxy, target.hostname.replace(/^\[|\]$/g, ''), port, tls.timeout ?? 10_000).then(
      (socket) => {
        if (target.protocol === 'https:') secure({ ...target, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: unknown) => callback(error as Error, null),
    );
  };
}

async function openTunnel(proxy: string, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const at = new URL(proxy);
  const socket = connectTcp({
    host: at.hostname.replace(/^\[|\]$/g, ''),
    port: at.port === '' ? DEFAULT_PORT : Number(at.port),
  });
  const late = setTimeout(() => socket.destroy(failure(at, `it did not answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    await once(socket, 'connect');
    socket.setNoDelay(true);
    await shakeHands(socket, at);
    await askFor(socket, at, host, port);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

async function shakeHands(socket: Socket, at: URL): Promise<void> {
  const [user, password] = [decodeURIComponent(at.username), decodeURIComponent(at.password)];
  const methods = user === '' ? [NO_AUTH] : [NO_AUTH, USER_AND_PASSWORD];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await take(socket, 2, at);
  if (version !== VERSION) throw failure(at, 'expected SOCKS 5, found another protocol');
  if (method === NO_AUTH) return;
  if (method !== USER_AND_PASSWORD || user === '') throw proxyAuthError();
  socket.write(Buffer.concat([Buffer.from([1]), counted(user), counted(password)]));
  const [, status] = await take(socket, 2, at);
  if (status !== 0) throw proxyAuthError();
}

async function askFor(socket: Socket, at: URL, host: string, port: number): Promise<void> {
  const twoBytes = Buffer.from([port >> 8, port & 255]);
  socket.write(Buffer.concat([Buffer.from([VERSION, 1, 0]), addressOf(host), twoBytes]));
  const [, reply, , type] = await take(socket, 4, at);
  if (reply !== 0) throw failure(at, `it does not connect to ${host}: ${REPLIES[reply!] ?? `reply ${reply}`}`);
  // The proxy's own address, which is not needed.
  const length = type === 1 ? 4 : type === 4 ? 16 : (await take(socket, 1, at))[0]!;
  await take(socket, length + 2, at);
}

function addressOf(host: string): Buffer {
  if (isIPv4(host)) return Buffer.from([1, ...host.split('.').map(Number)]);
  if (isIPv6(host)) return Buffer.from([4, ...groupsOf(host).flatMap((group) => [group >> 8, group & 255])]);
  return Buffer.concat([Buffer.from([3]), counted(host)]);
}

/** Returns the eight groups of an IPv6 address. */
function groupsOf(host: string): number[] {
  // The URL parser writes an IPv4 ending in hexadecimal digits.
  const plain = new URL(`http://[${host}]`).hostname.slice(1, -1);
  const [head = '', tail] = plain.split('::');
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const [first, last] = [groups(head), tail === undefined ? [] : groups(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255)
    throw new Error(
      'Cannot use the SOCKS proxy: expected a name, user and password of at most 255 bytes, found a longer one.',
    );
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** Reads exactly this many bytes. */
async function take(socket: Socket, bytes: number, at: URL): Promise<Buffer> {
  for (;;) {
    const chunk = socket.read(bytes) as Buffer | null;
    if (chunk?.length === bytes) return chunk;
    if (chunk !== null || socket.readableEnded || socket.destroyed) throw failure(at, 'it ended the connection');
    await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')]);
  }
}

function failure(at: URL, why: string): Error {
  return Object.assign(new Error(`Cannot use the SOCKS proxy ${at.host}: ${why}`), {
    code: 'ESOCKS',
  });
}
