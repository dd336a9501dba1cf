import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { responsesOf } from './judge.js';
import type { OpenApiDocument } from '../../openapi/lm-studio/document.js';

function bodyFor(path: string): object {
  if (path.endsWith('/move')) return { position: 0 };
  return /\/(?:limit|bandwidth)$/.test(path) ? { bytesPerSecond: 1 } : {};
}

it('the command serves both documents, and offers every route of the control API that its engine has', async () => {
  const program = fileURLToPath(new URL('../../dist/bin/modeldock.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    const read = async (path: string): Promise<unknown> => (await fetch(`${url}/__modeldock${path}`)).json();

    const document = (await read('/openapi.json')) as OpenApiDocument;
    expect(document.info.title).toBe("LM Studio's model-download API, as modeldock serves it");
    const control = (await read('/control-openapi.json')) as OpenApiDocument;
    expect(control.info.title).toBe('The control API of modeldock');

    const { error } = (await read('/nothing')) as { error: { message: string } };
    const served = error.message
      .split('expected one of the routes ')[1]!
      .replace(/\.$/, '')
      .replace(/:(\w+)/g, '{$1}')
      .split(', ');
    const routes = [...responsesOf(control)].map(({ name }) => name.split(' ') as [string, string, string]);
    const documented = [...new Set(routes.map(([method, path]) => `${method.toUpperCase()} ${path}`))];
    expect(served.filter((route) => !documented.includes(route))).toEqual([]);
    // What only the other engine can do is documented, answered with 501, and not offered.
    const rest = documented.filter((route) => !served.includes(route));
    expect(rest).toContain('GET /__modeldock/bandwidth');
    for (const route of rest) {
      const [method, path] = route.split(' ') as [string, string];
      const answer = await fetch(url + path.replaceAll(/\{\w+\}/g, 'x'), {
        method,
        ...(method !== 'GET' && {
          body: JSON.stringify(bodyFor(path)),
          headers: { 'content-type': 'application/json' },
        }),
      });
      expect([route, answer.status]).toEqual([route, 501]);
    }
  } finally {
    child.kill();
    await exited;
  }
});
