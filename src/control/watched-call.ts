import type { Call, CallNotes } from '../api/call.js';

/**
 * A call as the links behind the journal see it: with notes, and telling what body was read.
 * It is a class because an object with getters, made for each call, costs several times as much.
 */
export class WatchedCall implements Required<Call> {
  readonly method: string;
  readonly path: string;
  readonly notes: CallNotes;
  readonly #call: Call;
  readonly #onBody: (body: string) => void;

  constructor(call: Call, notes: CallNotes, onBody: (body: string) => void) {
    this.method = call.method;
    this.path = call.path;
    this.notes = notes;
    this.#call = call;
    this.#onBody = onBody;
  }

  get query(): URLSearchParams {
    return this.#call.query;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  header(name: string): string | undefined {
    return this.#call.header(name);
  }

  async text(): Promise<string> {
    const body = await this.#call.text();
    this.#onBody(body);
    return body;
  }
}
