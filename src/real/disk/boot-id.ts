import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';

/**
 * Returns an id that is constant until the machine restarts: as long as it is the same, data that was written but not
 * synced still exists. If the system has no such id, it is the time of the start, to the minute; setting the clock then
 * looks like a restart, which only costs a check of the stored bytes.
 */
export async function readBootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    const started = Date.now() - uptime() * 1000;
    return `started-${Math.round(started / 60_000)}`;
  }
}
