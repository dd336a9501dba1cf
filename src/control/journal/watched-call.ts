import type { Call, CallNotes } from '../../api/call.js';
import { ForwardedCall } from '../../api/forwarded-call.js';

/** A call as the layers behind the journal get it: it collects notes, and records the body that was read. */
export class WatchedCall extends ForwardedCall {
  private readonly onBody: (body: string) => void;

  constructor(call: Call, notes: CallNotes, onBody: (body: string) => void) {
    super(call, { notes });
    this.onBody = onBody;
  }

  override async text(limit?: number): Promise<string> {
    const body = await this.call.text(limit);
    this.onBody(body);
    return body;
  }
}
