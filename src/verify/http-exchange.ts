import http from 'node:http';
import https from 'node:https';
import { UnansweredError, type Exchange, type Received, type Sent } from './exchange.js';

/** How an exchange over HTTP sends. */
export interface HttpExchangeOptions {
  /** How long an answer may take, in ms; 30 s by default. */
  timeoutMs?: number;
  /** Ends the requests that are under way. */
  signal?: AbortSignal;
}

/**
 * Sends with node:http, which adds nothing but `Host`, `Connection` and the length of a body, refuses no method and decodes
 * nothing. Each request has a connection of its own.
 * @param base origin and mount path, without a slash at the end
 */
export function exchangeOverHttp(base: string, options: HttpExchangeOptions = {}): Exchange {
  return (request) => send(base, request, options);
}

/** In bytes; lists of models and jobs are far below. */
const LONGEST_ANSWER = 16 * 1024 * 1024;

function send(
  base: string,
  { method, path, headers = {}, body }: Sent,
  { timeoutMs = 30_000, signal }: HttpExchangeOptions,
): Promise<Received> {
  const { request } = base.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const sending = request(base + path, {
      method,
      // Asked to stay open, a server says for how long it does.
      headers: {
        Connection: 'keep-alive',
        ...headers,
        ...(body !== undefined && { 'Content-Length': lengthOf(body) }),
      },
      agent: false,
      ...(signal && { signal }),
    });
    const silence = setTimeout(
      () => sending.destroy(new UnansweredError(`no answer came within ${timeoutMs / 1000} s`, false)),
      timeoutMs,
    );
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(silence);
      reject(error instanceof UnansweredError ? error : unanswered(error));
    };
    sending
      .once('response', (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response
          .on('data', (chunk: Buffer) => {
            length += chunk.length;
            if (length <= LONGEST_ANSWER) chunks.push(chunk);
            else response.destroy(new UnansweredError('the answer does not end within 16 MiB', false));
          })
          .once('error', fail)
          .once('end', () => {
            clearTimeout(silence);
            sending.destroy();
            const { statusCode: status = 0, headers: received } = response;
            resolve({ status, headers: textsOf(received), body: Buffer.concat(chunks).toString('utf8') });
          });
      })
      .on('error', fail)
      .end(body);
  });
}

function lengthOf(body: string | Uint8Array): string {
  return String(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength);
}

function textsOf(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: 'no program listens there',
  ENOTFOUND: 'there is no address for that name',
  EAI_AGAIN: 'there is no address for that name',
  EHOSTUNREACH: 'there is no way to that address',
  ENETUNREACH: 'there is no way to that address',
  ETIMEDOUT: 'the connection was not accepted in time',
};

function unanswered(error: NodeJS.ErrnoException): UnansweredError {
  // Of several addresses that were tried, the first error is enough.
  const [first = error] = (error as { errors?: NodeJS.ErrnoException[] }).errors ?? [];
  const code = first.code ?? error.code;
  const reason = code === undefined ? undefined : UNREACHABLE[code];
  if (reason !== undefined) return new UnansweredError(`${reason} (${code})`, true, error);
  if (code === 'ECONNRESET') {
    return new UnansweredError('the connection was closed without an answer (ECONNRESET)', false, error);
  }
  return new UnansweredError(first.message === '' ? String(code) : first.message, false, error);
}
