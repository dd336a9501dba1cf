import { describe, expect, it } from 'vitest';
import { createDock } from '../../src/index.js';
import { profileNamed, profileNames, profiles } from '../../src/contract/profiles.js';

describe('a profile', () => {
  it.each(profileNames)('is found by its name, %s', (name) => {
    expect(profileNamed(name)).toBe(profiles[name]);
  });

  // toString: a name that every object has.
  it.each(['nope', 'toString'])('with the unknown name %s is refused with the known names', (name) => {
    expect(() => createDock({ profile: name as 'strict' })).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        message: expect.stringContaining(name) as string,
      }) as RangeError,
    );
    expect(() => createDock({ profile: name as 'strict' })).toThrow(profileNames.join(', '));
  });
});
