import { it } from 'vitest';

it.skip(`the download API over MSW 3 (not here: it needs Node 22.12, and this is ${process.versions.node})`);
