import { ControlError, type ControlErrorCode } from '../control/base/control-error.js';

/** Sends a request: the global `fetch`, or something in its place. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface Address {
  /** Origin, mount path and session, without a slash at the end. */
  baseUrl: string;
  controlToken?: string | undefined;
  fetch: Fetch;
}

/** Calls one session's control API. */
export interface ControlCalls {
  /** Sends and receives JSON. @throws ControlError as in process; Error if the server is not modeldock */
  call<Result>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Result>;
  /** Resolves with the answer once its headers have arrived. @throws as `call` */
  open(path: string, init: RequestInit): Promise<Response>;
}

export function createControlCalls({ baseUrl, controlToken, fetch }: Address): ControlCalls {
  return {
    open,
    call: async <Result>(method: string, path: string, body?: unknown, signal?: AbortSignal) => {
      const response = await open(path, {
        method,
        ...(signal && { signal }),
        ...(body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status === 204) return undefined as Result;
      const answer = parse(text);
      // LM Studio answers an unknown route with 200, and a text under `error`.
      if (answer === undefined || hasTextAsError(answer)) {
        throw new Error(`Cannot call ${method} ${urlOf(path)}: expected an answer of modeldock, found ${clip(text)}`);
      }
      return answer as Result;
    },
  };

  async function open(path: string, init: RequestInit): Promise<Response> {
    const url = urlOf(path);
    const method = init.method ?? 'GET';
    const headers = new Headers(init.headers);
    if (controlToken !== undefined) headers.set('X-Modeldock-Token', controlToken);
    let response: Response;
    try {
      response = await fetch(url, { ...init, headers });
    } catch (error) {
      if (init.signal?.aborted === true) throw error;
      const { message, cause } = error as Error;
      const reason = cause instanceof Error ? `${message} (${cause.message})` : message;
      throw new Error(`Cannot reach modeldock with ${method} ${url}: ${reason}. Check that it is running there.`, {
        cause: error,
      });
    }
    if (response.ok) return response;
    throw errorFrom(`${method} ${url}`, response.status, await response.text());
  }

  function urlOf(path: string): string {
    return `${baseUrl}/__modeldock${path}`;
  }
}

function errorFrom(call: string, status: number, text: string): Error {
  const { error } = (parse(text) ?? {}) as { error?: { code?: unknown; message?: unknown } | null };
  if (typeof error?.code === 'string' && typeof error.message === 'string') {
    return new ControlError(status, error.code as ControlErrorCode, error.message);
  }
  return new Error(`Cannot call ${call}: expected an answer of modeldock, found status ${status}, ${clip(text)}`);
}

function hasTextAsError(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'error' in answer && typeof answer.error === 'string';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
