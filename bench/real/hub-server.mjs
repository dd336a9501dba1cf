/*
 * A hub in a process of its own: all clients ask it for the location of the file, and it redirects them to another
 * server. node hub-server.mjs MODEL [--file FILE --cdn URL [--key FILE --certificate FILE]]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createHub } from '../../dist/hub/index.js';
import { MODEL, MODEL_FILE } from './model.mjs';

const { values } = parseArgs({
  options: {
    size: { type: 'string' },
    file: { type: 'string' },
    cdn: { type: 'string' },
    key: { type: 'string' },
    certificate: { type: 'string' },
  },
});
const content = values.file === undefined ? { size: Number(values.size) } : { from: values.file };
const hub = await createHub({
  repos: [{ id: MODEL, files: [{ path: MODEL_FILE, ...content }] }],
  rateLimits: false,
  digestCache: false,
  ...(values.cdn && { cdnUrl: values.cdn }),
  ...(values.key && {
    tls: { key: readFileSync(values.key, 'utf8'), certificate: readFileSync(values.certificate, 'utf8') },
  }),
});
await hub.ready();
console.log(JSON.stringify({ url: hub.endpoint }));
