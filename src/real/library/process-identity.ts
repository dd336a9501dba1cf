import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errorCodeOf } from '../../node/file-errors.js';
import { readBootId } from '../disk/boot-id.js';

/** Identifies a process, so that another one can check whether it is still running. */
export interface ProcessIdentity {
  host: string;
  pid: number;
  /**
   * Its start, in ticks since the start of the machine; distinguishes a process from a later one with its number. Linux
   * only.
   */
  start?: string;
  /** Identifies this run of the machine. */
  boot: string;
  /** Containers number their processes separately. Linux only. */
  pidNamespace?: string;
}

/** Returns the identity of this process. */
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

/** Whether a process has ended. `unknown` if it cannot be seen from here, or its number may be another's. */
export async function judgeProcess(
  { host, pid, start, boot, pidNamespace }: ProcessIdentity,
  self: ProcessIdentity,
): Promise<'gone' | 'alive' | 'unknown'> {
  if (host !== self.host || boot !== self.boot || pidNamespace !== self.pidNamespace) return 'unknown';
  const stat = await readStat(String(pid));
  if (stat) {
    if (start === undefined) return 'unknown';
    // A zombie has released its files; it only waits for its parent.
    return stat.start !== start || stat.state === 'Z' || stat.state === 'X' ? 'gone' : 'alive';
  }
  try {
    process.kill(pid, 0);
    return 'unknown';
  } catch (error) {
    return errorCodeOf(error) === 'ESRCH' ? 'gone' : 'unknown';
  }
}

/**
 * Reads `/proc/<pid>/stat`; see proc_pid_stat(5). The name in parentheses may contain any characters, parentheses
 * included.
 */
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
