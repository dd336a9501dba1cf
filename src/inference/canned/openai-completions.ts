import type { CannedShape } from './canned-shape.js';
import { CREATED_SECONDS, tokensOf, type CannedReply } from './canned-text.js';
import type { StreamedEvent } from './server-sent-events.js';

/**
 * Formats a reply for `/v1/chat/completions`. @param isLegacy in the format of `/api/v0`, with LM Studio's statistics
 */
export function chatCompletion(body: Record<string, unknown>, reply: CannedReply, isLegacy: boolean): CannedShape {
  const frame = { id: `chatcmpl-${reply.id}`, created: CREATED_SECONDS, model: reply.model };
  const choice = (content: object, finish_reason: 'stop' | null) => ({
    index: 0,
    logprobs: null,
    finish_reason,
    ...content,
  });
  return {
    whole: {
      ...frame,
      object: 'chat.completion',
      choices: [choice({ message: { role: 'assistant', content: reply.text } }, 'stop')],
      ...ending(reply, isLegacy),
    },
    events: () =>
      chunks(body, reply, isLegacy, { ...frame, object: 'chat.completion.chunk' }, (token, index) =>
        token === undefined
          ? choice({ delta: {} }, 'stop')
          : choice({ delta: { ...(index === 0 && { role: 'assistant' }), content: token } }, null),
      ),
  };
}

/** Formats a reply for `/v1/completions`. @param isLegacy in the format of `/api/v0`, with LM Studio's statistics */
export function textCompletion(body: Record<string, unknown>, reply: CannedReply, isLegacy: boolean): CannedShape {
  const frame = { id: `cmpl-${reply.id}`, object: 'text_completion', created: CREATED_SECONDS, model: reply.model };
  const choice = (text: string, finish_reason: 'stop' | null) => ({ index: 0, text, logprobs: null, finish_reason });
  return {
    whole: { ...frame, choices: [choice(reply.text, 'stop')], ...ending(reply, isLegacy) },
    events: () =>
      chunks(body, reply, isLegacy, frame, (token) => (token === undefined ? choice('', 'stop') : choice(token, null))),
  };
}

/** @param choiceFor called without a token for the choice that ends the text */
function* chunks(
  body: Record<string, unknown>,
  reply: CannedReply,
  isLegacy: boolean,
  frame: object,
  choiceFor: (token: string | undefined, index: number) => object,
): Generator<StreamedEvent> {
  const tokens = tokensOf(reply.text);
  for (const [index, token] of tokens.entries()) yield { data: { ...frame, choices: [choiceFor(token, index)] } };
  yield {
    data: { ...frame, choices: [choiceFor(undefined, tokens.length)], ...(isLegacy && statistics(reply)) },
  };
  const options = body.stream_options as { include_usage?: unknown } | null | undefined;
  if (options?.include_usage === true) yield { data: { ...frame, choices: [], usage: usageOf(reply) } };
  yield { data: '[DONE]' };
}

function ending(reply: CannedReply, isLegacy: boolean): object {
  return { usage: usageOf(reply), ...(isLegacy ? statistics(reply) : { system_fingerprint: reply.model }) };
}

function usageOf({ text, input }: CannedReply): object {
  const completion_tokens = tokensOf(text).length;
  return { prompt_tokens: input.tokens, completion_tokens, total_tokens: input.tokens + completion_tokens };
}

function statistics({ arch, quantization, format, contextLength }: CannedReply): object {
  return {
    stats: { tokens_per_second: 0, time_to_first_token: 0, generation_time: 0, stop_reason: 'eosFound' },
    model_info: { arch, quant: quantization, format, context_length: contextLength },
    runtime: { name: 'modeldock-canned', version: '0', supported_formats: [format] },
  };
}
