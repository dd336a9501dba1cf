import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { download, operate, startListening, type Ready } from './command.js';

async function dial({ url }: Ready): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // It is the server that breaks these.
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function sendAndRead(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('ends the command with 0', async () => {
    const started = await startListening();
    started.signal(signal);
    expect(await started.ended).toBe(0);
    expect(started.stderr()).toBe('');
  });

  it('ends it at the very moment at which it says that it listens, and when it comes twice', async () => {
    const started = await startListening();
    started.signal(signal);
    started.signal(signal);
    expect(await started.ended).toBe(0);
  });

  it('ends it while connections idle, calls hang, waits wait and events stream', async () => {
    const started = await startListening(['--log-level', 'warn']);
    const { url } = started;

    await dial(started);
    const idle = await dial(started);
    expect(await sendAndRead(idle, get('/lmstudio-greeting'))).toContain('{"lmstudio":true}');
    const halfSent = await dial(started);
    halfSent.write('POST /api/v1/models/download HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"mod');
    const malformed = await dial(started);
    expect(await sendAndRead(malformed, 'what is this\r\n\r\n')).toContain('400');

    const { body } = await download(url, 'simulate/stalls-at-99');
    const waiting = await dial(started);
    waiting.write(get(`/__modeldock/jobs/${String(body.job_id)}/wait?status=completed&timeoutMs=600000`));
    const streaming = await dial(started);
    expect(await sendAndRead(streaming, get('/__modeldock/events'))).toContain('text/event-stream');
    const fault = { when: { route: 'models' }, effect: { type: 'hang' } };
    expect((await operate(url, 'POST', '/faults', { body: fault })).status).toBe(200);
    const hanging = await dial(started);
    hanging.write(get('/api/v1/models'));
    await expect
      .poll(async () => (await operate(url, 'GET', '/faults')).body)
      .toEqual([expect.objectContaining({ fired: 1 })]);

    started.signal(signal);
    expect(await started.ended).toBe(0);
    expect(started.stderr()).toBe('');
  });
});
