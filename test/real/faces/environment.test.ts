import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProxy } from '../../../src/hub/index.js';
import { openDownloader } from '../../../src/real/open-downloader.js';
import type { CliIo } from '../../../src/server/downloads/cli-io.js';
import { runGet } from '../../../src/server/downloads/get.js';
import { runList } from '../../../src/server/downloads/list.js';
import { runRemove } from '../../../src/server/downloads/remove.js';
import { runUpdate } from '../../../src/server/downloads/update.js';
import { startSocksServer } from '../hub/socks-server.js';
import { openSmallHub, type SmallHub } from './small-hub.js';

let small: SmallHub;
beforeAll(async () => {
  small = await openSmallHub();
});
afterAll(() => small.close());

const NAME = 'me/tiny-GGUF';

async function ended(
  run: (io: CliIo) => Promise<number>,
  environment: Record<string, string>,
): Promise<[number, string]> {
  let said = '';
  const io: CliIo = {
    environment: { ...small.env, ...environment },
    out: (text) => void (said += text),
    err: (text) => void (said += text),
    screen: () => undefined,
    onSignal: () => undefined,
    openDownloader,
  };
  return [await run(io), said];
}

const broken = [
  { HTTPS_PROXY: 'socks5h://127.0.0.1:1080' },
  { HTTPS_PROXY: 'socks4://127.0.0.1:1080' },
  { HTTP_PROXY: ':::' },
  { ALL_PROXY: 'ftp://a' },
  { HF_ENDPOINT: 'mirror.example' },
  { HF_HUB_DOWNLOAD_TIMEOUT: 'soon' },
];

describe('commands that need no network', () => {
  it.each(broken)('work with %j', async (environment) => {
    const settings = { modelsDir: [await small.newFolder()] };
    expect(await ended((io) => runList(settings, io), environment)).toEqual([0, expect.stringContaining('No models')]);
    await ended((io) => runGet(NAME, settings, io), {});
    expect(await ended((io) => runList(settings, io), environment)).toEqual([0, expect.stringContaining('tiny')]);
    expect(await ended((io) => runRemove(NAME, settings, io), environment)).toEqual([
      0,
      expect.stringContaining('Removed'),
    ]);
  });
});

describe('commands that need the network', () => {
  it.each(broken.slice(1))('are refused for %j, and name the variable', async (environment) => {
    const settings = { modelsDir: [await small.newFolder()] };
    for (const run of [runGet, runUpdate]) {
      const [code, said] = await ended((io) => run(NAME, settings, io), environment);
      expect([code, said]).toEqual([2, expect.stringContaining(Object.keys(environment)[0]!)]);
      expect(said).toMatch(/^modeldock: [^\n]+\n$/);
    }
  });

  it.each(['HTTP_PROXY', 'ALL_PROXY', 'all_proxy'])('go through the SOCKS proxy in %s', async (name) => {
    for (const scheme of ['socks5', 'socks5h', 'socks']) {
      const proxy = await startSocksServer();
      const settings = { modelsDir: [await small.newFolder()] };
      const [code] = await ended((io) => runGet(NAME, settings, io), { [name]: `${scheme}://${proxy.address}` });
      expect(code).toBe(0);
      // The API's answers and the bytes of the files.
      expect(new Set(proxy.asked)).toEqual(
        new Set([small.hub.endpoint, small.hub.cdn].map((url) => new URL(url).host)),
      );
    }
  });

  it('say that nothing answers where ALL_PROXY does not', async () => {
    const settings = { modelsDir: [await small.newFolder()] };
    const environment = { ALL_PROXY: 'socks5://127.0.0.1:9' };
    const open: CliIo['openDownloader'] = (options) =>
      openDownloader({ ...options, limits: { retryMs: 1, errorAttempts: 2 } });
    const [code, said] = await ended((io) => runGet(NAME, settings, { ...io, openDownloader: open }), environment);
    expect([code, said]).toEqual([69, expect.stringContaining('ECONNREFUSED')]);
  });

  it('assume http where HTTP_PROXY has no scheme', async () => {
    const proxy = await createProxy();
    const settings = { modelsDir: [await small.newFolder()] };
    const [code] = await ended((io) => runGet(NAME, settings, io), { HTTP_PROXY: proxy.url.replace('http://', '') });
    expect(code).toBe(0);
    expect(proxy.requests().length).toBeGreaterThan(2);
    await proxy.close();
  });
});
