/* Writes an answer to a socket, with or without faults. Nothing else touches a response object. */
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { LONGEST_TIMER_MS } from '../../core/wall-timer.js';
import type { HubClock } from '../clock.js';
import type { Pace } from './pace.js';
import type { Reply } from './reply.js';

/** A fault while a body is sent: the connection breaks, stalls, or closes too early. */
export interface Incident {
  type: 'reset' | 'stall' | 'close';
  /** How many bytes of the body are still sent; `undefined` means that not even the headers are. */
  afterBytes?: number;
  /** How long a stall lasts; without it, until the client times out. */
  ms?: number;
}

/** An answer, and how it is sent. */
export interface Delivery {
  reply: Reply;
  latencyMs: number;
  paces: Pace[];
  incident?: Incident;
  /** Without a Content-Length, ends the body by closing the connection instead of with chunks. */
  closeDelimited?: boolean;
}

/** The end of a delivery. `cut`: the hub closed the connection. `left`: the client did. */
export type Outcome = 'complete' | 'cut' | 'left';

/** What has been sent so far. */
export interface SendProgress {
  /** Bytes of the body that were passed to the operating system. */
  bytes: number;
  /** Set once the headers have been sent. */
  status?: number;
}

// A reset discards the send queue, in which sent bytes may still wait: without this pause clients would get fewer bytes
// than the fault says. Nothing depends on its exact length.
const RESET_GRACE_MS = 60;

/** Resolves when everything has been sent or the connection is closed; rejects if the content cannot be read. */
export async function sendBody(
  response: ServerResponse,
  delivery: Delivery,
  clock: HubClock,
  progress: SendProgress,
): Promise<Outcome> {
  const { reply, incident } = delivery;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const hasLeft = (): boolean => gone.signal.aborted || response.destroyed;
  const trouble = async (): Promise<Outcome | undefined> => {
    if (hasLeft()) return 'left';
    if (incident?.type !== 'stall') return cut(response, incident!.type);
    // setTimeout is capped at 24.8 days; treat it as "never".
    await clock.sleep(incident.ms ?? LONGEST_TIMER_MS, gone.signal);
    return hasLeft() ? 'left' : undefined;
  };

  if (delivery.latencyMs > 0) await clock.sleep(delivery.latencyMs, gone.signal);
  if (incident !== undefined && incident.afterBytes === undefined) {
    const outcome = await trouble();
    if (outcome !== undefined) return outcome;
  }
  if (hasLeft()) return 'left';
  if (delivery.closeDelimited) response.useChunkedEncodingByDefault = false;
  response.writeHead(reply.status, reply.headers);
  progress.status = reply.status;

  const silent = response.req.method === 'HEAD' || reply.status === 304;
  let turn = silent ? undefined : incident?.afterBytes;
  if (turn === 0) {
    response.flushHeaders();
    const outcome = await trouble();
    if (outcome !== undefined) return outcome;
    turn = undefined;
  }
  if (!silent) {
    for await (const whole of inStep(reply)) {
      for (const chunk of gulps(whole, delivery.paces)) {
        const now = turn === undefined ? chunk : chunk.subarray(0, turn - progress.bytes);
        await send(response, now, delivery.paces, gone.signal);
        progress.bytes += now.length;
        if (hasLeft()) return left(response, progress);
        if (progress.bytes !== turn) continue;
        const outcome = await trouble();
        if (outcome !== undefined) return outcome;
        turn = undefined;
        if (now.length === chunk.length) continue;
        await send(response, chunk.subarray(now.length), delivery.paces, gone.signal);
        progress.bytes += chunk.length - now.length;
      }
    }
  }
  if (hasLeft()) return left(response, progress);
  response.end();
  if (!response.writableFinished) await settled(response, gone.signal);
  return response.writableFinished ? 'complete' : left(response, progress);
}

/** Yields chunks one after another, without a promise for each if the content is synchronous. */
function inStep({ body, start, end }: Reply): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return body.chunks(start, end);
}

function* gulps(chunk: Uint8Array, paces: readonly Pace[]): Iterable<Uint8Array> {
  const gulp = Math.min(chunk.length, ...paces.map((pace) => pace.gulp));
  for (let at = 0; at < chunk.length; at += gulp) yield chunk.subarray(at, at + gulp);
}

async function send(
  response: ServerResponse,
  chunk: Uint8Array,
  paces: readonly Pace[],
  signal: AbortSignal,
): Promise<void> {
  for (const pace of paces) await pace.take(chunk.length, signal);
  if (response.destroyed || response.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

async function settled(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await Promise.race([once(response, 'finish', { signal }), once(response, 'close')]).catch(() => undefined);
}

async function cut(response: ServerResponse, manner: 'reset' | 'close'): Promise<Outcome> {
  const { socket } = response;
  if (socket === null) return 'left';
  if (manner === 'close') {
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.end(() => resolve());
    });
    // Otherwise the reading side would stay open as long as the client likes.
    socket.destroySoon();
    return 'cut';
  }
  if (response.headersSent) await new Promise((resolve) => setTimeout(resolve, RESET_GRACE_MS));
  if ('resetAndDestroy' in socket) socket.resetAndDestroy();
  else response.destroy();
  return 'cut';
}

/** Bytes that were still in Node's own queue when the client left do not count as sent. */
function left(response: ServerResponse, progress: SendProgress): Outcome {
  progress.bytes = Math.max(0, progress.bytes - response.writableLength);
  return 'left';
}
