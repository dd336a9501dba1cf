import { ScenarioError, type Scenario } from './scenario.js';

const MB = 1_000_000;
const connect = { type: 'connect', ms: 250 } as const;
const transfer = { type: 'transfer', bytesPerSecond: 40 * MB, wobble: 0.3 } as const;

/**
 * A step that completes any size at once, even on a frozen clock. A transfer cannot: it takes at least one millisecond.
 */
const everything = { type: 'trace', samples: [[0, Number.MAX_SAFE_INTEGER]] } satisfies Scenario['steps'][number];

/** A scenario that has a name. */
export interface NamedScenario extends Scenario {
  /** What it does, in a sentence. */
  description: string;
}

/** The name of a scenario. */
export type ScenarioName =
  /** The example on LM Studio's page, to the byte: 948 bytes after 127 ms. */
  | 'docs-example'
  /** About 40 MB/s to the end, with the wobble of a real line. */
  | 'steady'
  /** Completed in the answer to the request that starts it. */
  | 'instant'
  /** About 500 kB/s to the end: time enough to look at a progress bar. */
  | 'slow'
  /** Stops and goes, fails with network_error at 60 %; a retry goes on from there to the end. */
  | 'flaky'
  /** Stops for good at 99 %, with speed 0 and no estimate. */
  | 'stalls'
  /** Pauses at 30 % until an operator resumes it. */
  | 'pauses'
  /** Fails with network_error at 50 %; a retry goes on from there to the end. */
  | 'fails'
  /** Falls back from 60 % to 20 % once, then goes on to the end. */
  | 'rewinds'
  /** Fails after the last byte, when the checksum is computed; a retry starts from 0. */
  | 'checksum-mismatch'
  /** Pauses with disk_full at 70 % until an operator resumes it. */
  | 'disk-full'
  /** Stays downloading at 100 % for 30 s while the checksum is computed. */
  | 'finalizes-slowly'
  /** Stays downloading at 100 % for good. */
  | 'finalizes-forever';

/** The named scenarios. */
export const scenarios: Readonly<Record<ScenarioName, NamedScenario>> = {
  'docs-example': {
    description: "The example on LM Studio's page, to the byte: 948 bytes after 127 ms.",
    steps: [
      { type: 'connect', ms: 6 },
      { type: 'transfer', bytesPerSecond: 7840 },
    ],
  },
  steady: {
    description: 'About 40 MB/s to the end, as variable as a real line.',
    steps: [connect, transfer],
  },
  instant: {
    description: 'Completed in the answer to the request that starts it.',
    steps: [everything],
  },
  slow: {
    description: 'About 500 kB/s to the end: time enough to look at a progress bar.',
    steps: [connect, { type: 'transfer', bytesPerSecond: 0.5 * MB, wobble: 0.3 }],
  },
  flaky: {
    description: 'Stops and goes, fails with network_error at 60 %; a retry continues from there to the end.',
    steps: [
      connect,
      { ...transfer, bytesPerSecond: 12 * MB, wobble: 0.8, until: 0.25 },
      { type: 'stall', ms: 4000 },
      { ...transfer, bytesPerSecond: 3 * MB, wobble: 0.8, until: 0.4 },
      { type: 'stall', ms: 12_000 },
      { ...transfer, wobble: 0.8, until: 0.6 },
      { type: 'fail', code: 'network_error', reason: 'The connection was reset.' },
      connect,
      transfer,
    ],
  },
  stalls: {
    description: 'Stops forever at 99 %, with speed 0 and no estimate.',
    steps: [connect, { ...transfer, until: 0.99 }, { type: 'stall' }],
  },
  pauses: {
    description: 'Pauses at 30 % until a control call resumes it.',
    steps: [connect, { ...transfer, until: 0.3 }, { type: 'pause' }, transfer],
  },
  fails: {
    description: 'Fails with network_error at 50 %; a retry continues from there to the end.',
    steps: [
      connect,
      { ...transfer, until: 0.5 },
      { type: 'fail', code: 'network_error', reason: 'The connection was reset.' },
    ],
  },
  rewinds: {
    description: 'Falls back from 60 % to 20 % once, then continues to the end.',
    steps: [connect, { ...transfer, until: 0.6 }, { type: 'rewind', to: 0.2 }, transfer],
  },
  'checksum-mismatch': {
    description: 'Fails after the last byte, when the checksum is computed; a retry starts from 0.',
    steps: [
      connect,
      transfer,
      { type: 'finalize', ms: 3000 },
      { type: 'fail', code: 'checksum_mismatch', reason: 'The sha256 of the file is not the one the hub names.' },
    ],
  },
  'disk-full': {
    description: 'Pauses with disk_full at 70 % until a control call resumes it.',
    steps: [
      connect,
      { ...transfer, until: 0.7 },
      { type: 'pause', code: 'disk_full', reason: 'There is no space left on the disk.' },
      transfer,
    ],
  },
  'finalizes-slowly': {
    description: 'Stays downloading at 100 % for 30 s while the checksum is computed.',
    steps: [connect, transfer, { type: 'finalize', ms: 30_000 }],
  },
  'finalizes-forever': {
    description: 'Stays downloading at 100 % forever.',
    steps: [connect, transfer, { type: 'finalize' }],
  },
};

/** Whether there is a scenario of this name. */
export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}

/** Returns a scenario by its name. @throws ScenarioError listing the known names */
export function scenarioNamed(name: string): Scenario {
  if (isScenarioName(name)) return scenarios[name];
  throw new ScenarioError(
    `Cannot play the scenario ${name}: expected one of ${Object.keys(scenarios).join(', ')}, found ${name}.`,
  );
}
