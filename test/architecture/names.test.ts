import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const source = new URL('../../src/', import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Types that share a name, each with the reason. */
const SHARED: Readonly<Record<string, string>> = {};

/** Values that share a name, each with the reason. */
const SHARED_VALUES: Readonly<Record<string, string>> = {
  createTest: 'each test runner has an entry of its own, and its test is created by this',
  test: 'each test runner has an entry of its own, and this is its test',
};

describe('an exported name', () => {
  it('of a type means one thing in all of src', () => {
    const shared = sharedNames(/^export (?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm);
    expect(withoutReason(shared, SHARED)).toEqual([]);
    expect(Object.keys(SHARED).filter((name) => !shared.has(name))).toEqual([]);
  });

  it('of a function or constant means one thing in all of src', () => {
    const shared = sharedNames(/^export (?:async )?(?:function\*?|const) (\w+)/gm);
    expect(withoutReason(shared, SHARED_VALUES)).toEqual([]);
    expect(Object.keys(SHARED_VALUES).filter((name) => !shared.has(name))).toEqual([]);
  });

  it('would be found in two files', () => {
    const pattern = /^export interface (\w+)/gm;
    const texts = { 'a.ts': 'export interface One {}', 'b.ts': '\nexport interface One {}\nexport interface Two {}' };
    expect([...sharedNames(pattern, texts)]).toEqual([['One', ['a.ts', 'b.ts']]]);
  });
});

function sharedNames(pattern: RegExp, texts: Readonly<Record<string, string>> = readAll()): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const [file, text] of Object.entries(texts)) {
    // An overload repeats the name in its own file.
    for (const name of new Set(Array.from(text.matchAll(pattern), ([, found]) => found!))) {
      places.set(name, [...(places.get(name) ?? []), file]);
    }
  }
  return new Map([...places].filter(([, found]) => found.length > 1));
}

function withoutReason(shared: ReadonlyMap<string, string[]>, reasons: Readonly<Record<string, string>>): string[] {
  return [...shared].filter(([name]) => !(name in reasons)).map(([name, found]) => `${name}: ${found.join(', ')}`);
}

function readAll(): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file, readFileSync(new URL(file, source), 'utf8')]));
}
