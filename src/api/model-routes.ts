import type { UnloadAnswer } from '../contract/answers.js';
import { loadBody, unloadBody } from '../contract/bodies.js';
import { toLegacyModel, toLegacyModelList } from '../contract/legacy-models.js';
import { fromLoadBody, toLoadAnswer, toModelList, toOpenAiModelList } from '../contract/model-answers.js';
import { problems } from '../contract/problem.js';
import { modelOfInstance } from '../core/model-identity.js';
import type { ModelLibrary } from '../core/model-library.js';
import { note, prettyJson, type Answer, type Call } from './call.js';
import { readJson } from './read-json.js';
import type { RouteMatch, RouteName } from './routes.js';

/** The routes about models that are there, and about those that are loaded. */
export type ModelRouteName = Extract<
  RouteName,
  'models' | 'load' | 'unload' | 'openai-models' | 'legacy-models' | 'legacy-model'
>;

type ModelRoute = (context: { readonly library: ModelLibrary }, call: Call, match: RouteMatch) => Promise<Answer>;

/** Answers calls about models. */
export const modelRoutes: Record<ModelRouteName, ModelRoute> = {
  models: async ({ library }) => prettyJson(200, toModelList(await library.installed(), await library.loaded())),
  load: async ({ library }, call) => {
    const body = await readJson(call, loadBody);
    note(call, { model: body.model });
    const instance = await library.load(fromLoadBody(body));
    return prettyJson(200, toLoadAnswer(instance, body.echo_load_config ?? false));
  },
  unload: async ({ library }, call) => {
    const { instance_id } = await readJson(call, unloadBody);
    note(call, { model: modelOfInstance(instance_id) });
    await library.unload(instance_id);
    return prettyJson(200, { instance_id } satisfies UnloadAnswer);
  },
  'openai-models': async ({ library }) => prettyJson(200, toOpenAiModelList(await library.installed())),
  'legacy-models': async ({ library }) =>
    prettyJson(200, toLegacyModelList(await library.installed(), await library.loaded())),
  'legacy-model': async ({ library }, call, { modelKey = '' }) => {
    note(call, { model: modelKey });
    const model = (await library.installed()).find(({ key }) => key === modelKey);
    if (!model) throw problems.notInstalled(modelKey);
    return prettyJson(200, toLegacyModel(model, await library.loaded()));
  },
};
