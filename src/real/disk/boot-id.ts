import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';

/**
 * Names the time since the machine was started: what was written, but not synced, is still there as long as this stays
 * the same. Where the system has no such name it is the moment of the start, to the minute; a clock that was set then
 * looks like a restart, which costs a check of what is stored and nothing else.
 */
export async function readBootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    const started = Date.now() - uptime() * 1000;
    return `started-${Math.round(started / 60_000)}`;
  }
}
