/* Takes a lock in a process of its own, and says so on its output: bundled by locks.test.ts. */
import * as files from 'node:fs/promises';
import { takeLock } from '../../../src/real/library/locks.js';
import { realClock } from '../../../src/real/real-clock.js';

const {
  root,
  startAt = 0,
  limits,
  dieAt,
} = JSON.parse(process.argv[2]!) as {
  root: string;
  startAt?: number;
  limits: { lockTouchMs: number; lockStaleMs: number };
  /** Ends the process when the lock file is about to be renamed: in the middle of a takeover. */
  dieAt?: 'rename';
};

const layer =
  dieAt === undefined
    ? files
    : {
        ...files,
        rename: () => {
          process.kill(process.pid, 'SIGKILL');
          return new Promise<void>(() => undefined);
        },
      };

await realClock.sleep(Math.max(0, startAt - Date.now()));
try {
  await takeLock({
    files: layer,
    clock: realClock,
    limits,
    root,
    folder: `${root}/acme/Chat-GGUF`,
    paths: ['chat-Q4_K_M.gguf'],
    subject: 'acme/Chat-GGUF@Q4_K_M',
    progress: () => ({ downloadedBytes: 420, totalBytes: 1000 }),
  });
  process.stdout.write('taken\n');
  // Holds it until it is killed, or its input ends.
  process.stdin.on('end', () => process.exit()).resume();
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code ?? String(error)}\n`);
  process.exitCode = 1;
}
