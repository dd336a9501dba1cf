import type { ModelName } from '../core/model-name.js';
import type { HttpHandler } from 'msw';
import type { Fault } from '../control/faults/fault.js';
import type { StartMoment } from '../core/simulation.js';
import { createDock, type SimulatedDock, type SimulatedWorldOptions } from '../create-dock.js';
import { createHandlers } from '../handlers/create-handlers.js';
import { startMswWorker } from '../browser/start-msw-worker.js';
import { createSharedAddress } from '../runners/fixture/shared-address.js';
import { claimsOf } from './claims.js';

/** The LM Studio of a story: `parameters: { lmStudio: { model: 'ibm/granite-4-micro', at: '42%' } }`. */
export interface LmStudioParameters extends SimulatedWorldOptions {
  /** The model whose download `at` is about; any by default. It also tells stories on one docs page apart. */
  model?: ModelName;
  /**
   * The moment at which its download is held from the first answer on: `'42%'`, `0.42`, `'stalled'`, `'failed@50%'` and so on.
   * Without it the download plays its scenario.
   */
  at?: StartMoment;
  /** Models that are there already. */
  installed?: readonly string[];
  /** What happens to which calls. */
  faults?: readonly Fault[];
}

/** Where stories expect LM Studio, and what answers them. */
export interface LmStudioOptions extends SimulatedWorldOptions {
  /** Where the components call. `http://localhost:1234` by default. */
  baseUrl?: string;
  /**
   * The arg that gets the address of the story's own session, such as `baseUrl`: two stories on a docs page then never meet.
   * Without it stories at the same address are distinguished by the models and jobs that they ask for.
   */
  urlArg?: string;
  /**
   * What brings the calls: MSW's worker, started here (`own`, the default), or that of msw-storybook-addon (`addon`), to which
   * the preview gives `handlers`.
   */
  worker?: 'own' | 'addon';
  /** Where MSW's script is served, with `own`. `./mockServiceWorker.js` by default. */
  workerUrl?: string;
}

/** What is read of a story. */
export interface StoryContext {
  id: string;
  parameters: Record<string, unknown>;
  args?: Record<string, unknown>;
  loaded?: Record<string, unknown>;
}

/** What a story finds as `context.loaded.lm`. */
export interface StoryLm {
  /** The address of the story's session. */
  url: string;
  /** Its clock, jobs, models, faults and journal. */
  dock: SimulatedDock;
}

/** Opens the session of a story before it is rendered. */
export type LmStudioLoader = (context: StoryContext) => Promise<{ lm: StoryLm }>;

/** Gives a story the address of its session. */
export type LmStudioDecorator = <Rendered>(
  story: (update?: { args: Record<string, unknown> }) => Rendered,
  context: StoryContext,
) => Rendered;

/** What a preview of Storybook takes. */
export interface LmStudioAnnotations {
  loaders: LmStudioLoader[];
  decorators: LmStudioDecorator[];
  /** For msw-storybook-addon: `parameters: { msw: { handlers: { lmStudio: lmStudio.handlers } } }`. */
  handlers: HttpHandler[];
}

/**
 * Creates what a preview of Storybook takes so that each story has an LM Studio of its own, in the state that its parameters
 * name.
 * @example
 * // .storybook/preview.ts
 * const { loaders, decorators } = createLmStudio({ urlArg: 'baseUrl' });
 * export default { loaders, decorators };
 */
export function createLmStudio(options: LmStudioOptions = {}): LmStudioAnnotations {
  const { baseUrl = 'http://localhost:1234', urlArg, worker = 'own', workerUrl, ...dockOptions } = options;
  const address = createSharedAddress({ unnamed: 'latest' });
  const handlers = createHandlers(address.api, { baseUrl });
  const docks = new Map<string, { dock: SimulatedDock; remove: () => void }>();
  let started: Promise<unknown> | undefined;

  const loader: LmStudioLoader = async ({ id, parameters }) => {
    if (worker === 'own') await (started ??= startMswWorker(handlers, workerUrl ?? './mockServiceWorker.js'));
    const previous = docks.get(id);
    previous?.remove();
    previous?.dock.close();
    const given = (parameters.lmStudio ?? {}) as LmStudioParameters;
    const dock = await openDock(id, { ...dockOptions, ...given });
    docks.set(id, { dock, remove: address.add(id, dock.api, claimsOf(dock, given.model)) });
    return { lm: { url: `${baseUrl.replace(/\/$/, '')}/s/${id}`, dock } };
  };
  const decorator: LmStudioDecorator = (story, { args, loaded }) => {
    const lm = loaded?.lm as StoryLm | undefined;
    return urlArg === undefined || !lm ? story() : story({ args: { ...args, [urlArg]: lm.url } });
  };
  return { loaders: [loader], decorators: [decorator], handlers };
}

/** Each story has an LM Studio of its own at `http://localhost:1234`, through MSW's worker. */
export const lmStudio: LmStudioAnnotations = createLmStudio();

/** A story that is rendered again has the same job ids: what polls from before goes on. */
async function openDock(id: string, parameters: LmStudioParameters): Promise<SimulatedDock> {
  const { model = '*', at, installed = [], faults = [], ...dockOptions } = parameters;
  const held = at === undefined ? {} : { speed: 0, hold: { [model]: at } };
  const dock = createDock({ seed: id, dates: 'caller', ...held, ...dockOptions });
  for (const each of installed) await dock.models.add(each);
  for (const fault of faults) await dock.faults.add(fault);
  return dock;
}
