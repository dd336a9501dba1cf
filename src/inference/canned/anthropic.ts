import type { CannedShape } from './canned-shape.js';
import { tokensOf, type CannedReply } from './canned-text.js';
import type { StreamedEvent } from './server-sent-events.js';

/** Formats a reply for `/v1/messages`, in Anthropic's format. */
export function anthropicMessage({ id, model, text, input }: CannedReply): CannedShape {
  const output_tokens = tokensOf(text).length;
  const message = (content: object[], stop_reason: string | null, written: number) => ({
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason,
    stop_sequence: null,
    usage: { input_tokens: input.tokens, output_tokens: written },
  });
  return {
    whole: message([{ type: 'text', text }], 'end_turn', output_tokens),
    events: () =>
      named(function* () {
        yield { type: 'message_start', message: message([], null, 0) };
        yield { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
        for (const token of tokensOf(text)) {
          yield { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: token } };
        }
        yield { type: 'content_block_stop', index: 0 };
        yield {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn', stop_sequence: null },
          usage: { output_tokens },
        };
        yield { type: 'message_stop' };
      }),
  };
}

function* named(events: () => Iterable<{ type: string }>): Generator<StreamedEvent> {
  for (const event of events()) yield { event: event.type, data: event };
}
