import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FailureCode, RefusalCode } from '../../../src/core/errors.js';
import { RefusedError } from '../../../src/core/errors.js';
import type { HubFault, FileSummary, Hub, HubOptions } from '../../../src/hub/index.js';
import type { DownloaderOptions } from '../../../src/real/open-downloader.js';
import { matrixLimits } from './limits.js';
import { expectNoMoreThan, held, type Held } from './resources.js';
import { largestOf, onFile, shapes, totalOf } from './shapes.js';
import { createMatrixHub, createWorld, type World } from './world.js';

/** How a download ends. */
export type Outcome = 'completed' | { failed: FailureCode } | { refused: RefusalCode };

/** What may be spent on the way. */
export interface Bounds {
  /** Requests for `/resolve/`, for each file. */
  resolvesPerFile?: number;
  /** Bytes handed over, as a multiple of the model's. */
  servedTimes?: number;
  /** Bytes handed over more than once, of all files together. */
  servedTwice?: number;
  /** Requests to the CDN, of all files together. */
  reads?: number;
  /** Bytes that the job says it has in the end. */
  downloadedBytes?: number;
}

/** A fault, and what becomes of a download that meets it. */
export interface Row {
  fault: string;
  faults: readonly HubFault[];
  /** The faults strike the largest file only. */
  onLargest?: true;
  outcome: Outcome;
  bounds?: Bounds;
  engine?: Partial<DownloaderOptions>;
  /** What else the journal shows. */
  shows?: (world: World) => void | Promise<void>;
}

export interface MatrixOptions {
  hub?: HubOptions;
  /** For engines on that hub. */
  engine?: (hub: Hub) => Partial<DownloaderOptions>;
}

/**
 * Requests for one segment each, which are never divided among connections: what is on the wire when a request is divided
 * comes again, and how much that is depends on the machine.
 */
const undivided = { longestRunBytes: matrixLimits.segmentBytes };

/** Runs rows over both shapes, all on one hub. */
export function runMatrix(
  rows: readonly Row[],
  { hub: hubOptions = {}, engine: optionsFor = () => ({}) }: MatrixOptions = {},
): void {
  let hub: Hub;
  let world: World | undefined;
  let first: Held;

  beforeAll(async () => {
    hub = await createMatrixHub(hubOptions);
    // What a first download loads and compiles stays, and is nobody's leak.
    for (const shape of shapes) {
      const warmUp = await createWorld(hub, shape);
      await download(warmUp, 'completed', {}, optionsFor(hub));
      await warmUp.close();
    }
    first = await held();
  });
  afterEach(async () => {
    await world?.close();
    world = undefined;
    hub.control.reset();
  });
  afterAll(() => hub.close());

  describe.each(shapes.map((shape) => [shape.title, shape] as const))('of %s', (_, shape) => {
    it.each(rows.map((row) => [row.fault, row] as const))('%s', async (_fault, row) => {
      const before = await held();
      world = await createWorld(hub, shape);
      hub.control.reset();
      const { faults, onLargest, outcome, bounds = {}, engine = {}, shows } = row;
      hub.faults.add(faults.map((fault) => (onLargest ? onFile(largestOf(shape).path, fault) : fault)));
      const limits = { ...(bounds.servedTwice !== undefined && undivided), ...engine.limits };
      await download(world, outcome, bounds, { ...optionsFor(hub), ...engine, limits });
      await shows?.(world);
      expectSecrets(world);
      await world.close();
      hub.control.reset();
      await expectNoMoreThan(before);
    });
  });

  it('holds no more after all of them than before', () => expectNoMoreThan(first, { afterMany: true }));
}

async function download(
  world: World,
  outcome: Outcome,
  bounds: Bounds,
  options: Partial<DownloaderOptions> = {},
): Promise<void> {
  const engine = await world.open(options);
  if (typeof outcome === 'object' && 'refused' in outcome) {
    const error = await world.start(engine).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(RefusedError);
    expect((error as RefusedError).code).toBe(outcome.refused);
  } else {
    const started = await world.start(engine);
    const job = await world.until(engine, started.id, ({ state }) => state !== 'downloading');
    const end = outcome === 'completed' ? { state: 'completed' } : { state: 'failed', code: outcome.failed };
    expect(job).toMatchObject(end);
    if (bounds.downloadedBytes !== undefined) expect(job.downloadedBytes).toBe(bounds.downloadedBytes);
    const details = await engine.jobs.details(started.id);
    expect(details?.commit).toBe(world.commit);
  }
  if (outcome === 'completed') await expectFirstCommit(world);
  else expect(await world.published()).toEqual([]);
  expectBounds(world, bounds);
}

/** Every file is there, and another program finds the digest that the hub announced. */
export async function expectFirstCommit({ announced, digestOf }: World): Promise<void> {
  for (const [path, sha256] of Object.entries(announced)) expect([path, await digestOf(path)]).toEqual([path, sha256]);
}

function expectBounds({ hub, shape, resolves, reads }: World, bounds: Bounds): void {
  const {
    resolvesPerFile = Infinity,
    servedTimes = Infinity,
    servedTwice = Infinity,
    reads: mostReads = Infinity,
  } = bounds;
  for (const path of Object.keys(shape.sizes)) {
    expect(resolves(path).length, `resolves of ${path}`).toBeLessThanOrEqual(resolvesPerFile);
  }
  const { files } = hub.journal.summary();
  const sum = (of: (file: FileSummary) => number): number => files.reduce((all, file) => all + of(file), 0);
  expect(sum(({ bytesServed }) => bytesServed) / totalOf(shape), 'served, in models').toBeLessThanOrEqual(servedTimes);
  expect(
    sum(({ bytesTwice }) => bytesTwice),
    'bytes served twice',
  ).toBeLessThanOrEqual(servedTwice);
  expect(reads().length, 'requests for bytes').toBeLessThanOrEqual(mostReads);
}

/** The token went to the hub, and nowhere else. */
export function expectSecrets({ hub }: World): void {
  const toHub = hub.journal.entries().filter(({ origin }) => origin === 'hub');
  expect(toHub.some(({ headers }) => 'authorization' in headers)).toBe(true);
  expect(hub.journal.summary().authorizationAtCdn).toBe(0);
}
