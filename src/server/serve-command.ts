import { readFile } from 'node:fs/promises';
import { createDock } from '../create-dock.js';
import { createLog } from './log.js';
import { logCalls, warnOfUnknownRoutes } from './log-calls.js';
import { serve, type Serving } from './serve.js';
import type { Settings } from './settings.js';
import { welcome } from './welcome.js';

/** Something the person who typed the command must know; shown without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** `modeldock serve`: listens until it is told to stop. @throws CommandError, PortTakenError */
export async function runServe(settings: Settings, version: string): Promise<Serving> {
  if (settings.engine === 'real') {
    throw new CommandError('The real engine is not built yet. --engine simulated is what there is.');
  }
  const log = await createLog(settings.logLevel);
  const dock = createDock({
    seed: settings.seed,
    scenario: settings.scenario.scenario,
    profile: settings.profile,
    speed: settings.frozen ? 0 : settings.speed,
    ...(settings.catalog && { catalog: settings.catalog }),
    ...(settings.requireToken !== undefined && { requireToken: settings.requireToken }),
    ...(settings.cors !== undefined && { cors: settings.cors === true ? '*' : settings.cors }),
    ...(settings.host !== undefined && { allowedHosts: [settings.host] }),
    onError: (error) => log.error({ err: error }, 'A call failed for a reason nobody foresaw; the client got a 500.'),
    onUnknownRoute: warnOfUnknownRoutes(log),
    onForeignOrigin: (origin) =>
      log.warn(
        `A page of ${origin} calls, and CORS is off: its browser hides the answers. Start modeldock with --cors, ` +
          'and LM Studio with `lms server start --cors` or "Enable CORS" in its server settings.',
      ),
    openApi: () => readFile(new URL(`../openapi/${settings.profile}.json`, import.meta.url), 'utf8'),
  });
  const serving = await serve({
    api: logCalls(dock.api, log),
    port: settings.port,
    ...(settings.host !== undefined && { host: settings.host }),
    onError: (error) => log.error({ err: error }, 'An answer could not be sent.'),
  });
  if (settings.host === undefined && serving.urls.length === 1) {
    log.info('This machine has no ::1, so only 127.0.0.1 answers.');
  }
  process.stdout.write(
    settings.json
      ? `${JSON.stringify({ url: serving.url, engine: settings.engine, pid: process.pid })}\n`
      : welcome(serving, settings, version),
  );
  return serving;
}
