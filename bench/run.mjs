// npm run bench [part …]: every figure as a ratio, from one run, on whatever machine this is.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const parts = ['size', 'start-up', 'million-jobs', 'polls', 'sessions', 'journal', 'hub'];
const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !parts.includes(part));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There is: ${parts.join(', ')}.`);
  process.exit(2);
}

console.log(`Node ${process.version} on ${cpus().length} × ${cpus()[0].model}`);
let failed = false;
for (const part of asked.length > 0 ? asked : parts) {
  const script = fileURLToPath(new URL(`${part}.mjs`, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--max-old-space-size=4096', script], {
    stdio: 'inherit',
  });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
