import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { profileNames, profiles, type Profile, type ProfileName } from '../contract/profiles.js';
import type { Operator } from '../control/operator.js';
import { fromReplayToken } from '../control/replay-token.js';
import type { SessionSnapshot } from '../control/snapshot.js';
import { createSessionDocks, type SimulatedSessions } from '../create-dock.js';
import { CommandError } from './command-error.js';
import { createLog } from './log.js';
import { logCalls, shorten, warnOfUnknownRoutes, warnOfUnknownStories } from './log-calls.js';
import { serve, type Serving } from './serve.js';
import type { Settings } from './settings.js';
import { welcome, type Welcome } from './welcome.js';

/** `modeldock serve`: listens until it is told to stop. @throws CommandError, CannotListenError */
export async function runServe(settings: Settings, version: string): Promise<Serving> {
  if (settings.engine === 'real') {
    throw new CommandError('The real engine is not built yet. --engine simulated is what there is.');
  }
  const replayed = settings.replay === undefined ? undefined : await readReplay(settings.replay);
  const log = createLog(settings.logLevel);
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
  const playing = replayed ? await playingOf(beginWith(sessions, replayed), replayed) : playingOfFlags(settings);
  const serving = await serve({
    api: logCalls(warnOfUnknownStories(sessions.api, log), log),
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
      : welcome(serving, {
          ...settings,
          controlToken,
          version,
          playing,
          replayed: replayed && new Date(replayed.clock.now),
        }),
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

function beginWith({ open }: SimulatedSessions, snapshot: SessionSnapshot): Operator {
  try {
    return open('default', snapshot);
  } catch (error) {
    throw new CommandError(`Cannot bring that world back. ${(error as Error).message}`);
  }
}

function playingOfFlags({ scenario, speed, frozen, profile }: Settings): Welcome['playing'] {
  return { scenario: scenario.name, clock: frozen ? { mode: 'frozen' } : { mode: 'running', speed }, profile };
}

/** A world that is brought back has all of its own. */
async function playingOf(session: Operator, { clock, profile }: SessionSnapshot): Promise<Welcome['playing']> {
  const { scenario } = await session.scenario.read();
  return {
    scenario: typeof scenario === 'string' ? scenario : 'of its own',
    clock,
    profile: nameOfProfile(profile),
  };
}

function nameOfProfile(wanted: Profile): string {
  const isWanted = (name: ProfileName): boolean =>
    Object.entries(profiles[name]).every(([quirk, value]) => wanted[quirk as keyof Profile] === value);
  return profileNames.find(isWanted) ?? 'of its own';
}

/** Written by the build, beside the code. */
async function readDocument(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`../openapi/${name}.json`, import.meta.url), 'utf8')) as unknown;
}

function isLoopback(host: string | undefined): boolean {
  return host === undefined || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host);
}
