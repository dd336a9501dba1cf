import { readBearer } from '../api/read-bearer.js';
import { note, type Answer, type Call } from '../api/call.js';
import { INFERENCE_BODY_BYTES, modelToRun } from '../api/inference.js';
import { routes, type InferenceRouteName } from '../api/routes.js';
import { Problem } from '../contract/problem.js';
import { HOP, nameOf, nextHops, reasonOf } from './hops.js';
import type { InferenceServer } from './inference-server.js';

/** The server to which inference calls go. */
export interface ForwardTarget extends InferenceServer {
  base: URL;
  clientTokenIsOurs: boolean;
  /** The id by which this forwarder recognises its own calls, once it has one. */
  hops: Set<string>;
}

/** The request headers that a server that runs models may need. All others concern the connection, or this server. */
const PASSED_ON = [
  'accept',
  'accept-language',
  'anthropic-beta',
  'anthropic-version',
  'idempotency-key',
  'openai-beta',
  'openai-organization',
  'openai-project',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-request-id',
];

/** Response headers that concern the connection (RFC 9110, 7.6.1) or its coding, or that this server sets itself. */
const NOT_PASSED_BACK =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|content-encoding|date|set-cookie|x-powered-by|access-control-.*)$/;

/** LM Studio alone has these routes; their bodies are those of OpenAI's routes, which every other server has. */
const LEGACY = '/api/v0/';

/**
 * Forwards a call to a server that runs models, and streams its answer back.
 * @throws Problem 502 for a server that does not answer, or that leads back here
 */
export async function forward(target: ForwardTarget, call: Call, name: InferenceRouteName): Promise<Answer> {
  const text = await call.text(INFERENCE_BODY_BYTES);
  note(call, { model: modelIn(text) });
  const route = routes[name];
  const path = route.slice(route.indexOf(' ') + 1);
  const headers = headersFor(target, call);
  const send = async (to: string): Promise<Response> =>
    (target.fetch ?? fetch)(
      new Request(urlFor(target.base, to, call.query), {
        method: 'POST',
        headers,
        body: text,
        signal: call.signal,
        redirect: 'manual',
      }),
    );
  try {
    const response = await send(path);
    if (!path.startsWith(LEGACY) || !isUnknownRoute(response)) return answerFrom(response);
    await response.body?.cancel();
    return answerFrom(await send(path.replace(LEGACY, '/v1/')));
  } catch (error) {
    // A client that has left needs no answer; the call to the server has ended with it.
    if (call.signal.aborted) throw error;
    throw unreachable(route, nameOf(target.base), reasonOf(error), error);
  }
}

/** Whether a server may not have the route; a model that it does not have is also a 404, and stays one when asked again. */
function isUnknownRoute({ status }: Response): boolean {
  return status === 404 || status === 405 || status === 501;
}

function modelIn(text: string): string | undefined {
  try {
    return modelToRun(JSON.parse(text));
  } catch {
    // The server that runs models reports what is wrong with the body.
    return undefined;
  }
}

/** Builds the URL. A base may end with `/v1`, because OpenAI's clients expect that. */
function urlFor(base: URL, path: string, query: URLSearchParams): URL {
  const url = new URL(base);
  url.username = '';
  url.password = '';
  const mount = url.pathname.replace(/\/+$/, '');
  url.pathname = (path.startsWith('/v1/') ? mount.replace(/\/v1$/, '') : mount.replace(/(?:\/api)?\/v1$/, '')) + path;
  url.search = query.toString();
  return url;
}

function headersFor(target: ForwardTarget, call: Call): Headers {
  const headers = new Headers({
    'Content-Type': call.header('content-type') ?? 'application/json',
    // A compressed answer could not be streamed back as it arrives.
    'Accept-Encoding': 'identity',
  });
  for (const header of PASSED_ON) {
    const value = call.header(header);
    if (value !== undefined) headers.set(header, latin1(value));
  }
  const authorization = authorizationFor(target, call);
  if (authorization !== undefined) headers.set('Authorization', latin1(authorization));
  const apiKey = call.header('x-api-key');
  if (apiKey !== undefined && target.token === undefined && !target.clientTokenIsOurs) {
    headers.set('X-Api-Key', latin1(apiKey));
  }
  headers.set(HOP, hopsOf(target, call));
  return headers;
}

/** Returns the token of the server if there is one; else the client's, unless it was meant for this server. */
function authorizationFor({ token, base, clientTokenIsOurs }: ForwardTarget, call: Call): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  if (base.username !== '' || base.password !== '') {
    return `Basic ${btoa(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`)}`;
  }
  if (clientTokenIsOurs) return undefined;
  const bearer = readBearer(call);
  if (bearer?.session === undefined) return call.header('authorization');
  return bearer.token === undefined ? undefined : `Bearer ${bearer.token}`;
}

/** @throws Problem where a call comes back to the forwarder that sent it */
function hopsOf({ base, hops }: ForwardTarget, call: Call): string {
  const next = nextHops(hops, call.header(HOP));
  if (next === undefined) throw leadsBack(nameOf(base));
  return next;
}

/** Encodes a text as the characters that a header can hold; what a client sent as UTF-8 is passed on as UTF-8. */
function latin1(value: string): string {
  // eslint-disable-next-line no-control-regex -- the pattern matches all one-byte characters
  if (/^[\x00-\xff]*$/.test(value)) return value;
  return String.fromCharCode(...new TextEncoder().encode(value));
}

function answerFrom(response: Response): Answer {
  const dropped = new Set((response.headers.get('connection') ?? '').toLowerCase().split(/\s*,\s*/));
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) {
    if (!NOT_PASSED_BACK.test(name) && !dropped.has(name)) headers[titleCase(name)] = value;
  }
  return { status: response.status, headers, body: response.body ?? '' };
}

/** Spells a header's name as this server does, so that each appears once. */
function titleCase(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

function unreachable(route: string, server: string, because: string, cause: unknown): Problem {
  return new Problem(
    502,
    'unknown',
    `Cannot forward ${route} to ${server}: ${because}. Start that server, or give the URL of another with --inference.`,
    { code: 'inference_unreachable', cause },
  );
}

function leadsBack(server: string): Problem {
  return new Problem(
    502,
    'unknown',
    `Cannot forward to ${server}: it leads back to this server. Give the URL of one that runs models with --inference.`,
    { code: 'inference_loop' },
  );
}
