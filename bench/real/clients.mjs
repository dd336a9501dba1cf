/*
 * The measured clients. Each is a shell command that leaves the file below the folder in which it runs, and ends with a
 * `sync` of it.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cli } from '../processes.mjs';
import { MODEL, MODEL_FILE, MODEL_QUANTIZATION } from './model.mjs';

const succeeds = (command, ...flags) => spawnSync(command, flags, { stdio: 'ignore' }).status === 0;
const python = process.env.PYTHON ?? 'python3';
const huggingFaceHub = fileURLToPath(new URL('hugging-face-hub.mjs', import.meta.url));
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** Clients by name. `verifies`: whether its check would notice a wrong byte. */
export const clients = {
  modeldock: {
    title: 'modeldock get',
    verifies: true,
    isInstalled: () => true,
    script: () =>
      `${quoted(process.execPath)} ${quoted(cli)} get https://huggingface.co/${MODEL} --quantization ${MODEL_QUANTIZATION} ` +
      `--models-dir "$PWD/models" && sync "models/${MODEL}/${MODEL_FILE}"`,
  },
  curl: {
    title: 'curl, then openssl sha256',
    verifies: true,
    isInstalled: () => succeeds('curl', '--version') && succeeds('openssl', 'version'),
    script: ({ url, sha256 }) =>
      `curl -sSfL -o file ${quoted(url)} && openssl sha256 file | grep -q ${sha256} && sync file`,
  },
  aria2: {
    title: 'aria2 -x16 -s16 --checksum',
    verifies: true,
    isInstalled: () => succeeds('aria2c', '--version'),
    script: ({ url, sha256, certificate }) =>
      `aria2c -q -x16 -s16 --file-allocation=none --checksum=sha-256=${sha256} ` +
      `${certificate ? `--ca-certificate=${quoted(certificate)}` : ''} -o file ${quoted(url)} && sync file`,
  },
  wget: {
    title: 'wget2 (wget), then openssl sha256',
    verifies: true,
    isInstalled: () => wget !== undefined && succeeds('openssl', 'version'),
    script: ({ url, sha256, certificate }) =>
      `${wget} -q ${certificate ? `--ca-certificate=${quoted(certificate)}` : ''} -O file ${quoted(url)} && ` +
      `openssl sha256 file | grep -q ${sha256} && sync file`,
  },
  'hugging-face-hub': {
    title: '@huggingface/hub',
    verifies: false,
    isInstalled: () => true,
    script: () =>
      `${quoted(process.execPath)} ${quoted(huggingFaceHub)} ${MODEL} ${MODEL_FILE} "$PWD/cache" && sync cache/*/blobs/*`,
  },
  python: {
    title: 'huggingface_hub for Python',
    verifies: false,
    isInstalled: () => succeeds(python, '-c', 'import huggingface_hub'),
    script: () =>
      `${quoted(python)} -c 'import huggingface_hub as h; h.hf_hub_download("${MODEL}", "${MODEL_FILE}", cache_dir="cache")' ` +
      `&& sync cache/*/blobs/*`,
  },
};

const wget = ['wget2', 'wget'].find((command) => succeeds(command, '--version'));
