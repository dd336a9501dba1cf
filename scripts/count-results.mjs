import { pathToFileURL } from 'node:url';
import { readTestReport } from './test-report.mjs';

/**
 * Computes the result of a report and of the exit codes of the check and of the tests. A failed check counts as one
 * failure; so does a test run that ended with an error although every test passed, or that ran none.
 */
export function countResults(reportFile, checkCode, testCode) {
  const { passed, failed, skipped } = readTestReport(reportFile) ?? { passed: 0, failed: 0, skipped: [] };
  const crashed = failed === 0 && (testCode !== 0 || passed === 0);
  return { passed, failed: failed + (checkCode === 0 ? 0 : 1) + (crashed ? 1 : 0), skipped: skipped.length };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [reportFile, checkCode, testCode] = process.argv.slice(2);
  const { passed, failed, skipped } = countResults(reportFile, Number(checkCode), Number(testCode));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
