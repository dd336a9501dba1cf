import { afterAll, describe, expect, it } from 'vitest';
import { blocksOf, openWorkshop, readPage } from './snippets.js';

const [, test] = blocksOf(readPage('docs/testing-downloaders.md'));
const workshop = openWorkshop();
afterAll(() => workshop.remove());

/** Asks for one file, on one connection, and goes on where it broke off. */
const ONE_CONNECTION = `
export async function download(repo: string, { endpoint }: { endpoint: string }): Promise<void> {
  const size = 3 * 1024 * 1024;
  for (let bytes = 0; bytes < size; ) {
    const answer = await fetch(endpoint + '/' + repo + '/resolve/main/tiny-chat-Q4_K_M.gguf', {
      headers: { Range: 'bytes=' + bytes + '-' },
    });
    try {
      for await (const chunk of answer.body!) bytes += chunk.length;
    } catch {
      // Goes on from there.
    }
  }
}
`;

/** Four connections, each for a quarter. */
const FOUR_CONNECTIONS = `
export async function download(repo: string, { endpoint }: { endpoint: string }): Promise<void> {
  const quarter = (3 * 1024 * 1024) / 4;
  await Promise.all(
    [0, 1, 2, 3].map(async (part) => {
      const end = (part + 1) * quarter;
      for (let bytes = part * quarter; bytes < end; ) {
        const answer = await fetch(endpoint + '/' + repo + '/resolve/main/tiny-chat-Q4_K_M.gguf', {
          headers: { Range: 'bytes=' + bytes + '-' + (end - 1) },
        });
        try {
          for await (const chunk of answer.body!) bytes += chunk.length;
        } catch {
          // Goes on from there.
        }
      }
    }),
  );
}
`;

describe('the page about testing a downloader', () => {
  it.each([
    ['one connection, for which its fault never struck', ONE_CONNECTION],
    ['four connections', FOUR_CONNECTIONS],
  ])('has a test that a downloader passes with %s', async (_, downloader) => {
    await expect(run(downloader)).resolves.toBeDefined();
  });

  it('has a test that fails where nothing was downloaded', async () => {
    await expect(run('export async function download(): Promise<void> {}')).rejects.toThrow('expected +0 to be 1');
  });
});

/** Runs the first test of the page over a downloader of one file's code. */
function run(downloader: string): Promise<unknown> {
  const file = workshop.write(downloader);
  expect(test!.text).toContain("'./your-downloader.js'");
  return workshop.run(test!.text.replace("'./your-downloader.js'", JSON.stringify(file)));
}
