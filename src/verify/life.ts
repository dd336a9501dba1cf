import type { Exchange, Received } from './exchange.js';

/** A poll of a download: its answer, and what it says where it is JSON. */
export interface Poll {
  received: Received;
  job: Readonly<Record<string, unknown>>;
}

/** A download as a client sees it, from before its start to after its end. */
export interface Life {
  model: string;
  /** The list of models before the start, and after the end. */
  listedBefore: Received;
  listedAfter?: Received;
  /** The first answer. */
  started: Poll;
  /** The answer to the same request while the download went on. */
  startedAgain?: Poll;
  polls: readonly Poll[];
  /** One more poll after the end. */
  polledAfter?: Poll;
  /** The answer to the same request after the end. */
  startedAfter?: Poll;
  /** The answer to the same link with a quantization that no repo has. */
  noQuantization?: Received;
  /** Why it was not followed to its end. */
  stopped?: string;
}

/** How a download is followed. */
export interface LifeOptions {
  model: string;
  /** Between two polls, in ms. */
  pollMs: number;
  /** How long no byte may come before the watch ends, in ms. */
  patienceMs: number;
  /** Ends the watch; the download goes on. */
  signal: AbortSignal;
  /** Waits. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Called with each poll. */
  onPoll?: (poll: Poll) => void;
}

const NO_QUANTIZATION = 'Q0_NO_SUCH';

/**
 * Downloads a model and watches it to its end.
 * @param exchange sends the token, where there is one
 */
export async function watchLife(exchange: Exchange, options: LifeOptions): Promise<Life> {
  const { model, pollMs, patienceMs, signal, sleep, onPoll } = options;
  const listedBefore = await list();
  const noQuantization = model.includes('://') ? (await start(NO_QUANTIZATION)).received : undefined;
  const started = await start();
  const life: Life = { model, listedBefore, started, polls: [], ...(noQuantization && { noQuantization }) };
  const { job_id: jobId } = started.job;
  if (typeof jobId !== 'string') return life;

  const polls: Poll[] = [];
  life.polls = polls;
  let mostBytes = -1;
  let silentMs = 0;
  for (;;) {
    const poll = await look(jobId);
    polls.push(poll);
    onPoll?.(poll);
    if (!isUnderWay(poll)) break;
    life.startedAgain ??= await start();
    const bytes = Number(poll.job.downloaded_bytes ?? 0);
    silentMs = bytes > mostBytes ? 0 : silentMs + pollMs;
    mostBytes = Math.max(bytes, mostBytes);
    if (silentMs >= patienceMs) return { ...life, stopped: `no byte came for ${Math.round(silentMs / 1000)} s` };
    await sleep(pollMs, signal);
    if (signal.aborted) return { ...life, stopped: 'it was interrupted; the download goes on' };
  }
  if (statusOf(polls.at(-1)!) !== 'completed') return life;
  return { ...life, polledAfter: await look(jobId), startedAfter: await start(), listedAfter: await list() };

  function list(): Promise<Received> {
    return exchange({ method: 'GET', path: '/api/v1/models' });
  }

  async function look(id: string): Promise<Poll> {
    return read(await exchange({ method: 'GET', path: `/api/v1/models/download/status/${encodeURIComponent(id)}` }));
  }

  async function start(quantization?: string): Promise<Poll> {
    const body = JSON.stringify({ model, quantization });
    const headers = { 'Content-Type': 'application/json' };
    return read(await exchange({ method: 'POST', path: '/api/v1/models/download', headers, body }));
  }
}

function isUnderWay(poll: Poll): boolean {
  const status = statusOf(poll);
  return status === 'downloading' || status === 'paused';
}

/** The status that a poll gives; undefined where it has none. */
export function statusOf({ received, job }: Poll): string | undefined {
  return received.status === 200 && typeof job.status === 'string' ? job.status : undefined;
}

function read(received: Received): Poll {
  let job: unknown;
  try {
    job = JSON.parse(received.body);
  } catch {
    job = undefined;
  }
  return { received, job: typeof job === 'object' && job !== null ? (job as Record<string, unknown>) : {} };
}
