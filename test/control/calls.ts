import type { Answer, Answerer, Call } from '../../src/api/call.js';
import { Journal, type JournalOptions } from '../../src/control/journal/journal.js';

export interface CallParts {
  method?: string;
  query?: string;
  /** Names in lower case. */
  headers?: Record<string, string>;
  body?: string;
}

export function callTo(path: string, { method = 'GET', query = '', headers = {}, body = '' }: CallParts = {}): Call {
  return {
    method,
    path,
    query: new URLSearchParams(query),
    header: (name) => headers[name],
    text: async () => body,
    signal: new AbortController().signal,
  };
}

export function answerOf(
  body: string | ReadableStream<Uint8Array>,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Exclude<Answer, 'network error'> {
  return { status, headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers }, body };
}

/** A clock that a test sets. */
export function handClock(now: number): { now: () => number; at: (time: number) => void } {
  let time = now;
  return {
    now: () => time,
    at: (next) => {
      time = next;
    },
  };
}

export const WALL = Date.UTC(2026, 0, 1);
export const VIRTUAL = Date.UTC(2025, 9, 3);

export function openJournal(options: Partial<JournalOptions> = {}): Journal {
  return new Journal({
    session: 'checkout',
    clock: { now: () => VIRTUAL, mode: 'running', speed: 1 },
    wall: { now: () => WALL },
    ...options,
  });
}

/** Answers calls, and has a journal write them down. */
export function answererOf(journal: Journal, answerer: Answerer): Answerer {
  return (call) => journal.record(call, answerer);
}
