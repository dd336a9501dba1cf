import type { CannedShape } from './canned-shape.js';
import { CREATED_SECONDS, tokensOf, type CannedReply } from './canned-text.js';
import type { StreamedEvent } from './server-sent-events.js';

/** Formats a reply for `/v1/responses`. */
export function openAiResponse(reply: CannedReply): CannedShape {
  const { id, model, text, input } = reply;
  const output_tokens = tokensOf(text).length;
  const part = (shown: string) => ({ type: 'output_text', text: shown, annotations: [] });
  const item = (status: string, content: object[]) => ({
    id: `msg_${id}`,
    type: 'message',
    status,
    role: 'assistant',
    content,
  });
  const response = (status: string, output: object[]) => ({
    id: `resp_${id}`,
    object: 'response',
    created_at: CREATED_SECONDS,
    status,
    error: null,
    incomplete_details: null,
    model,
    output,
    usage:
      status === 'completed'
        ? { input_tokens: input.tokens, output_tokens, total_tokens: input.tokens + output_tokens }
        : null,
  });
  const whole = response('completed', [item('completed', [part(text)])]);
  return {
    whole,
    events: () =>
      numbered(function* () {
        const place = { item_id: `msg_${id}`, output_index: 0, content_index: 0 };
        yield { type: 'response.created', response: response('in_progress', []) };
        yield { type: 'response.in_progress', response: response('in_progress', []) };
        yield { type: 'response.output_item.added', output_index: 0, item: item('in_progress', []) };
        yield { type: 'response.content_part.added', ...place, part: part('') };
        for (const delta of tokensOf(text)) yield { type: 'response.output_text.delta', ...place, delta };
        yield { type: 'response.output_text.done', ...place, text };
        yield { type: 'response.content_part.done', ...place, part: part(text) };
        yield { type: 'response.output_item.done', output_index: 0, item: item('completed', [part(text)]) };
        yield { type: 'response.completed', response: whole };
      }),
  };
}

function* numbered(events: () => Iterable<{ type: string }>): Generator<StreamedEvent> {
  let sequence_number = 0;
  for (const event of events()) yield { event: event.type, data: { ...event, sequence_number: sequence_number++ } };
}
