// Sends polls to servers as its parent process requests: a load generator in a process of its own.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Client } from 'undici';

/** Connections by server; they stay open from one load to the next. */
const connectionsTo = new Map();
const neverChanges = new Int32Array(new SharedArrayBuffer(4));

process.on('message', (load) => {
  send(load).then(
    () => process.send({}),
    (error) => process.send({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit());

/**
 * Sends `polls` polls of `paths` in turn, one over each connection at once, and the next ones after `everyMs`, or later
 * if not all are answered by then. In between the whole thread sleeps: waking it with an answer would cost the server
 * time.
 */
async function send({ url, paths, connections, polls, everyMs = 0 }) {
  if (!connectionsTo.has(url))
    connectionsTo.set(
      url,
      Array.from({ length: connections }, () => new Client(url)),
    );
  for (let sent = 0; sent < polls;) {
    const answers = connectionsTo.get(url).map((client) => get(client, paths[sent++ % paths.length]));
    await nextTurn();
    if (everyMs > 0) Atomics.wait(neverChanges, 0, 0, everyMs);
    await Promise.all(answers);
  }
}

async function get(client, path) {
  const { statusCode, body } = await client.request({ method: 'GET', path });
  await body.dump();
  if (statusCode !== 200) throw new Error(`Cannot use the answer of ${path}: expected 200, found ${statusCode}.`);
}
