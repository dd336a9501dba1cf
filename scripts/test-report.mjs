import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * Reads a report of Vitest's JSON reporter: how many tests passed and failed, and the skipped ones by name. A file that
 * could not be loaded has no tests, and counts as one failure. Undefined if there is no report, or an incomplete one.
 */
export function readTestReport(file) {
  const report = parse(file);
  if (!report) return undefined;
  const tests = report.testResults.flatMap(({ name, status, assertionResults }) =>
    assertionResults.length === 0 && status === 'failed'
      ? [{ file: name, name: '(the file itself)', status }]
      : assertionResults.map((test) => ({ file: name, name: test.fullName, status: test.status })),
  );
  const counted = tests.filter(({ status }) => status === 'passed' || status === 'failed');
  return {
    passed: counted.filter(({ status }) => status === 'passed').length,
    failed: counted.filter(({ status }) => status === 'failed').length,
    skipped: tests.filter((test) => !counted.includes(test)).map(({ file, name }) => ({ file, name })),
  };
}

/** The skipped tests, by file and name. */
export function describeSkipped(skipped, root) {
  const files = [...new Set(skipped.map(({ file }) => file))];
  return files.flatMap((file) => [
    `  ${relative(root, file)}`,
    ...skipped.filter((test) => test.file === file).map(({ name }) => `    ${name}`),
  ]);
}

function parse(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(report.testResults) ? report : undefined;
  } catch {
    return undefined;
  }
}
