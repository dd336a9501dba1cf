import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDock, type SimulatedDock, type SimulatedDockOptions } from '../../src/index.js';
import { serve, type Serving } from '../../src/server/index.js';
import { dial, say } from './served.js';

async function open(options: SimulatedDockOptions = {}): Promise<{ dock: SimulatedDock; serving: Serving }> {
  const dock = createDock(options);
  const serving = await serve({ api: dock.api, port: 0, host: '127.0.0.1' });
  onTestFinished(() => serving.close());
  return { dock, serving };
}

describe('an upgrade', () => {
  it('to the WebSocket of an SDK is a 501 that says so, and a finding', async () => {
    const { dock, serving } = await open();
    for (const path of ['/llm', '/repository', '/system']) {
      const { text } = await say(
        serving.port,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
        { until: (told) => told.includes('not_imitated') },
      );
      expect(text).toContain('HTTP/1.1 501 ');
      expect(text).toContain(`SDKs at ${path}`);
    }
    expect(await dock.findings()).toMatchObject([
      { id: 'inference-not-imitated', entries: [1] },
      { id: 'inference-not-imitated', entries: [2] },
      { id: 'inference-not-imitated', entries: [3] },
    ]);
  });

  it('of a POST to HTTP/2 is answered, and a finding: LM Studio hangs on it', async () => {
    const { dock, serving } = await open();
    const body = '{"model":"simulate/slow"}';
    const { text } = await say(
      serving.port,
      'POST /api/v1/models/download HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n' +
        `HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      { until: (told) => told.includes('job_id') },
    );
    expect(text).toContain('HTTP/1.1 200 ');
    expect(await dock.findings()).toMatchObject([{ id: 'upgrade-to-h2c', entries: [1], judged: true }]);
  });
});

describe('an idle connection', () => {
  it.each([
    ['lmstudio-0.4', 'timeout=5'],
    ['documented', 'timeout=65'],
  ] as const)('of the profile %s stays open as its answers say: %s', async (profile, told) => {
    const { serving } = await open({ profile });
    const asked = request(`${serving.url}/lmstudio-greeting`, { headers: { connection: 'keep-alive' } }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.headers['keep-alive']).toBe(told);
    asked.destroy();
  });

  it('is closed after the time that the option says', async () => {
    const dock = createDock();
    const serving = await serve({ api: dock.api, port: 0, host: '127.0.0.1', keepAliveMs: 50 });
    onTestFinished(() => serving.close());
    const socket = await dial(serving.port);
    socket.resume().write('GET /lmstudio-greeting HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'end');
  });
});
