import type { Call, CallNotes, RawRequest } from './call.js';

/**
 * A call that is passed on with something changed. It is a class because an object with getters, created for each call,
 * costs several times as much.
 */
export class ForwardedCall implements Call {
  readonly method: string;
  readonly path: string;
  readonly notes: CallNotes | undefined;
  protected readonly call: Call;

  constructor(call: Call, { path = call.path, notes = call.notes }: { path?: string; notes?: CallNotes | undefined }) {
    this.method = call.method;
    this.path = path;
    this.notes = notes;
    this.call = call;
  }

  get query(): URLSearchParams {
    return this.call.query;
  }

  get signal(): AbortSignal {
    return this.call.signal;
  }

  get raw(): RawRequest | undefined {
    return this.call.raw;
  }

  header(name: string): string | undefined {
    return this.call.header(name);
  }

  text(limit?: number): Promise<string> {
    return this.call.text(limit);
  }
}
