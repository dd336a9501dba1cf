import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hubSettingsOnDemand, readHubSettings } from '../../../src/real/hub/hub-settings.js';

const HOME = '/home/me';

describe('the environment of Hugging Face tools', () => {
  it('is huggingface.co and the usual folders when it is empty', () => {
    const settings = readHubSettings({ HOME });
    expect(settings).toMatchObject({ endpoint: 'https://huggingface.co', offline: false });
    expect(settings.cacheFolder).toBe(join(HOME, '.cache', 'huggingface', 'hub'));
    expect(settings.token()).toBeUndefined();
  });

  it('names the hub, with or without a slash at the end', () => {
    for (const HF_ENDPOINT of ['http://mirror:8080', 'http://mirror:8080/', ' http://mirror:8080// ']) {
      expect(readHubSettings({ HOME, HF_ENDPOINT }).endpoint).toBe('http://mirror:8080');
    }
    expect(readHubSettings({ HOME, HF_ENDPOINT: '' }).endpoint).toBe('https://huggingface.co');
  });

  it.each(['mirror', 'ftp://mirror', 'http://', 'http://user:secret@mirror', 'https://mirror/?a=b'])(
    'names no hub with %s',
    (HF_ENDPOINT) => {
      expect(() => readHubSettings({ HOME, HF_ENDPOINT })).toThrow(/^(?!.*secret).*HF_ENDPOINT/);
    },
  );

  it('moves the cache by three variables', () => {
    const cacheFolder = (environment: NodeJS.ProcessEnv): string =>
      readHubSettings({ HOME, ...environment }).cacheFolder;
    expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe(join('/c', 'huggingface', 'hub'));
    expect(cacheFolder({ XDG_CACHE_HOME: '/c', HF_HOME: '~/hf' })).toBe(join(HOME, 'hf', 'hub'));
    expect(cacheFolder({ HF_HOME: '/hf', HF_HUB_CACHE: '/blobs' })).toBe('/blobs');
  });

  it('says yes in few words', () => {
    const offline = (HF_HUB_OFFLINE: string): boolean => readHubSettings({ HOME, HF_HUB_OFFLINE }).offline;
    expect(['1', 'true', 'True', 'YES', 'on'].map(offline)).toEqual([true, true, true, true, true]);
    expect(['0', 'false', 'no', 'off', '', '2', 'y'].map(offline)).toEqual(Array(7).fill(false));
  });

  it('takes seconds for the time-out', () => {
    expect(readHubSettings({ HOME, HF_HUB_DOWNLOAD_TIMEOUT: '30' }).silenceMs).toBe(30_000);
    expect(readHubSettings({ HOME })).not.toHaveProperty('silenceMs');
    expect(() => readHubSettings({ HOME, HF_HUB_DOWNLOAD_TIMEOUT: 'soon' })).toThrow('HF_HUB_DOWNLOAD_TIMEOUT');
  });
});

describe('settings on demand', () => {
  it('complain of the network only when it is used', () => {
    const settings = hubSettingsOnDemand({ HOME, HF_ENDPOINT: 'mirror.example', HF_HUB_DOWNLOAD_TIMEOUT: 'soon' });
    expect(settings.cacheFolder).toBe(join(HOME, '.cache', 'huggingface', 'hub'));
    expect(settings.token()).toBeUndefined();
    expect(() => settings.endpoint).toThrow('HF_ENDPOINT');
  });
});

describe('the token', () => {
  it('comes from HF_TOKEN, else from the file, which is read anew each time', async () => {
    const HF_HOME = await mkdtemp(join(tmpdir(), 'hf-home-'));
    onTestFinished(() => rm(HF_HOME, { recursive: true }));
    const environment: NodeJS.ProcessEnv = { HF_HOME };
    const { token } = readHubSettings(environment);
    expect(token()).toBeUndefined();
    await writeFile(join(HF_HOME, 'token'), 'hf_file\n');
    expect(token()).toBe('hf_file');
    environment.HF_TOKEN = ' hf_variable ';
    expect(token()).toBe('hf_variable');
    environment.HF_TOKEN = '';
    await writeFile(join(HF_HOME, 'token'), '\n');
    expect(token()).toBeUndefined();
  });

  it('is in nothing that could be printed or stored', () => {
    expect(JSON.stringify(readHubSettings({ HOME, HF_TOKEN: 'hf_secret' }))).not.toContain('hf_secret');
  });
});
