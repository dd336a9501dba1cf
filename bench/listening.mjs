// Listens to a server's events over many connections, as its parent process asks: clients in a process of their own.
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';

const TAIL_BYTES = 64;
const sockets = [];
let closed = 0;

const answers = { open, hear, close };
process.on('message', ({ type, ...question }) => {
  answers[type](question).then(
    (answer) => process.send(answer ?? {}),
    (error) => process.send({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit());

/** Opens so many streams, a hundred at a time, and waits for the first bytes of each. */
async function open({ url, count }) {
  const { hostname, port } = new URL(url);
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(100, count - sockets.length) }, () => listen(hostname, port));
    sockets.push(...(await Promise.all(some)));
  }
}

function listen(hostname, port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('error', reject);
    socket.once('data', () => resolve(socket));
    socket.on('close', () => closed++);
    socket.write(`GET /__modeldock/events HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: text/event-stream\r\n\r\n`);
  });
}

/** Waits until every stream that is still open has brought these words. */
async function hear({ last }) {
  const words = Buffer.from(last);
  let complete = 0;
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise((resolve) => {
          let tail = Buffer.alloc(0);
          const onData = (chunk) => {
            if (Buffer.concat([tail, chunk.subarray(0, TAIL_BYTES)]).includes(words) || chunk.includes(words)) {
              complete++;
              socket.off('data', onData);
              socket.resume();
              resolve();
            }
            tail = Buffer.from(chunk.subarray(-TAIL_BYTES));
          };
          socket.on('data', onData);
          socket.once('close', resolve);
        }),
    ),
  );
  return { complete, closed };
}

async function close() {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
