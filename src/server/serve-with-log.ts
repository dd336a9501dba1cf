import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Api, ApiOptions } from '../api/api.js';
import type { ProfileName } from '../contract/profiles.js';
import type { DockControl } from '../control/contract/dock-control.js';
import type { ControlRoutes } from '../control/http/router.js';
import type { GatewayOptions } from '../control/http/gateway.js';
import { redactText } from '../core/redact.js';
import type { Inference } from '../inference/create-inference.js';
import type { Log } from './log.js';
import { warnOfInference, warnOfUnknownRoutes } from './log-calls.js';
import { logCalls } from './log-requests.js';
import { shorten } from './shorten.js';
import { patientFetch } from './patient-fetch.js';
import { serve, type Serving } from './serve.js';
import type { Settings } from './settings.js';

/**
 * Makes the options for calls and logs, of any session, from the flags. @param controlToken the token that control
 * calls must send
 */
export function gatewayOptions(
  settings: Settings,
  controlToken: string | undefined,
  log: Log,
): GatewayOptions &
  Pick<ApiOptions, 'onUnknownRoute' | 'onNotImitated' | 'explainFailures'> & {
    profile: ProfileName;
    onWarning: (text: string) => void;
    requireToken?: string;
    inference: Inference;
  } {
  return {
    profile: settings.profile,
    ...(settings.explainFailures && { explainFailures: true }),
    onWarning: (text) => log.warn(text),
    ...(settings.requireToken !== undefined && { requireToken: settings.requireToken }),
    ...(settings.cors !== undefined && { cors: settings.cors === true ? '*' : settings.cors }),
    allowedHosts: [...(settings.host === undefined ? [] : [settings.host]), ...(settings.allowHost ?? [])],
    controlToken,
    inference: inferenceOf(settings),
    onError: (error) => log.error({ err: error }, 'A call failed with an unexpected error; the client got a 500.'),
    onNotImitated: warnOfInference(log),
    onUnknownRoute: warnOfUnknownRoutes(log),
    onForeignOrigin: (origin) =>
      log.warn(
        `A page of ${shorten(redactText(origin))} calls, and CORS is off: its browser hides the answers. Start modeldock with --cors, ` +
          'and LM Studio with `lms server start --cors` or "Enable CORS" in its server settings.',
      ),
  };
}

function inferenceOf({ inference, inferenceToken: token }: Settings): Inference {
  if (inference === 'none' || inference === 'canned') return inference;
  return { url: inference, token, fetch: patientFetch };
}

/** A server that listens, and the control of its sessions in this process. */
export interface OpenedServer extends Serving {
  controlToken: string | undefined;
  /** The sessions there are, the longest idle first. */
  sessions(): readonly { name: string; control: DockControl }[];
}

export function makeControlToken(): string {
  return randomBytes(16).toString('hex');
}

/** Serves the OpenAPI documents, which the build writes beside the code. */
export function documentRoutes(profile: ProfileName): ControlRoutes {
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(new URL(`../openapi/${name}.json`, import.meta.url), 'utf8')) as unknown;
  return { 'GET /openapi.json': () => read(profile), 'GET /control-openapi.json': () => read('control') };
}

/** @throws CannotListenError */
export async function serveWithLog(api: Api, settings: Settings, log: Log): Promise<Serving> {
  const serving = await serve({
    api: logCalls(api, log),
    port: settings.port,
    ...(settings.host !== undefined && { host: settings.host }),
    onError: (error) => log.error({ err: error }, 'An answer could not be sent.'),
  });
  if (settings.host === undefined && serving.urls.length === 1) {
    log.info('This machine has no ::1, so the server listens on 127.0.0.1 only.');
  }
  return serving;
}

/** Formats the output of `--json`: one line for programs. */
export function readyLine({ url }: Serving, { engine }: Settings, controlToken: string | undefined): string {
  return `${JSON.stringify({ url, engine, pid: process.pid, controlToken })}\n`;
}
