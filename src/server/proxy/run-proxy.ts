import { isLoopbackHost } from '../../core/loopback.js';
import { createProxyDock, type ProxyDock, type ProxyDockOptions } from '../../proxy/create-proxy-dock.js';
import { CommandError } from '../command-error.js';
import { createLog, type Log } from '../log.js';
import { logCalls } from '../log-requests.js';
import { shorten } from '../shorten.js';
import { onOutputLost } from '../output.js';
import { serve, type Serving } from '../serve.js';
import { documentRoutes, makeControlToken } from '../serve-with-log.js';
import { bold, commandName, listening, row } from '../welcome.js';
import type { ProxyFlags } from './proxy-settings.js';
import { createTraceFiles } from './trace-files.js';

/** `modeldock proxy`: listens until a signal comes. @throws CommandError, CannotListenError */
export async function runProxy(url: string, settings: ProxyFlags, version: string): Promise<void> {
  // Installed before the server listens: a program that waits for that may send the signal at once.
  const stopped = untilStopped();
  const log = createLog(settings.logLevel);
  const { host, allowHost = [], profile, record } = settings;
  const traces = record === undefined ? undefined : createTraceFiles(record, log);
  const controlToken =
    settings.controlToken ?? (host === undefined || isLoopbackHost(host) ? undefined : makeControlToken());
  const dock = open({
    url,
    profile,
    allowedHosts: [...(host === undefined ? [] : [host]), ...allowHost],
    controlToken,
    controlRoutes: documentRoutes(profile ?? 'lmstudio-0.4'),
    ...reportsTo(log),
    ...(traces && { onRecorded: traces.write }),
  });
  const serving = await serve({
    api: logCalls(dock.api, log),
    port: settings.port,
    ...(host !== undefined && { host }),
    onError: (error) => log.error({ err: error }, 'An answer could not be sent.'),
  });
  process.stdout.write(
    settings.json
      ? `${JSON.stringify({ url: serving.url, upstream: url, pid: process.pid, controlToken })}\n`
      : welcomeProxy(serving, url, { ...settings, controlToken }, version),
  );
  await stopped;
  dock.close();
  await serving.close();
  // The process ends by itself, with the last line of its log.
  await traces?.written();
}

function open(options: ProxyDockOptions): ProxyDock {
  try {
    return createProxyDock(options);
  } catch (error) {
    throw error instanceof RangeError ? new CommandError(error.message) : error;
  }
}

function reportsTo(log: Log): Pick<ProxyDockOptions, 'onDifference' | 'onUnreachable' | 'onError'> {
  return {
    onDifference: (route, text) =>
      log.warn(
        `The answer to ${shorten(route)} differs from the contract: ${shorten(text)}. It was passed on as it is.`,
      ),
    onUnreachable: (message) => log.warn(message),
    onError: (error) => log.error({ err: error }, 'A call failed with an unexpected error; the client got a 500.'),
  };
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => resolve();
    // A signal may come twice: npm passes on a Ctrl-C that this process has received too.
    process.on('SIGINT', stop).on('SIGTERM', stop);
    onOutputLost(stop);
  });
}

function welcomeProxy(
  { urls, url, port }: Serving,
  upstream: string,
  { host, record, controlToken }: Omit<ProxyFlags, 'controlToken'> & { controlToken: string | undefined },
  version: string,
): string {
  const base = urls.length > 1 ? `http://localhost:${port}` : url;
  return [
    '',
    `  ${bold(`modeldock ${version}`)}`,
    `  In front of ${upstream}, whose answers pass untouched.`,
    '',
    ...row('Listening', ...listening(urls, host, port)),
    ...(record === undefined ? [] : row('Recording', record)),
    '',
    ...row('Calls', `${base}/__modeldock/journal`),
    ...row('Findings', `${base}/__modeldock/findings`),
    ...row('Faults', `${base}/__modeldock/faults`),
    ...(controlToken === undefined ? [] : row('', `X-Modeldock-Token: ${controlToken}`)),
    ...row('Flags', `${commandName()} proxy --help`),
    ...row('Stop', 'Ctrl-C'),
    '',
    '',
  ].join('\n');
}
