import { fileURLToPath } from 'node:url';
import { requireNode } from './set-up/node-version.mjs';

// npm start: sets up what is missing or out of date, then becomes the `modeldock` command. It is one process, so that a
// signal reaches the server itself, and its exit code is that of this command.

requireNode();
// Imported only now: an older Node could not even parse the rest.
import('./set-up.mjs').then(async ({ setUp, fail }) => {
  await setUp().catch(fail);
  const command = new URL('../dist/server/cli.js', import.meta.url);
  process.argv[1] = fileURLToPath(command);
  process.env.MODELDOCK_COMMAND = 'npm start --';
  await import(command.href);
});
