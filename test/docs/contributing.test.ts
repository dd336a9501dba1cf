import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('CONTRIBUTING.md', root), 'utf8');
const scripts = Object.keys(
  (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: Record<string, string> }).scripts,
);

/** The rows of “to change … look in …”. */
const rows = text
  .slice(text.indexOf('## Where to look'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('`'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, behaviour, cell]) => ({ behaviour: behaviour!, paths: pathsIn(cell!) }));

function pathsIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
}

describe('CONTRIBUTING.md', () => {
  it('says of some 25 behaviours where to change them', () => {
    expect(rows.length).toBeGreaterThanOrEqual(25);
  });

  it.each(rows)('names files that exist, to change $behaviour', ({ paths }) => {
    expect(paths).not.toEqual([]);
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it('names paths that exist everywhere else', () => {
    const named = pathsIn(text).filter((path) => /^(src|test|docs|scripts)\/[\w./-]+$/.test(path));
    expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it('names scripts that package.json has', () => {
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });
});
