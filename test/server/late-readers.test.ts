import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readRequestBytes } from '../../src/server/request-text.js';

const server = createServer();
afterEach(() => server.close());

describe('a body that is asked for when its client has left', () => {
  it('is refused at once', async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"model"');
    const [request] = (await once(server, 'request')) as [IncomingMessage];
    // What a slow middleware in front of ours sees.
    const closed = once(request, 'close').catch(() => undefined);
    client.destroy();
    await closed;
    await expect(readRequestBytes(request)).rejects.toThrow('The client left before it had sent the whole body.');
  });
});
