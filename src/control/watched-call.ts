import type { Call, CallNotes } from '../api/call.js';

/**
 * A call as the links behind the journal see it: with notes, and telling what body was read.
 * It is a class because an object with getters, made for each call, costs several times as much. Its fields have no `#`:
 * links make calls of their own that inherit from it, and such a field is not inherited.
 */
export class WatchedCall implements Required<Call> {
  readonly method: string;
  readonly path: string;
  readonly notes: CallNotes;
  private readonly call: Call;
  private readonly onBody: (body: string) => void;

  constructor(call: Call, notes: CallNotes, onBody: (body: string) => void) {
    this.method = call.method;
    this.path = call.path;
    this.notes = notes;
    this.call = call;
    this.onBody = onBody;
  }

  get query(): URLSearchParams {
    return this.call.query;
  }

  get signal(): AbortSignal {
    return this.call.signal;
  }

  header(name: string): string | undefined {
    return this.call.header(name);
  }

  async text(): Promise<string> {
    const body = await this.call.text();
    this.onBody(body);
    return body;
  }
}
