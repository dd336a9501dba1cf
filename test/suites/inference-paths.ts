/** The paths on which models run, as LM Studio documents them; spelled out, and not read from the code under test. */
export const inferencePaths = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/responses',
  '/v1/embeddings',
  '/v1/messages',
  '/api/v1/chat',
  '/api/v0/chat/completions',
  '/api/v0/completions',
  '/api/v0/embeddings',
] as const;
