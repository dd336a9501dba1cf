import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errorCodeOf } from '../../node/file-errors.js';
import { readBootId } from '../disk/boot-id.js';

/** A process, so that another one can tell whether it is still there. */
export interface ProcessIdentity {
  host: string;
  pid: number;
  /** When it was started, in ticks since the machine was; tells a process from a later one with its number. Linux only. */
  start?: string;
  /** Names this run of the machine. */
  boot: string;
  /** Containers number their processes on their own. Linux only. */
  pidNamespace?: string;
}

/** This process. */
export async function readOwnIdentity(): Promise<ProcessIdentity> {
  const [stat, boot, pidNamespace] = await Promise.all([
    readStat('self'),
    readBootId(),
    readlink('/proc/self/ns/pid').catch(() => undefined),
  ]);
  return {
    host: hostname(),
    pid: process.pid,
    boot,
    ...(stat && { start: stat.start }),
    ...(pidNamespace !== undefined && { pidNamespace }),
  };
}

/** Whether a process has ended. `unknown` where it cannot be seen from here, and where its number may be another's. */
export async function judgeProcess(
  { host, pid, start, boot, pidNamespace }: ProcessIdentity,
  self: ProcessIdentity,
): Promise<'gone' | 'alive' | 'unknown'> {
  if (host !== self.host || boot !== self.boot || pidNamespace !== self.pidNamespace) return 'unknown';
  const stat = await readStat(String(pid));
  if (stat) {
    if (start === undefined) return 'unknown';
    // A zombie has let go of its files; it only waits for its parent to take notice.
    return stat.start !== start || stat.state === 'Z' || stat.state === 'X' ? 'gone' : 'alive';
  }
  try {
    process.kill(pid, 0);
    return 'unknown';
  } catch (error) {
    return errorCodeOf(error) === 'ESRCH' ? 'gone' : 'unknown';
  }
}

/** Of `/proc/<pid>/stat`; see proc_pid_stat(5). The name in parentheses may hold anything, parentheses included. */
async function readStat(pid: string): Promise<{ state: string; start: string } | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state === undefined || start === undefined ? undefined : { state, start };
  } catch {
    return undefined;
  }
}
