import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireNode } from './set-up/node-version.mjs';

// npm test: sets up what is missing or out of date, then runs every test, or those that the arguments name.

requireNode();
import('./set-up.mjs').then(({ setUp, fail }) => setUp().then(runTests).catch(fail));

async function runTests() {
  const { findOrInstallChromium, howToEnableBrowserTests } = await import('./browser.mjs');
  const { inProject, root, say } = await import('./set-up/project.mjs');
  const { runNode } = await import('./set-up/run.mjs');
  const { describeSkipped, readTestReport } = await import('./test-report.mjs');

  const chromium = await findOrInstallChromium();
  const folder = mkdtempSync(join(tmpdir(), 'modeldock-tests-'));
  const report = process.env.MODELDOCK_TEST_REPORT ?? join(folder, 'report.json');
  try {
    const { code } = await runNode(
      inProject('node_modules/vitest/vitest.mjs'),
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
      { env: chromium ? { MODELDOCK_CHROMIUM: chromium } : {} },
    );
    const { skipped = [] } = readTestReport(report) ?? {};
    if (skipped.length > 0) say(['Skipped:', ...describeSkipped(skipped, root)].join('\n'));
    if (!chromium)
      say(`The browser tests were skipped, because no Chromium was found. To run them, ${howToEnableBrowserTests}`);
    process.exitCode = code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
