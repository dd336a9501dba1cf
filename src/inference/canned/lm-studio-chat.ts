import type { CannedShape } from './canned-shape.js';
import { tokensOf, type CannedReply } from './canned-text.js';
import type { StreamedEvent } from './server-sent-events.js';

/** Formats a reply for `/api/v1/chat`, with the events of LM Studio's "Streaming events" page. */
export function lmStudioChat({ store }: Record<string, unknown>, { id, model, text, input }: CannedReply): CannedShape {
  const result = {
    model_instance_id: model,
    output: [{ type: 'message', content: text }],
    stats: {
      input_tokens: input.tokens,
      total_output_tokens: tokensOf(text).length,
      reasoning_output_tokens: 0,
      tokens_per_second: 0,
      time_to_first_token_seconds: 0,
    },
    ...(store !== false && { response_id: `resp_${id}` }),
  };
  return {
    whole: result,
    events: () =>
      named(function* () {
        yield { type: 'chat.start', model_instance_id: model };
        yield { type: 'prompt_processing.start' };
        yield { type: 'prompt_processing.progress', progress: 1 };
        yield { type: 'prompt_processing.end' };
        yield { type: 'message.start' };
        for (const content of tokensOf(text)) yield { type: 'message.delta', content };
        yield { type: 'message.end' };
        yield { type: 'chat.end', result };
      }),
  };
}

function* named(events: () => Iterable<{ type: string }>): Generator<StreamedEvent> {
  for (const event of events()) yield { event: event.type, data: event };
}
