import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const source = new URL('../../src/', import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Types that share a name, each with the reason. */
const SHARED: Readonly<Record<string, string>> = {};

/** Values that share a name, each with the reason. */
const SHARED_VALUES: Readonly<Record<string, string>> = {
  alreadyDownloaded: 'an answer of LM Studio, and its example in the OpenAPI document',
  answerExamples: 'the examples of one OpenAPI document each',
  fails: 'two examples of a failing job, in one OpenAPI document each',
  installedModel: 'what a model on the disk is, and its example in the OpenAPI document',
  jobStates: 'the states of a job, and their schema',
  problemExamples: 'the examples of one OpenAPI document each',
  requestExamples: 'the examples of one OpenAPI document each',
};

describe('an exported name', () => {
  it('of a type means one thing in all of src', () => {
    const shared = sharedNames(/^export (?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm);
    expect(withoutReason(shared, SHARED)).toEqual([]);
  });

  it('of a function or constant means one thing in all of src', () => {
    const shared = sharedNames(/^export (?:async )?(?:function\*?|const) (\w+)/gm);
    expect(withoutReason(shared, SHARED_VALUES)).toEqual([]);
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
