import { inferred } from '../contract/inferred.js';
import { problems } from '../contract/problem.js';
import { readBodyText, readHeader } from './body-text.js';
import type { Answer, Answerer, Call } from './call.js';

/** Turns a Fetch `Request` into a call. `path` is the part of its URL that the api sees. */
export function callFrom(request: Request, path: string, search: string): Call {
  return {
    method: request.method,
    path,
    query: new URLSearchParams(search),
    header: (name) => headerOf(request, name),
    text: (limit) => readText(request, limit),
    signal: request.signal,
  };
}

/** Turns an answer into a Fetch `Response`. @throws TypeError where the answer is a network error, as `fetch` does */
export function toResponse(answer: Answer, method: string): Response {
  if (answer === 'network error') throw new TypeError('Failed to fetch: the simulated connection broke.');
  const { status, headers, body } = answer;
  const bodiless = method === 'HEAD' || status === 204 || status === 205 || status === 304;
  // Tells the stream's source that the stream will not be read.
  if (bodiless && typeof body !== 'string') void body.cancel();
  return new Response(bodiless ? null : body, { status, headers });
}

/** Answers a Fetch request whose path needs no translation. */
export async function fetchFrom(answerer: Answerer, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return toResponse(await answerer(callFrom(request, pathname, search)), request.method);
}

function headerOf({ headers }: Request, name: string): string | undefined {
  const value = headers.get(name);
  return value === null ? undefined : readHeader(value);
}

async function readText(request: Request, limit: number = inferred.bodyLimitBytes.value): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw problems.bodyTooLarge(limit);
  const headers = {
    contentType: headerOf(request, 'content-type'),
    contentEncoding: headerOf(request, 'content-encoding'),
  };
  return readBodyText(new Uint8Array(await request.arrayBuffer()), headers, limit);
}
