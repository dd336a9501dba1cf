import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A SOCKS 5 proxy that ends with the test. */
export interface SocksServer {
  /** `127.0.0.1:port`. */
  address: string;
  /** The hosts that it was asked for, as they were sent. */
  asked: string[];
}

/**
 * Starts a proxy.
 * @param options the credentials that it wants, the reply to every request for a connection, and where names lead
 */
export async function startSocksServer(
  options: { user?: string; password?: string; reply?: number; names?: Record<string, string> } = {},
): Promise<SocksServer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };

  async function serve(socket: Socket): Promise<void> {
    const { user, password = '', reply = 0, names = {} } = options;
    const [version, count] = await take(socket, 2);
    const methods = [...(await take(socket, count!))];
    const method = user === undefined ? 0 : 2;
    const isOffered = version === 5 && methods.includes(method);
    socket.write(Buffer.from([5, isOffered ? method : 255]));
    if (!isOffered) return;
    if (user !== undefined) {
      await take(socket, 1);
      const sent = [await counted(socket), await counted(socket)];
      const isRight = sent[0] === user && sent[1] === password;
      socket.write(Buffer.from([1, isRight ? 0 : 1]));
      if (!isRight) return;
    }
    const [, , , type] = await take(socket, 4);
    const host =
      type === 1
        ? [...(await take(socket, 4))].join('.')
        : type === 3
          ? await counted(socket)
          : (await take(socket, 16)).toString('hex');
    const port = (await take(socket, 2)).readUInt16BE();
    asked.push(`${host}:${port}`);
    socket.write(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
    if (reply !== 0) return;
    const there = connect(port, names[host] ?? host);
    sockets.add(there);
    there.on('error', () => socket.destroy());
    there.pipe(socket).pipe(there);
  }
}

async function counted(socket: Socket): Promise<string> {
  const [length] = await take(socket, 1);
  return length === 0 ? '' : (await take(socket, length!)).toString();
}

async function take(socket: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const chunk = socket.read(bytes) as Buffer | null;
    if (chunk?.length === bytes) return chunk;
    if (socket.readableEnded || socket.destroyed) throw new Error('the client has left');
    await once(socket, 'readable');
  }
}
