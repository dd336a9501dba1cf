import { expect, it } from 'vitest';
import { createDock } from '../src/index.js';
it('golden', async () => {
  const dock = createDock({ scenario: 'seed-example', jobIds: ['job_493c7c9ded'], now: '2025-10-03T15:33:23.496Z', speed: 0 });
  const post = () => dock.api.fetch(new Request('http://localhost:1234/api/v1/models/download', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"ibm/granite-4-micro"}' }));
  console.log(await (await post()).text());
  await dock.clock.advance(127);
  console.log(await (await post()).text());
  for (const m of ['simulate/fails-at-50','simulate/instant','simulate/gated','x','https://huggingface.co/a/Foo-7B-GGUF']) console.log(await (await dock.api.fetch(new Request('http://localhost:1234/api/v1/models/download', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({model: m}) }))).text());
  console.log(await (await dock.api.fetch(new Request('http://localhost:1234/api/v1/models'))).text());
  expect(1).toBe(1);
});
