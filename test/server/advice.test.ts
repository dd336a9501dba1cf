import { Command } from 'commander';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addServeOptions } from '../../src/server/settings.js';
import { openClient } from '../contract/client.js';

const src = join(import.meta.dirname, '../../src');

/** Parses flags as the command does. @throws where one is refused */
function take(flags: readonly string[]): unknown {
  const command = addServeOptions(new Command('serve'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(flags, { from: 'user' }).opts();
}

const flagNames = addServeOptions(new Command('serve')).options.map((option) => option.long!);

/** Words after a flag that go on with the sentence. */
const SENTENCE = /^(?:a|and|at|by|for|in|is|it|lists?|moves|of|on|or|stops|takes|that|the|to|with)$/;

/** Every flag with a literal value in the texts of src. */
const advised = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => [...readFileSync(join(src, path), 'utf8').matchAll(/(--[a-z-]+)[ =]([\w*][\w.:/*-]*)/g)])
  .map(([, flag, value]) => [flag!, value!.replace(/[.:]+$/, '')] as const)
  .filter(([flag, value]) => flagNames.includes(flag) && /^[\da-z*]/.test(value) && !SENTENCE.test(value));

describe('an advice', () => {
  it.each([
    'http://localhost:5173',
    'https://shop.example',
    'tauri://localhost',
    'app://obsidian.md',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnop',
    'vscode-webview://0a1b2c',
    'null',
    '',
    'file://',
    'http://user:pw@localhost',
  ])('to let in a page of %s names only an origin that --cors takes', async (origin) => {
    const { body } = await openClient().send('GET', '/__modeldock/session', {
      headers: { origin, host: '127.0.0.1' },
    });
    const { message } = body.error as { message: string };
    const [, value] = /--cors ([a-z][\w+.-]*:\/\/\S*)/.exec(message) ?? [];
    if (value === undefined) {
      expect(message).toContain('--cors and ');
      return;
    }
    expect(take(['--cors', value])).toMatchObject({ cors: origin });
  });

  it('is found in the texts', () => {
    expect(advised.length).toBeGreaterThan(3);
  });

  it.each(advised)('%s %s is taken by its flag', (flag, value) => {
    expect(() => take([flag, value])).not.toThrow();
  });
});
