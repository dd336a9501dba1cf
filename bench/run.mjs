// npm run bench [part …]: prints every figure beside its target, from one run, on any machine.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The scripts of each part, and their flags. The whole bench of the real engine is `npm run bench:real`. */
const parts = {
  size: ['size.mjs'],
  'start-up': ['start-up.mjs'],
  'million-jobs': ['million-jobs.mjs'],
  polls: ['polls.mjs'],
  sessions: ['sessions.mjs'],
  journal: ['journal.mjs'],
  listeners: ['listeners.mjs'],
  hub: ['hub.mjs'],
  real: ['real/run.mjs', '--settings', 'unthrottled', '--clients', 'modeldock,curl', '--rounds', '5'],
};
const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !(part in parts));
if (unknown.length > 0) {
  console.error(`Cannot run the bench ${unknown.join(', ')}: expected one of ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

console.log(`Node ${process.version} on ${cpus().length} × ${cpus()[0].model}`);
/** The exit code of a part that cannot run on this machine, and has printed why. */
const CANNOT_RUN = 2;

let failed = false;
for (const part of asked.length > 0 ? asked : Object.keys(parts)) {
  const [script, ...flags] = parts[part];
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--max-old-space-size=4096', path, ...flags], {
    stdio: 'inherit',
  });
  failed ||= status !== 0 && status !== CANNOT_RUN;
}
process.exitCode = failed ? 1 : 0;
