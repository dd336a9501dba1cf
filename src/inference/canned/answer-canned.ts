import { note, prettyJson, type Call } from '../../api/call.js';
import { INFERENCE_BODY_BYTES, type InferenceHandler } from '../../api/inference.js';
import type { InferenceRouteName } from '../../api/routes.js';
import { problems } from '../../contract/problem.js';
import { RefusedError } from '../../core/errors.js';
import type { InstalledModel, LoadedInstance, ModelLibrary } from '../../core/model-library.js';
import { hexDigits } from '../../core/random.js';
import { anthropicMessage } from './anthropic.js';
import type { CannedShape } from './canned-shape.js';
import { cannedText, describeInput, type CannedReply } from './canned-text.js';
import { embeddingList } from './embeddings.js';
import { lmStudioChat } from './lm-studio-chat.js';
import { chatCompletion, textCompletion } from './openai-completions.js';
import { readPrompt } from './read-prompt.js';
import { openAiResponse } from './openai-responses.js';
import { eventStream } from './server-sent-events.js';

/**
 * Answers an inference call with a short text, or with vectors, and says that no model ran. The same call always gets
 * the same answer.
 * @throws Problem for an invalid body; RefusedError instance_not_loaded
 */
export const answerCanned: InferenceHandler = async (call, route, library) => {
  const body = readPrompt(await call.text(INFERENCE_BODY_BYTES), call.header('content-type'));
  const { instance, model } = await findLoaded(call, body, library);
  const isForEmbeddings = route === 'embeddings' || route === 'legacy-embeddings';
  if (isForEmbeddings !== (instance.type === 'embedding')) {
    throw problems.wrongValue('model', isForEmbeddings ? 'an embedding model' : 'a model that answers with text');
  }
  const reply: CannedReply = {
    model: instance.id,
    arch: model?.architecture ?? '',
    quantization: model?.quantization?.name ?? '',
    format: model?.format ?? 'gguf',
    contextLength: instance.config.contextLength,
    text: cannedText(instance.id),
    input: describeInput(body),
    id: hexDigits(`${route}/${JSON.stringify(body)}`, 24),
  };
  const { whole, events } = shapeFor(route, body, reply);
  if (body.stream !== true || isForEmbeddings) return prettyJson(200, whole, MARK);
  return eventStream(events(), MARK);
};

/** Marks canned answers in a header, because vectors cannot say so in words. */
const MARK = { 'X-Modeldock-Inference': 'canned' };

function shapeFor(route: InferenceRouteName, body: Record<string, unknown>, reply: CannedReply): CannedShape {
  switch (route) {
    case 'chat-completions':
      return chatCompletion(body, reply, false);
    case 'legacy-chat-completions':
      return chatCompletion(body, reply, true);
    case 'completions':
      return textCompletion(body, reply, false);
    case 'legacy-completions':
      return textCompletion(body, reply, true);
    case 'responses':
      return openAiResponse(reply);
    case 'messages':
      return anthropicMessage(reply);
    case 'chat':
      return lmStudioChat(body, reply);
    case 'embeddings':
    case 'legacy-embeddings':
      return { whole: embeddingList(body, reply), events: () => [] };
  }
}

async function findLoaded(
  call: Call,
  { model: asked }: Record<string, unknown>,
  library: ModelLibrary,
): Promise<{ instance: LoadedInstance; model: InstalledModel | undefined }> {
  if (asked === undefined) throw problems.missingField('model');
  if (typeof asked !== 'string') throw problems.wrongType('model', 'string', asked === null ? 'null' : typeof asked);
  note(call, { model: asked });
  const loaded = await library.loaded();
  const instance = loaded.find(({ id }) => id === asked) ?? loaded.find(({ modelKey }) => modelKey === asked);
  if (!instance) {
    throw new RefusedError('instance_not_loaded', asked, `Cannot run ${asked}: it is not loaded.`);
  }
  const model = (await library.installed()).find(({ key }) => key === instance.modelKey);
  return { instance, model };
}
