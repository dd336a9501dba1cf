import type { IncomingMessage } from 'node:http';
import { readBodyText } from '../api/body-text.js';
import { inferred } from '../contract/inferred.js';
import { problems } from '../contract/problem.js';
import { headersOf, readRequestBytes } from './request-text.js';

/** The body of a request, which can be read as text, passed on as it comes, or one after the other. */
export class RequestBody {
  readonly #request: IncomingMessage & { body?: unknown };
  /** All of its bytes, or a string where a body parser has read it. */
  #whole: Promise<Buffer | string> | undefined;
  #isPassing = false;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  /** Reads it as text; what is being passed on has no text yet. @throws Problem bodyTooLarge */
  async text(limit: number = inferred.bodyLimitBytes.value): Promise<string> {
    if (!this.#whole && this.#isPassing) throw problems.bodyTooLarge(inferred.bodyLimitBytes.value);
    const whole = await (this.#whole ??= readRequestBytes(this.#request, limit));
    return typeof whole === 'string' ? whole : readBodyText(whole, headersOf(this.#request), limit);
  }

  /** Passes the bytes on, once, and keeps them for `text` where they are few. */
  async *pass(): AsyncGenerator<Uint8Array> {
    if (this.#whole) {
      yield Buffer.from(await this.#whole);
      return;
    }
    this.#isPassing = true;
    const seen: Buffer[] = [];
    let length = 0;
    // A server that answers early leaves the rest unread; the connection to the client must survive that.
    for await (const chunk of this.#request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= inferred.bodyLimitBytes.value) seen.push(chunk);
      else seen.length = 0;
      yield chunk;
    }
    if (length <= inferred.bodyLimitBytes.value) this.#whole = Promise.resolve(Buffer.concat(seen));
  }
}
