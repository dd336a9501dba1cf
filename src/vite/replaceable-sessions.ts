import { readFileSync } from 'node:fs';
import type { Api } from '../api/api.js';
import { fetchFrom } from '../api/fetch.js';
import type { DockControl } from '../control/contract/dock-control.js';
import { createSessions, type SimulatedSessions, type SimulatedSessionsOptions } from '../create-dock.js';
import { readJsonText } from '../node/json-text.js';
import { parseCatalog } from '../simulator/catalog.js';
import { parseScenario } from '../simulator/scenario.js';

export interface ReplaceableOptions extends SimulatedSessionsOptions {
  /** Absolute paths of what is read again. */
  files: { scenario: string | undefined; catalog: string | undefined };
}

/** Sessions whose scenario and catalog come from files. */
export interface ReplaceableSessions {
  readonly api: Api;
  open(name: string): DockControl;
  /**
   * Reads the files again; downloads under way go on as they were. Returns whether one had changed.
   * @throws JsonTextError, and all stays as it was
   */
  reload(): Promise<boolean>;
  close(): void;
}

/** @throws as createSessions, and JsonTextError for a file that cannot be used */
export function createReplaceableSessions({ files, ...options }: ReplaceableOptions): ReplaceableSessions {
  let texts = readTexts(files);
  let sessions = createSessions({ ...options, ...parse(files, texts) });
  const answer: Api['answer'] = (call) => sessions.api.answer(call);
  return {
    api: {
      owns: (route, ownership) => sessions.api.owns(route, ownership),
      answer,
      fetch: (request) => fetchFrom(answer, request),
    },
    open: (name) => sessions.open(name),
    reload: async () => {
      const changed = readTexts(files);
      if (changed.scenario === texts.scenario && changed.catalog === texts.catalog) return false;
      // Also where it is refused: a mistake is reported once.
      texts = changed;
      const parsed = parse(files, changed);
      const next = createSessions({ ...options, ...parsed });
      await moveSessions(sessions, next, parsed);
      const old = sessions;
      sessions = next;
      old.close();
      return true;
    },
    close: () => sessions.close(),
  };
}

type Files = ReplaceableOptions['files'];
type Parsed = Pick<SimulatedSessionsOptions, 'scenario' | 'catalog'>;

/** Opens each session again, where it stood, with what is new for its next downloads. */
async function moveSessions(from: SimulatedSessions, to: SimulatedSessions, parsed: Parsed): Promise<void> {
  const { scenario, catalog } = parsed;
  for (const { session } of from.list()) {
    const snapshot = await from.open(session).snapshot();
    const simulation = { ...snapshot.simulation, ...(catalog && { catalog }) };
    const control = to.open(session, { ...snapshot, simulation });
    if (scenario) await control.scenario.set({ scenario });
  }
}

function readTexts({ scenario, catalog }: Files): { scenario: string | undefined; catalog: string | undefined } {
  const read = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : readFileSync(file, 'utf8');
  return { scenario: read(scenario), catalog: read(catalog) };
}

function parse(files: Files, texts: ReturnType<typeof readTexts>): Parsed {
  return {
    ...(texts.scenario !== undefined && { scenario: readJsonText(texts.scenario, files.scenario!, parseScenario) }),
    ...(texts.catalog !== undefined && { catalog: readJsonText(texts.catalog, files.catalog!, parseCatalog) }),
  };
}
