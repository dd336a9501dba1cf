import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHub, type Hub } from '../../../src/hub/index.js';
import { run } from '../../server/command.js';

/** A hub with a few models of a size that a test can wait for, and a place to put them. */
export interface SmallHub {
  hub: Hub;
  /** For a process that downloads from it, and knows of nothing else. */
  env: Record<string, string>;
  /** A new models folder. */
  newFolder(): Promise<string>;
  /** What the command prints over a models folder, and how it ends. */
  modeldock(folder: string, args: readonly string[]): ReturnType<typeof run>;
  /** The sha256 that the hub says a file has. */
  digestOf(repo: string, path: string): Promise<string>;
  close(): Promise<void>;
}

export const TINY = 'https://huggingface.co/me/tiny-GGUF';
export const LARGE = 'https://huggingface.co/me/large-GGUF';
export const LARGE_BYTES = 40_000_000;

export async function openSmallHub(): Promise<SmallHub> {
  const hub = await createHub({
    rateLimits: false,
    repos: [
      {
        id: 'me/tiny-GGUF',
        files: [
          { path: 'tiny-Q4_K_M.gguf', size: 3_000_000 },
          { path: 'tiny-Q8_0.gguf', size: 4_000_000 },
          { path: 'mmproj-tiny-F16.gguf', size: 1_000_000 },
        ],
      },
      { id: 'me/lower-gguf', files: [{ path: 'lower-Q4_K_M.gguf', size: 1_000_000 }] },
      { id: 'me/large-GGUF', files: [{ path: 'large-Q4_K_M.gguf', size: LARGE_BYTES }] },
      { id: 'me/private-gguf', private: true, files: [{ path: 'private-Q4_K_M.gguf', size: 1_000_000 }] },
      { id: 'me/gated-GGUF', gated: 'manual', files: [{ path: 'gated-Q4_K_M.gguf', size: 3_000_000 }] },
    ],
  });
  await hub.ready();
  const folder = await mkdtemp(join(tmpdir(), 'modeldock-faces-'));
  const env = { ...withoutHub, HF_ENDPOINT: hub.endpoint, HOME: folder, HF_HOME: join(folder, 'hf') };
  let folders = 0;
  return {
    hub,
    env,
    modeldock: (models, args) => run([...args, '--models-dir', models], { env }),
    newFolder: async () => join(folder, `models-${++folders}`),
    digestOf: async (repo, path) => {
      const tree = (await (await fetch(`${hub.endpoint}/api/models/${repo}/tree/main?recursive=true`)).json()) as {
        path: string;
        lfs?: { oid: string };
      }[];
      return tree.find((file) => file.path === path)!.lfs!.oid;
    },
    close: async () => {
      await hub.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** What the machine may have set for itself; set to nothing counts as not set. */
const withoutHub = Object.fromEntries(
  ['HF_TOKEN', 'HF_HUB_OFFLINE', 'HF_HUB_CACHE', 'HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map(
    (name) => [name, ''],
  ),
);

export async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
