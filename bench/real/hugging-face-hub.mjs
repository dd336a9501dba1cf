/* node hugging-face-hub.mjs REPO FILE CACHE: what @huggingface/hub does with HF_ENDPOINT. */
import { downloadFileToCacheDir } from '@huggingface/hub';

const [repo, path, cacheDir] = process.argv.slice(2);
await downloadFileToCacheDir({ repo, path, cacheDir, hubUrl: process.env.HF_ENDPOINT });
