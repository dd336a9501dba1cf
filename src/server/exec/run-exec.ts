import { profileNames } from '../../contract/profiles.js';
import type { OpenedServer } from '../serve-with-log.js';
import { readyLine } from '../serve-with-log.js';
import type { Settings } from '../settings.js';
import type { ExecSettings } from './exec-settings.js';
import { execExitCodes } from './exit-codes.js';
import { countSessions, reportSessions, type UsedSession } from './report.js';
import { exitCodeOf, NotRunError, relaySignals, runProgram, type SignalRelay } from './run-program.js';

/** One run of the program. */
interface Run {
  profile: string;
  /** Of the program, or 1 where its findings failed it. */
  code: number;
  calls: number;
  findings: number;
}

/**
 * Runs a program beside a server of its own, once or under each profile, and resolves with the exit code. What it has to
 * say goes to standard error: standard output is the program's.
 * @throws CommandError, CannotListenError where the server cannot start
 */
export async function runExec(command: readonly string[], settings: ExecSettings): Promise<number> {
  const relay = relaySignals();
  try {
    if (settings.eachProfile !== true) return (await runOnce(command, settings, relay)).code;
    const runs: Run[] = [];
    for (const profile of profileNames) {
      say(`modeldock: profile ${profile}`);
      runs.push(await runOnce(command, { ...settings, profile }, relay));
      if (relay.received() !== undefined) break;
    }
    say(describeRuns(command, runs));
    return runs.find(({ code }) => code !== 0)?.code ?? 0;
  } catch (error) {
    if (!(error instanceof NotRunError)) throw error;
    say(`modeldock: ${error.message}`);
    return error.exitCode;
  } finally {
    relay.release();
  }
}

async function runOnce(command: readonly string[], settings: ExecSettings, relay: SignalRelay): Promise<Run> {
  const server = await openServer(settings);
  try {
    if (settings.json) process.stderr.write(readyLine(server, settings, server.controlToken));
    const signal = relay.received();
    if (signal !== undefined) return { profile: settings.profile, code: exitCodeOf(signal), calls: 0, findings: 0 };
    const code = await runProgram(command, environmentFor(server, settings), relay);
    return await judge(command, code, settings, server);
  } finally {
    await server.close();
  }
}

async function openServer(settings: Settings): Promise<OpenedServer> {
  switch (settings.engine) {
    case 'simulated':
      return (await import('../serve-simulated.js')).openSimulated(settings);
    case 'real':
      return (await import('../serve-real.js')).openReal(settings);
  }
}

/** Reports a run that failed, and what a run that passed found, and decides the exit code. */
async function judge(
  command: readonly string[],
  code: number,
  settings: ExecSettings,
  server: OpenedServer,
): Promise<Run> {
  const sessions = await countSessions(server.sessions());
  const findings = settings.findings === 'ignore' ? 0 : sum(sessions, ({ findings: found }) => found);
  const calls = sum(sessions, ({ calls: sent }) => sent);
  const isFailedByFindings = code === 0 && findings > 0 && settings.findings === 'fail';
  if (code !== 0) {
    say(`\nmodeldock: ${command[0]} ended with ${code}.\n\n${await reportSessions(sessions)}`);
  } else if (findings > 0) {
    const verdict = isFailedByFindings ? 'and --findings fail makes that fail' : 'with findings';
    say(
      `\nmodeldock: ${command[0]} passed, ${verdict}.\n\n${await reportSessions(sessions.filter((session) => session.findings > 0))}`,
    );
  }
  return { profile: settings.profile, code: isFailedByFindings ? execExitCodes.findings : code, calls, findings };
}

function environmentFor(server: OpenedServer, { as = [] }: ExecSettings): NodeJS.ProcessEnv {
  const { url, port, controlToken } = server;
  const parts: Record<string, string> = { url, host: new URL(url).hostname, port: String(port) };
  const fill = (template: string): string =>
    template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
  return {
    ...process.env,
    MODELDOCK_URL: url,
    ...(controlToken !== undefined && { MODELDOCK_CONTROL_TOKEN: controlToken }),
    ...Object.fromEntries(as.map(({ name, template }) => [name, fill(template)])),
  };
}

function describeRuns(command: readonly string[], runs: readonly Run[]): string {
  const width = Math.max(...profileNames.map((name) => name.length));
  const lines = profileNames.map((profile) => {
    const run = runs.find((each) => each.profile === profile);
    if (run === undefined) return `  ${profile.padEnd(width)}  not run`;
    const found = run.findings === 0 ? 'no findings' : counted(run.findings, 'finding');
    const verdict = run.code === 0 ? 'passed' : `failed with ${run.code}`;
    return `  ${profile.padEnd(width)}  ${verdict} (${counted(run.calls, 'call')}, ${found})`;
  });
  return [`\nmodeldock: ${command[0]} under each profile`, ...lines].join('\n');
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function sum(sessions: readonly UsedSession[], of: (session: UsedSession) => number): number {
  return sessions.reduce((total, session) => total + of(session), 0);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
