import type { JobSnapshot } from '../../core/job.js';
import type { SessionSnapshot } from '../base/snapshot.js';
import type { SessionStatus } from '../contract/dock-control.js';
import type { Finding } from '../findings/finding.js';
import { reportFindings } from '../findings/report.js';
import { describeCalls } from '../journal/describe-calls.js';
import type { JournalEntry } from '../journal/entry.js';
import { toReplayToken } from './replay-token.js';

/** The longest token that a report shows: a longer one is a file. */
const LONGEST_TOKEN = 4096;

export interface ReportParts {
  status: SessionStatus;
  jobs: readonly JobSnapshot[];
  calls: readonly JournalEntry[];
  findings: readonly Finding[];
  /** Absent where downloads are real. */
  snapshot: SessionSnapshot | undefined;
}

/** Formats what happened in a session, for a terminal. */
export async function reportSession({ status, jobs, calls, findings, snapshot }: ReportParts): Promise<string> {
  const { session, engine, clock } = status;
  const parts = [
    `Session ${session}: downloads are ${engine}, the clock is ${clock.mode} at ${clock.date}.`,
    jobs.length === 0 ? 'No downloads.' : ['Downloads:', ...jobs.map((job) => `  ${describeJob(job)}`)].join('\n'),
    describeCalls(calls),
    reportFindings(findings),
    ...(snapshot ? [await howToRestore(snapshot)] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function describeJob(job: JobSnapshot): string {
  const share = Math.floor((job.downloadedBytes / Math.max(1, job.totalBytes)) * 100);
  const why = 'code' in job ? ` (${job.code})` : '';
  return `${job.id}  ${job.model}  ${job.state}${why} at ${share} %${job.isHeld ? ', held there' : ''}`;
}

async function howToRestore(snapshot: SessionSnapshot): Promise<string> {
  const token = await toReplayToken(snapshot);
  return token.length > LONGEST_TOKEN
    ? 'Restore this session with its snapshot (GET /__modeldock/snapshot) in a file\n  modeldock --replay FILE'
    : `Restore this session with\n  modeldock --replay ${token}`;
}
