/** The values from which a canned answer is made. */
export interface CannedReply {
  /** The id of the instance that would have answered. */
  model: string;
  arch: string;
  quantization: string;
  format: string;
  contextLength: number;
  text: string;
  input: { tokens: number };
  /** 24 hex digits that depend only on the call. */
  id: string;
}

/** A constant, so that the same call gets the same answer. */
export const CREATED_SECONDS = Date.parse('2025-01-01T00:00:00.000Z') / 1000;

export function cannedText(model: string): string {
  return `This is a canned answer from modeldock: no model ran, and ${model} did not see your message.`;
}

/** Splits a text into words, each with the space before it, as tokens of a model. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S+/g) ?? [];
}

/** Counts roughly what a call sends to the model: four characters are a token. */
export function describeInput(body: Record<string, unknown>): CannedReply['input'] {
  const { messages, prompt, input, system, system_prompt, instructions } = body;
  const characters = [messages, prompt, input, system, system_prompt, instructions].reduce<number>(
    (sum, part) => sum + lengthOf(part),
    0,
  );
  return { tokens: Math.max(1, Math.ceil(characters / 4)) };
}

function lengthOf(part: unknown): number {
  if (typeof part === 'string') return part.length;
  return part === undefined || part === null ? 0 : JSON.stringify(part).length;
}
