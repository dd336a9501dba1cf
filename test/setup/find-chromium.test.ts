import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../scripts/browser.mjs';

describe('findChromium', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modeldock-browsers-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function program(path: string, mode = 0o755): Promise<string> {
    const file = join(folder, path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, '');
    await chmod(file, mode);
    return file;
  }

  it('takes the one that MODELDOCK_CHROMIUM names, before CHROME_PATH, before the PATH', async () => {
    const [own, chrome] = [await program('own'), await program('chrome')];
    await program('bin/chromium');
    const PATH = join(folder, 'bin');
    expect(findChromium({ env: { MODELDOCK_CHROMIUM: own, CHROME_PATH: chrome, PATH } })).toBe(own);
    expect(findChromium({ env: { CHROME_PATH: chrome, PATH } })).toBe(chrome);
    expect(findChromium({ env: { MODELDOCK_CHROMIUM: '', PATH } })).toBe(join(PATH, 'chromium'));
  });

  it('refuses a variable that names nothing', () => {
    const path = join(folder, 'missing');
    expect(() => findChromium({ env: { MODELDOCK_CHROMIUM: path } })).toThrow(
      `Cannot use MODELDOCK_CHROMIUM=${path}: there is no program there.`,
    );
  });

  it('refuses a variable that names a folder', () => {
    expect(() => findChromium({ env: { CHROME_PATH: folder } })).toThrow(`Cannot use CHROME_PATH=${folder}`);
  });

  it('prefers a Chromium anywhere on the PATH to a Chrome', async () => {
    await program('first/google-chrome');
    const chromium = await program('second/chromium');
    const PATH = [join(folder, 'first'), join(folder, 'second')].join(delimiter);
    expect(findChromium({ env: { PATH } })).toBe(chromium);
  });

  it.skipIf(process.platform === 'win32')('passes over what cannot be run', async () => {
    await program('first/chromium', 0o644);
    const chromium = await program('second/chromium');
    const PATH = [join(folder, 'first'), join(folder, 'second')].join(delimiter);
    expect(findChromium({ env: { PATH } })).toBe(chromium);
  });

  it('looks where Windows puts browsers', async () => {
    const edge = await program('Microsoft/Edge/Application/msedge.exe');
    expect(findChromium({ env: { 'PROGRAMFILES(X86)': folder }, platform: 'win32' })).toBe(edge);
    const chrome = await program('Google/Chrome/Application/chrome.exe');
    expect(findChromium({ env: { 'PROGRAMFILES(X86)': folder }, platform: 'win32' })).toBe(chrome);
  });

  it('finds none where there is none', () => {
    expect(findChromium({ env: { PATH: folder }, platform: 'win32' })).toBeUndefined();
  });
});
