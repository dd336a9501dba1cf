/** A request as it is sent to a server. */
export interface Sent {
  method: string;
  /** Begins with a slash; the query included. */
  path: string;
  /** Sent as they are: nothing is added to them where the transport can help it. */
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** The answer of a server. */
export interface Received {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: string;
}

/** Sends a request and gives its answer. Rejects with an UnansweredError where there is none. */
export type Exchange = (request: Sent) => Promise<Received>;

/** No answer came to a request. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
  /** Whether nothing accepts connections at that address, so that no other request will be answered either. */
  readonly isUnreachable: boolean;

  constructor(message: string, isUnreachable: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.isUnreachable = isUnreachable;
  }
}
