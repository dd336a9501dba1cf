import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { profileNames } from '../../src/contract/profiles.js';
import { publish, publishControl } from './judge.js';

interface LintProblem {
  ruleId: string;
  message: string;
  location: { pointer?: string }[];
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modeldock-lint-'));
});

afterAll(() => rm(folder, { recursive: true }));

it.each(profileNames)(
  'Redocly finds nothing wrong with the document of the profile %s',
  async (profile) => {
    expect(await lint(publish(profile))).toEqual([]);
  },
  60_000,
);

it('Redocly finds nothing wrong with the document of the control API', async () => {
  expect(await lint(publishControl())).toEqual([]);
});

it('Redocly does find what is wrong with a document', async () => {
  const document = publish('documented');
  delete document.info.license;
  const [path] = Object.values(document.paths ?? {}) as { post: { operationId?: string } }[];
  delete path!.post.operationId;
  const problems = await lint(document);
  expect(problems.map((problem) => problem.split(' ', 1)[0])).toEqual(['info-license', 'operation-operationId']);
});

async function lint(document: object): Promise<string[]> {
  const file = join(folder, 'openapi.json');
  await writeFile(file, JSON.stringify(document));
  const program = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js');
  const config = fileURLToPath(new URL('../../redocly.yaml', import.meta.url));
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [program, 'lint', file, '--config', config, '--format', 'json'],
      { env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } },
      (error, stdout, stderr) => {
        if (stdout === '') reject(new Error(`Redocly did not judge: ${error?.message ?? ''} ${stderr}`));
        else resolve(stdout);
      },
    );
  });
  const { problems } = JSON.parse(output) as { problems: LintProblem[] };
  return problems.map(({ ruleId, message, location }) => `${ruleId} ${message} ${location[0]?.pointer ?? ''}`);
}
