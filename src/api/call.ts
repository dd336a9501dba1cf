/**
 * A request and an answer, as plain objects. Constructing Fetch's classes costs more than answering, so transports
 * translate at their edge and no inner code handles a `Request`.
 */
export interface Call {
  /** Upper-case. */
  method: string;
  /** The path as it was sent, without the query, the mount path and a session's prefix; begins with a slash. */
  path: string;
  query: URLSearchParams;
  /** @param name lower-case */
  header(name: string): string | undefined;
  /** Reads the body. @param limit in bytes; LM Studio's by default @throws Problem bodyTooLarge */
  text(limit?: number): Promise<string>;
  /** Aborted when the client leaves, where the transport can tell. */
  signal: AbortSignal;
  /** Notes about the call, which the journal keeps; absent where there is no journal. */
  notes?: CallNotes | undefined;
  /** The request as it came, where the transport can tell. */
  readonly raw?: RawRequest | undefined;
}

/** A request as it came, for an answerer that passes it on whole. */
export interface RawRequest {
  /** In their order, with the names as they were sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The query with its question mark; empty where there is none. */
  readonly search: string;
  /** The bytes of the body, once. What has passed, `text()` gives afterwards. */
  body(): AsyncIterable<Uint8Array>;
}

/** Notes about a call, added by each layer that handles it. */
export interface CallNotes {
  /** The id of the call's entry. */
  readonly id?: number | undefined;
  /** The documented route that answered it, as `METHOD /path` with `:job_id`; absent where no route did. */
  route?: string | undefined;
  /** The job that the call concerns. */
  job?: string | undefined;
  /** The identity of the model that the call concerns. */
  model?: string | undefined;
  /** The fault that changed the answer, and the api's own answer, where the api was called. */
  fault?: (FaultNote & { also?: readonly FaultNote[]; intended?: Answer }) | undefined;
}

/** Adds notes to a call, if it keeps notes. */
export function note({ notes }: Call, { route, job, model, fault }: CallNotes): void {
  if (!notes) return;
  if (route !== undefined) notes.route = route;
  if (job !== undefined) notes.job = job;
  if (model !== undefined) notes.model = model;
  if (fault !== undefined) notes.fault = fault;
}

/** A fault that a call met. */
export interface FaultNote {
  id: string;
  type: string;
}

/** What a call is answered: plain data, or nothing at all. */
export type Answer =
  | {
      status: number;
      headers: Readonly<Record<string, string>>;
      body: string | ReadableStream<Uint8Array>;
      /** From another server: transports add no headers of their own. */
      asIs?: true;
    }
  /** No answer at all: the connection breaks. */
  | 'network error';

/** A call as far as its route goes. */
export interface Route {
  /** Upper-case. */
  method: string;
  /** Without the query. */
  path: string;
}

/** Answers calls. It never throws and never rejects. */
export type Answerer = (call: Call) => Promise<Answer>;

/** Wraps an answerer, for example to add headers or to answer in its place. */
export type CallMiddleware = (next: Answerer) => Answerer;

/** Wraps an answerer in middleware, the outermost first. */
export function chain(links: readonly CallMiddleware[], answerer: Answerer): Answerer {
  return links.reduceRight((next, link) => link(next), answerer);
}

/** Formats JSON as LM Studio prints it under `/api/v1`. */
export function prettyJson(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return {
    status,
    headers: headers === undefined ? JSON_HEADERS : { ...JSON_HEADERS, ...headers },
    body: JSON.stringify(body, null, 2),
  };
}

export function compactJson(status: number, body: unknown): Answer {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

/** Shared by nearly all answers and by what the journal keeps of them, to save memory. */
const JSON_HEADERS = Object.freeze({ 'Content-Type': 'application/json; charset=utf-8' });
