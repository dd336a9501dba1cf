import { describe, expect, it } from 'vitest';
import { checkNoCaseTwins, checkRepoName, checkRepoPath } from '../../src/real/repo-path.js';

const unsafe = expect.objectContaining({ name: 'RefusedError', code: 'unsafe_path' }) as Error;

describe('a path in a repo', () => {
  const good = [
    'a.gguf',
    'BF16/a-00001-of-00002.gguf',
    '.gitattributes',
    'a b/c.txt',
    'ünï/日本.txt',
    'console.txt',
    'com10',
    'a..b',
    'x'.repeat(255),
  ];
  it.each(good)('may become one on a disk: %s', (path) => {
    expect(() => checkRepoPath(path)).not.toThrow();
  });

  const bad = [
    ...[
      '',
      '.',
      '..',
      '../a',
      'a/../b',
      'a/./b',
      'a//b',
      '/a',
      'a/',
      'C:/a',
      'a:stream',
      'a\\b',
      '..\\a',
      '\\\\host\\a',
    ],
    ...[
      'a\0b',
      'a\nb',
      'a\x1bb',
      'a\x7fb',
      'a\x85b',
      'a.',
      'a ',
      'a./b',
      'a /b',
      '...',
      'a<b',
      'a>b',
      'a|b',
      'a?b',
      'a*b',
      'a"b',
    ],
    ...['con', 'CON', 'nul.txt', 'Aux.tar.gz', 'a/prn', 'com1', 'LPT9.x', 'com¹', 'con .txt', 'conin$', 'a/COM3/b'],
    ...['x'.repeat(256), 'ü'.repeat(128), `a/${'日'.repeat(86)}`, 'a\ud800b'],
  ];
  it.each(bad)('never becomes one on a disk: %j', (path) => {
    expect(() => checkRepoPath(path)).toThrow(unsafe);
  });
});

describe('a name of a repo', () => {
  it('is two folders', () => {
    expect(() => checkRepoName('lmstudio-community', 'Qwen3-8B-GGUF')).not.toThrow();
  });
  it.each([
    ['..', 'a'],
    ['a', '..'],
    ['', 'a'],
    ['a', ''],
    ['a/b', 'c'],
    ['a', 'b/c'],
    ['a', 'nul'],
    ['C:', 'a'],
    ['a', 'b\\c'],
  ])('is none with %j and %j', (owner, repo) => {
    expect(() => checkRepoName(owner, repo)).toThrow(unsafe);
  });
});

describe('paths of one repo', () => {
  const apart = [
    ['a', 'b'],
    ['a/x', 'b/x'],
    ['a/x', 'a/y'],
    ['strasse', 'strase'],
  ];
  it.each(apart)('are two files: %s and %s', (...paths) => {
    expect(() => checkNoCaseTwins(paths)).not.toThrow();
  });
  const twins = [
    ['a.gguf', 'A.gguf'],
    ['a/x', 'A/X'],
    ['caf\u00e9', 'cafe\u0301'],
    ['CAFE\u0301', 'caf\u00e9'],
    ['straße', 'STRASSE'],
    ['ς', 'σ'],
    ['a', 'a'],
    ['A', 'a/b'],
    ['a/b', 'A'],
  ];
  it.each(twins)('are one on a disk without case: %j and %j', (...paths) => {
    expect(() => checkNoCaseTwins(paths)).toThrow(unsafe);
  });
});
