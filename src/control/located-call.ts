import type { Call } from '../api/call.js';

/** A call as its world sees it: without the session in its path. A class, as `WatchedCall` is one. */
export class LocatedCall implements Call {
  readonly method: string;
  readonly path: string;
  private readonly call: Call;

  constructor(call: Call, path: string) {
    this.method = call.method;
    this.path = path;
    this.call = call;
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

  text(limit?: number): Promise<string> {
    return this.call.text(limit);
  }
}
