import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Rule {
  matchPackageNames?: string[];
  matchDepNames?: string[];
  allowedVersions?: string;
  groupName?: string;
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const { packageRules: rules } = read('renovate.json') as { packageRules: Rule[] };
const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>;
const declared: Record<string, string> = { ...dependencies, ...devDependencies };
const namesOf = (rule: Rule): string[] => [...(rule.matchPackageNames ?? []), ...(rule.matchDepNames ?? [])];

describe('the rules of renovate.json', () => {
  it('name only what package.json declares, and the action of the release', () => {
    const names = rules.flatMap(namesOf);
    expect(names.filter((name) => !(name in declared) && name !== 'changesets/action')).toEqual([]);
  });

  it.each(
    rules
      .filter(({ allowedVersions }) => allowedVersions)
      .flatMap((rule) => namesOf(rule).map((name) => [name, rule] as const)),
  )('allow the version of %s that is declared', (name, { allowedVersions }) => {
    const [major, minor] = /(\d+)\.(\d+)/.exec(declared[name]!)!.slice(1).map(Number);
    const below = /^<(\d+)$/.exec(allowedVersions!);
    if (below) expect(major).toBeLessThan(Number(below[1]));
    else expect(allowedVersions).toBe(`~${String(major)}.${String(minor)}.0`);
  });

  it.each(['vitest', 'size-limit', 'stryker'])('keep the versions of the group %s together', (group) => {
    const names = rules.filter(({ groupName }) => groupName === group).flatMap(namesOf);
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(names.map((name) => declared[name])).size).toBe(1);
  });
});
