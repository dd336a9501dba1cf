import type { ProbeRow } from '../row.js';
import { accessRows } from './access.js';
import { bodyRows } from './bodies.js';
import { listRows } from './lists.js';
import { loadRows } from './loads.js';
import { pollRows } from './polls.js';
import { routeRows } from './routes.js';
import { startRows } from './starts.js';

/** The rows that safe calls decide. */
export const probeRows: readonly ProbeRow[] = [
  ...listRows,
  ...startRows,
  ...pollRows,
  ...bodyRows,
  ...loadRows,
  ...routeRows,
  ...accessRows,
];
