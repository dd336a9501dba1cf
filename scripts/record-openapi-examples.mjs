// Records the examples of the OpenAPI documents: `node scripts/record-openapi-examples.mjs`.
import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { loadSource } from './load-source.mjs';
import { inProject } from './set-up/project.mjs';

const { recordControlExamples } = await loadSource('test/openapi/record-control-examples.ts');
const { recordLmStudioExamples } = await loadSource('test/openapi/record-lm-studio-examples.ts');
for (const [name, record] of [
  ['control', recordControlExamples],
  ['lm-studio', recordLmStudioExamples],
]) {
  const file = inProject(`openapi/${name}/examples.json`);
  await writeFile(
    file,
    await format(JSON.stringify(await record()), { ...(await resolveConfig(file)), filepath: file }),
  );
}
