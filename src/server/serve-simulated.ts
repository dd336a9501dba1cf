import { isLoopbackHost } from '../core/loopback.js';
import { profileNames, profiles, type Profile, type ProfileName } from '../contract/profiles.js';
import { downloadGroup } from '../control/http/download-routes.js';
import type { DockControl } from '../control/contract/dock-control.js';
import { DEFAULT_SESSION } from '../control/session/session-name.js';
import { fromReplayToken } from '../control/session/replay-token.js';
import { parseSnapshot, type SessionSnapshot } from '../control/base/snapshot.js';
import { monotonicClock } from '../core/clock.js';
import { createServerSessions, type ServerSessions, type SimulatedSessions } from '../create-dock.js';
import { CommandError } from './command-error.js';
import { createLog } from './log.js';
import { warnOfUnknownTestModels } from './log-calls.js';
import type { Serving } from './serve.js';
import {
  documentRoutes,
  gatewayOptions,
  makeControlToken,
  readyLine,
  serveWithLog,
  type OpenedServer,
} from './serve-with-log.js';
import type { Settings } from './settings.js';
import { welcome, type Welcome } from './welcome.js';

/** Runs `modeldock serve` with the simulated engine. @throws CommandError, CannotListenError */
export async function serveSimulated(settings: Settings, version: string): Promise<Serving & Changeable> {
  const { playing, replayed, ...opened } = await openSimulated(settings);
  process.stdout.write(
    settings.json
      ? readyLine(opened, settings, opened.controlToken)
      : welcome(opened, {
          ...settings,
          controlToken: opened.controlToken,
          version,
          playing,
          replayed: replayed && new Date(replayed.clock.now),
        }),
  );
  return opened;
}

/** A server whose scenario and catalog can change. */
interface Changeable {
  change: ServerSessions['change'];
}

interface OpenedSimulation extends OpenedServer, Changeable {
  playing: Welcome['playing'];
  replayed: SessionSnapshot | undefined;
}

/** Serves simulated sessions, and prints nothing on standard output. @throws CommandError, CannotListenError */
export async function openSimulated(settings: Settings): Promise<OpenedSimulation> {
  const replayed = settings.replay === undefined ? undefined : await readReplay(settings.replay);
  const log = createLog(settings.logLevel);
  const controlToken =
    settings.controlToken ??
    (settings.host === undefined || isLoopbackHost(settings.host) ? undefined : makeControlToken());
  const sessions = createServerSessions(
    {
      ...gatewayOptions(settings, controlToken, log),
      timeSource: monotonicClock,
      seed: settings.seed,
      scenario: settings.scenario.scenario,
      ...(settings.hold && { hold: settings.hold }),
      speed: settings.frozen ? 0 : settings.speed,
      ...(settings.dates && { dates: settings.dates }),
      ...(settings.catalog && { catalog: settings.catalog }),
      unknownModels: settings.unknownModels,
    },
    {
      controlRoutes: documentRoutes(settings.profile),
      sessionRoutes: downloadGroup,
      checkedScenario: typeof settings.scenario.scenario === 'string' ? undefined : settings.scenario.scenario,
    },
  );
  const playing = replayed
    ? await playingOf(await replay(sessions, replayed, settings), replayed)
    : playingOfFlags(settings);
  const serving = await serveWithLog(warnOfUnknownTestModels(sessions.api, log), settings, log);
  return {
    ...serving,
    controlToken,
    playing,
    replayed,
    change: (changes) => sessions.change(changes),
    sessions: () => sessions.list().map(({ session: name }) => ({ name, control: sessions.open(name) })),
    close: async () => {
      sessions.close();
      await serving.close();
    },
  };
}

async function readReplay(text: string): Promise<SessionSnapshot> {
  const read = text.trimStart().startsWith('{') ? Promise.resolve(text).then(readSnapshot) : fromReplayToken(text);
  return read.catch((error: unknown) => {
    throw new CommandError((error as Error).message);
  });
}

/** A restored session has its own clock; the flag chooses the clock of the dates that it shows. */
async function replay(
  sessions: SimulatedSessions,
  snapshot: SessionSnapshot,
  { dates }: Settings,
): Promise<DockControl> {
  const session = beginWith(sessions, snapshot);
  if (dates) await session.clock.set({ dates });
  return session;
}

/** @throws ControlError bad_snapshot; SyntaxError */
function readSnapshot(text: string): SessionSnapshot {
  return parseSnapshot(JSON.parse(text));
}

function beginWith(sessions: SimulatedSessions, snapshot: SessionSnapshot): DockControl {
  try {
    return sessions.open(DEFAULT_SESSION, snapshot);
  } catch (error) {
    throw new CommandError(`Cannot restore the session of this replay token. ${(error as Error).message}`);
  }
}

function playingOfFlags({ scenario, speed, frozen, profile }: Settings): Welcome['playing'] {
  return { scenario: scenario.name, clock: frozen ? { mode: 'frozen' } : { mode: 'running', speed }, profile };
}

/** Describes what the session plays; a restored session has settings of its own. */
async function playingOf(session: DockControl, { clock, profile }: SessionSnapshot): Promise<Welcome['playing']> {
  const { scenario } = await session.scenario.get();
  return {
    scenario: typeof scenario === 'string' ? scenario : 'custom',
    clock,
    profile: nameOfProfile(profile),
  };
}

const quirks = [
  'countersInDownloadAnswer',
  'unknownRouteStatus',
  'keepAliveMs',
] as const satisfies readonly (keyof Profile)[];

function nameOfProfile(wanted: Profile): string {
  const isWanted = (name: ProfileName): boolean => quirks.every((quirk) => wanted[quirk] === profiles[name][quirk]);
  return profileNames.find(isWanted) ?? 'of its own';
}
