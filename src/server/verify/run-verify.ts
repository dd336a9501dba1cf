import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { inferred, inferredBehaviours } from '../../contract/inferred.js';
import { redactText } from '../../core/redact.js';
import { applyReport, parseReport, ReportError } from '../../verify/apply.js';
import { UnansweredError } from '../../verify/exchange.js';
import { exchangeOverHttp } from '../../verify/http-exchange.js';
import type { Poll } from '../../verify/life.js';
import type { RowResult, VerifyReport } from '../../verify/report.js';
import type { InferredName } from '../../verify/row.js';
import { verify, type Verified } from '../../verify/verify.js';
import { exitCodes } from '../downloads/exit-codes.js';
import { describeApplied } from './describe-applied.js';
import { describePlannedCalls } from './describe-planned-calls.js';
import { describeReport } from './describe-report.js';
import { toJUnit } from './junit.js';
import type { VerifyIo } from './verify-io.js';
import type { VerifySettings } from './verify-settings.js';

/** `modeldock verify`. Returns the exit code. @param version of modeldock, for the report */
export async function runVerify(
  given: string | undefined,
  settings: VerifySettings,
  version: string,
  io: VerifyIo,
): Promise<number> {
  if (settings.apply !== undefined) return runApply(settings.apply, io);
  const url = baseOf(given);
  if (url === undefined) {
    io.err(
      'modeldock: Cannot verify a server without its URL: expected modeldock verify http://localhost:1234, without user, password ' +
        'and query; --token sends an API token.\n',
    );
    return exitCodes.wrongUse;
  }
  if (settings.dryRun) {
    io.out(describePlannedCalls(url, settings));
    return exitCodes.done;
  }
  const interruption = new AbortController();
  io.onSignal(() => interruption.abort());
  try {
    const verified = await verifyOverHttp(url, settings, interruption.signal, io);
    const report = reportOf(url, settings, verified, version);
    const isWritten = await writeReports(report, settings, io);
    io.out(settings.json ? `${JSON.stringify(report)}\n` : describeReport(report, io.screen()));
    if (interruption.signal.aborted) return exitCodes.interrupted;
    if (verified.isTurnedAway) return exitCodes.noPermission;
    return report.summary.differs > 0 || !isWritten ? exitCodes.failed : exitCodes.done;
  } catch (error) {
    if (interruption.signal.aborted) return exitCodes.interrupted;
    if (!(error instanceof UnansweredError)) throw error;
    io.err(
      `modeldock: Cannot verify ${redactText(url)}: ${error.message}. Start that server (LM Studio: lms server start), or ` +
        'give the URL of another.\n',
    );
    return exitCodes.unreachable;
  }
}

/** The base of all paths, without a slash at its end; undefined for what is no URL of a server. */
function baseOf(text: string | undefined): string | undefined {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search + url.hash + url.username + url.password !== '') {
    return undefined;
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function verifyOverHttp(
  url: string,
  { download: model, profile, token, poll, patience }: VerifySettings,
  signal: AbortSignal,
  io: VerifyIo,
): Promise<Verified> {
  const download =
    model === undefined
      ? undefined
      : {
          model,
          pollMs: poll,
          patienceMs: patience * 1000,
          signal,
          // An interruption ends the wait, and the watch looks at the signal.
          sleep: async (ms: number) => {
            await wait(ms, undefined, { signal }).catch(() => undefined);
          },
          ...(io.drawsProgress() && { onPoll: (polled: Poll) => io.err(`\r${describePoll(model, polled)}\u001b[K`) }),
        };
  const verifying = verify({ exchange: exchangeOverHttp(url), profile, token, download, signal });
  return download && io.drawsProgress() ? verifying.finally(() => io.err('\r\u001b[K')) : verifying;
}

function describePoll(model: string, { job }: Poll): string {
  const { status, downloaded_bytes: bytes, total_size_bytes: total } = job;
  const part = typeof bytes === 'number' && typeof total === 'number' ? ` ${Math.floor((100 * bytes) / total)} %` : '';
  return `${model}: ${String(status)}${part}`;
}

function reportOf(
  url: string,
  { note, token }: VerifySettings,
  { rows, profile, isModeldock }: Verified,
  version: string,
): VerifyReport {
  const count = (outcome: RowResult['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  return {
    format: 'modeldock-verify/1',
    modeldock: version,
    verifiedAt: new Date().toISOString(),
    url: redactText(url, token),
    isModeldock,
    profile,
    ...(note !== undefined && { note: redactText(note, token) }),
    summary: { holds: count('holds'), differs: count('differs'), 'not-tried': count('not-tried') },
    rows,
  };
}

async function writeReports(report: VerifyReport, { junit, out }: VerifySettings, io: VerifyIo): Promise<boolean> {
  const files = [
    ...(junit === undefined ? [] : [{ path: junit, text: toJUnit(report) }]),
    ...(out === undefined ? [] : [{ path: out, text: `${JSON.stringify(report, null, 2)}\n` }]),
  ];
  let isWritten = true;
  for (const { path, text } of files) {
    try {
      await writeFile(path, text);
    } catch (error) {
      isWritten = false;
      io.err(`modeldock: Cannot write ${path}: ${(error as Error).message}.\n`);
    }
  }
  return isWritten;
}

async function runApply(path: string, io: VerifyIo): Promise<number> {
  try {
    const report = parseReport(await readFile(path, 'utf8'));
    const names = Object.keys({ ...inferred, ...inferredBehaviours }) as InferredName[];
    io.out(describeApplied(report, applyReport(report, names), io.screen()));
    return exitCodes.done;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof ReportError) && code === undefined) throw error;
    io.err(`modeldock: Cannot apply ${path}: ${(error as Error).message}. Give a file that verify --out wrote.\n`);
    return exitCodes.wrongUse;
  }
}
