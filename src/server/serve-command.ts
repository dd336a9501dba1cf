import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SessionSnapshot } from '../control/snapshot.js';
import { createSessionDocks, type SimulatedSessions } from '../create-dock.js';
import { fromReplayToken } from '../testing/replay.js';
import { CommandError } from './command-error.js';
import { createLog } from './log.js';
import { logCalls, shorten, warnOfUnknownRoutes } from './log-calls.js';
import { serve, type Serving } from './serve.js';
import type { Settings } from './settings.js';
import { welcome } from './welcome.js';

/** `modeldock serve`: listens until it is told to stop. @throws CommandError, CannotListenError */
export async function runServe(settings: Settings, version: string): Promise<Serving> {
  if (settings.engine === 'real') {
    throw new CommandError('The real engine is not built yet. --engine simulated is what there is.');
  }
  const replayed = settings.replay === undefined ? undefined : await readReplay(settings.replay);
  const log = await createLog(settings.logLevel);
  const controlToken =
    settings.controlToken ?? (isLoopback(settings.host) ? undefined : randomBytes(16).toString('hex'));
  const sessions = createSessionDocks({
    seed: settings.seed,
    scenario: settings.scenario.scenario,
    profile: settings.profile,
    speed: settings.frozen ? 0 : settings.speed,
    ...(settings.catalog && { catalog: settings.catalog }),
    ...(settings.requireToken !== undefined && { requireToken: settings.requireToken }),
    ...(settings.cors !== undefined && { cors: settings.cors === true ? '*' : settings.cors }),
    allowedHosts: [...(settings.host === undefined ? [] : [settings.host]), ...(settings.allowHost ?? [])],
    controlToken,
    onError: (error) => log.error({ err: error }, 'A call failed for a reason nobody foresaw; the client got a 500.'),
    onUnknownRoute: warnOfUnknownRoutes(log),
    onForeignOrigin: (origin) =>
      log.warn(
        `A page of ${shorten(origin)} calls, and CORS is off: its browser hides the answers. Start modeldock with --cors, ` +
          'and LM Studio with `lms server start --cors` or "Enable CORS" in its server settings.',
      ),
    controlRoutes: {
      'GET /openapi.json': () => readDocument(settings.profile),
      'GET /control-openapi.json': () => readDocument('control'),
    },
  });
  if (replayed) beginWith(sessions, replayed);
  const serving = await serve({
    api: logCalls(sessions.api, log),
    port: settings.port,
    ...(settings.host !== undefined && { host: settings.host }),
    onError: (error) => log.error({ err: error }, 'An answer could not be sent.'),
  });
  if (settings.host === undefined && serving.urls.length === 1) {
    log.info('This machine has no ::1, so only 127.0.0.1 answers.');
  }
  process.stdout.write(
    settings.json
      ? `${JSON.stringify({ url: serving.url, engine: settings.engine, pid: process.pid, controlToken })}\n`
      : welcome(serving, { ...settings, controlToken }, version),
  );
  return {
    ...serving,
    close: async () => {
      sessions.close();
      await serving.close();
    },
  };
}

async function readReplay(token: string): Promise<SessionSnapshot> {
  return fromReplayToken(token).catch((error: unknown) => {
    throw new CommandError((error as Error).message);
  });
}

function beginWith({ open }: SimulatedSessions, snapshot: SessionSnapshot): void {
  try {
    open('default', snapshot);
  } catch (error) {
    throw new CommandError(`Cannot bring that world back. ${(error as Error).message}`);
  }
}

/** Written by the build, beside the code. */
async function readDocument(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`../openapi/${name}.json`, import.meta.url), 'utf8')) as unknown;
}

function isLoopback(host: string | undefined): boolean {
  return host === undefined || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host);
}
