/* node hugging-face-hub.mjs REPO FILE CACHE: downloads with @huggingface/hub, from HF_ENDPOINT. */
import { downloadFileToCacheDir } from '@huggingface/hub';

const [repo, path, cacheDir] = process.argv.slice(2);
await downloadFileToCacheDir({ repo, path, cacheDir, hubUrl: process.env.HF_ENDPOINT });
