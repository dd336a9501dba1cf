import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { logLines, operate, run, start, startListening } from './command.js';

/** Takes a free port of one family, as another program would. */
async function occupy(host: string): Promise<number> {
  const server: Server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port: 0, host, ipv6Only: true }, resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses!.some(({ address }) => address === '::1'),
);

describe('a port that another program listens on', () => {
  it.for(hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'])('is refused when it is taken on %s alone', async (host) => {
    const port = await occupy(host);
    expect(await run(['--port', String(port)])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `modeldock: Cannot listen on ${host} port ${port}: the port is already in use. LM Studio itself listens on 1234; ` +
        'stop the other program, or take any free port with --port 0.\n',
    });
  });
});

describe('--port 0', () => {
  it.skipIf(!hasIpv6)('is the same port on both families', async () => {
    const { url } = await startListening();
    const { port } = new URL(url);
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      expect(await (await fetch(`http://${host}:${port}/lmstudio-greeting`)).json()).toEqual({ lmstudio: true });
    }
  });
});

describe('a machine without ::1', () => {
  /** Fails as the system does there. */
  const withoutIpv6 = `data:text/javascript,${encodeURIComponent(`
    import { Server } from 'node:net';
    const { listen } = Server.prototype;
    Server.prototype.listen = function (options, ...rest) {
      if (options?.host !== '::1') return listen.call(this, options, ...rest);
      const error = Object.assign(new Error('listen EADDRNOTAVAIL ::1'), { code: 'EADDRNOTAVAIL' });
      process.nextTick(() => this.emit('error', error));
      return this;
    };
  `)}`;

  it('is served on 127.0.0.1, and logs that', async () => {
    const started = await startListening([], { execArgv: ['--import', withoutIpv6] });
    expect((await fetch(`${started.url}/lmstudio-greeting`)).status).toBe(200);
    await expect(fetch(started.url.replace('127.0.0.1', '[::1]'))).rejects.toThrow('fetch failed');
    await expect
      .poll(() =>
        logLines(started.stderr())
          .map(({ msg }) => msg)
          .filter((msg) => msg !== 'call'),
      )
      .toEqual(['This machine has no ::1, so the server listens on 127.0.0.1 only.']);
  });

  it('shows only one address in the welcome', async () => {
    const started = start(['--port', '0'], { execArgv: ['--import', withoutIpv6] });
    await expect.poll(started.stdout).toContain('Stop');
    expect(started.stdout()).toMatch(/Listening {2}http:\/\/127\.0\.0\.1:\d+\n {2}Playing/);
    expect(started.stdout()).toMatch(/curl http:\/\/127\.0\.0\.1:\d+\/api/);
  });
});

describe('an address that is not this machine’s', () => {
  it.each([
    { host: '192.0.2.1', because: 'this machine has no such address' },
    { host: 'no-such-name.invalid', because: 'there is no address for that name' },
  ])('is refused: $host', async ({ host, because }) => {
    const { code, stdout, stderr } = await run(['--port', '0', '--host', host]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`modeldock: Cannot listen on ${host} port 0: ${because}`);
    expect(stderr).not.toContain('    at ');
  });
});

describe('--host 0.0.0.0', () => {
  it('generates a control token, prints it once, and requires it', async () => {
    const { url, controlToken, stderr } = await startListening(['--host', '0.0.0.0']);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(controlToken).toMatch(/^[0-9a-f]{32}$/);
    expect((await fetch(`${url}/api/v1/models`)).status).toBe(200);
    expect((await operate(url, 'POST', '/reset')).status).toBe(403);
    expect((await operate(url, 'POST', '/reset', { headers: { 'X-Modeldock-Token': 'x' } })).status).toBe(403);
    const headers = { 'X-Modeldock-Token': controlToken! };
    expect((await operate(url, 'GET', '/health', { headers })).status).toBe(200);
    expect(stderr()).toBe('');
  });

  it('makes another token each time, and none where one is given', async () => {
    const [one, two] = [await startListening(['--host', '0.0.0.0']), await startListening(['--host', '0.0.0.0'])];
    expect(one.controlToken).not.toBe(two.controlToken);
    const given = await startListening(['--host', '0.0.0.0', '--control-token', 'mine']);
    expect(given.controlToken).toBe('mine');
  });

  it('shows the token in the welcome', async () => {
    const started = start(['--port', '0', '--host', '0.0.0.0']);
    await expect.poll(started.stdout).toContain('Stop');
    expect(started.stdout()).toMatch(/Listening {2}0\.0\.0\.0 port \d+, every address of this machine\n/);
    expect(started.stdout()).toMatch(/ X-Modeldock-Token: [0-9a-f]{32}\n/);
  });
});
