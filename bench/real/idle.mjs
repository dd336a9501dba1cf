import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Returns the memory of a process that has opened the engine over an empty folder and is idle, in bytes. */
export async function idleBytes(disk) {
  const folder = mkdtempSync(join(disk, 'idle-'));
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--open', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
    if (first === undefined) throw new Error('The engine could not be opened over an empty folder.');
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) * 1024;
  } finally {
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[2] === '--open') {
  const { openDownloader } = await import('../../dist/real/open-downloader.js');
  const engine = await openDownloader({ modelsDirs: [process.argv[3]] });
  setTimeout(() => console.log('idle'), 500);
  process.stdin.on('end', () => void engine.close()).resume();
}
