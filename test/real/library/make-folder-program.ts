/* Opens a models folder in a process of its own, which a system call that never ends takes with it: bundled by durable-files.test.ts. */
import * as files from 'node:fs/promises';
import { openModelFolders } from '../../../src/real/library/model-folders.js';

try {
  await openModelFolders({ files, roots: [process.argv[2]!] });
  process.stdout.write('made');
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error));
}
