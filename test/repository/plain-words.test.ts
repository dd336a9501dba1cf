import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Words that hide the actor, are out of use, or have a plain one in this project, each with its replacement. */
const WORDS: Readonly<Record<string, string>> = {
  'nobody|somebody|anybody|whoever|whomever': 'the process, caller, client or user',
  'mend|mends|mended': 'fix',
  'for ever': 'forever',
  'heed|heeds|heeded': 'honour',
  'world|worlds': 'session, state or simulation',
  'told|such a one|forebears': 'configured, asked, reported',
  'lest|thus|shall': 'so that, so, must',
  'all the same': 'still, anyway',
};

/** Texts that these words are part of: names of models in recorded calls, texts of other programs, and licences. */
const ALLOWED = [/nobody\/(?:nothing|other)/g, /Hello,? world/gi, /permission notice shall be|IN NO EVENT SHALL/g];

const EVERYWHERE = ['src', 'openapi', 'scripts', 'bench', 'docs', 'README.md', 'CONTRIBUTING.md', 'SECURITY.md'];

const pattern = new RegExp(`(?<![\\w'’-])(?:${Object.keys(WORDS).join('|')})(?![\\w'’-])`, 'i');

it('code, pages and scripts use plain words that name the actor', () => {
  const found = EVERYWHERE.flatMap((place) => filesIn(join(root, place))).flatMap((file) =>
    linesWithWords(readFileSync(file, 'utf8')).map((line) => `${file.slice(root.length)}: ${line}`),
  );
  expect(found).toEqual([]);
});

it('titles of tests use plain words that name the actor', () => {
  const found = filesIn(join(root, 'test')).flatMap((file) =>
    titlesIn(readFileSync(file, 'utf8'))
      .flatMap((title) => linesWithWords(title))
      .map((title) => `${file.slice(root.length)}: ${title}`),
  );
  expect(found).toEqual([]);
});

it.each([
  ['// Nobody waits for it.', 1],
  ['It is told what to do.', 1],
  ['the model nobody/nothing', 0],
  ['The client waits forever.', 0],
])('%j has %i such words', (text, count) => {
  expect(linesWithWords(text)).toHaveLength(count);
});

function linesWithWords(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => pattern.test(ALLOWED.reduce((left, allowed) => left.replace(allowed, ''), line)));
}

/** The titles of suites and tests, as far as they are one literal. */
function titlesIn(text: string): string[] {
  const calls = text.matchAll(
    /\b(?:describe|it|test|check|staged)(?:\.\w+)*\(\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`]*)`)/g,
  );
  const tables = text.matchAll(/^\s*\]\)\(\s*(?:'([^'\n]*)'|"([^"\n]*)")/gm);
  return [...calls, ...tables].map(([, single, double, template]) => single ?? double ?? template ?? '');
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    return filesIn(join(path, entry.name));
  });
}
