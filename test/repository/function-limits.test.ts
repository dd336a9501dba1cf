import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { exceptions, functionRules } from '../../eslint.config.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const kept = exceptions.filter(({ reason }) => !reason.startsWith('to be shortened'));

function lintWith(limits?: { lines?: number; complexity?: number }): ESLint {
  const parser = tseslint.parser as object;
  return new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: { files: ['**/*.ts'], languageOptions: { parser }, rules: functionRules(limits) as object },
  });
}

describe('the limits for functions', () => {
  it('are broken by a function that is too long, and by one that decides too much', async () => {
    const long = `export function long(): void {\n${'  console.log();\n'.repeat(100)}}\n`;
    const branching = `export function branching(a: number): void {\n${'  if (a > 0) a++;\n'.repeat(15)}}\n`;

    const [{ messages }] = (await lintWith().lintText(long + branching, { filePath: 'src/any.ts' })) as [
      ESLint.LintResult,
    ];

    expect(messages.map(({ ruleId }) => ruleId)).toEqual(['max-lines-per-function', 'complexity']);
  });

  it.each(kept)('are rightly excepted in $file', async ({ file }) => {
    expect(existsSync(root + file)).toBe(true);
    const [result] = (await lintWith().lintFiles(file)) as [ESLint.LintResult];
    expect(result.errorCount, `${file} no longer needs its exception in eslint.config.js`).toBeGreaterThan(0);
  });

  it('are switched off nowhere in src', () => {
    const disabled = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .filter((file) => /eslint-disable.*(complexity|max-lines)/.test(readFileSync(`${root}src/${file}`, 'utf8')));
    expect(disabled).toEqual([]);
  });
});
