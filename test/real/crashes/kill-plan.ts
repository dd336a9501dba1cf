import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { FileOperation } from '../watched-files.js';

/** When a process ends itself with SIGKILL. Plain data: it goes to the process on its command line. */
export type KillPlan =
  | { type: 'point'; name: string }
  /** Before the nth thing that it asks of the file system. */
  | { type: 'operation'; nth: number }
  | { type: 'time'; ms: number }
  /** When this share of the bytes is there. */
  | { type: 'progress'; share: number }
  /** While what an earlier process has left is hashed. */
  | { type: 'rehash' };

/** A moment that has a name. */
export interface KillPoint {
  name: string;
  matches(operation: FileOperation): boolean;
  /** The nth of those that match; default the first. */
  nth?: number;
  /** `half`: a write gets through up to its middle. */
  moment: 'before' | 'after' | 'half';
  /** Only where another process was killed before: it is the second one's. */
  second?: true;
}

const isRecord = ({ name, to }: FileOperation): boolean =>
  name === 'rename' && to !== undefined && basename(to) === 'job.json';
const recordSays =
  (word: 'publishing' | 'completed') =>
  (operation: FileOperation): boolean => {
    if (!isRecord(operation)) return false;
    const { state, publishing } = JSON.parse(readFileSync(operation.path, 'utf8')) as Record<string, unknown>;
    return word === 'completed' ? state === word : publishing !== undefined && state !== 'completed';
  };
/** Not the room that is made for them when a journal is started. */
const isJournalRecord = ({ name, path, bytes = 0 }: FileOperation): boolean =>
  name === 'write' && path.endsWith('.journal') && bytes < 4096;
const isSync =
  (extension: string) =>
  ({ name, path }: FileOperation): boolean =>
    name === 'datasync' && path.endsWith(extension);
const isLink = ({ name, to }: FileOperation): boolean =>
  name === 'link' && to !== undefined && !to.includes('.modeldock');
const isUnlink = ({ name, path }: FileOperation): boolean => name === 'rm' && path.endsWith('.part');
const isTakeover = ({ name, to }: FileOperation): boolean => name === 'rename' && to?.endsWith('.lock') === true;
const isClaim = ({ name, to }: FileOperation): boolean =>
  name === 'link' && to !== undefined && /\.lock\.\w+$/.test(to);

/** Where a rename has happened already, its source cannot be read: "after" a record is before the sync that follows it. */
const isSyncAfter = (word: 'publishing' | 'completed'): KillPoint['matches'] => {
  const says = recordSays(word);
  let isWritten = false;
  return (operation) => {
    if (says(operation)) isWritten = true;
    else if (isWritten && operation.name === 'sync') return true;
    return false;
  };
};

/** Made anew for each process: some remember what came before. */
export function killPoints(files: number): readonly KillPoint[] {
  const links = Array.from({ length: files }, (_, index): KillPoint => {
    const name = index === 0 ? 'before the first link' : `between link ${index} and link ${index + 1}`;
    return { name, matches: isLink, nth: index + 1, moment: 'before' };
  });
  return [
    { name: 'before the job record', matches: isRecord, moment: 'before' },
    { name: 'after the job record', matches: isRecord, moment: 'after' },
    { name: 'inside a journal record', matches: isJournalRecord, nth: 5, moment: 'half' },
    { name: 'between data and journal', matches: isJournalRecord, nth: 6, moment: 'before' },
    { name: 'before the parts are synced for a checkpoint', matches: isSync('.part'), nth: 2, moment: 'before' },
    { name: 'between synced parts and the checkpoint record', matches: isSync('.part'), nth: 2, moment: 'after' },
    { name: 'before the checkpoint record is synced', matches: isSync('.journal'), nth: files + 1, moment: 'before' },
    { name: 'before publishing', matches: recordSays('publishing'), moment: 'before' },
    { name: 'after publishing', matches: isSyncAfter('publishing'), moment: 'before' },
    ...links,
    { name: 'after the last link', matches: isLink, nth: files, moment: 'after' },
    { name: 'after the last unlink', matches: isUnlink, nth: files, moment: 'after' },
    { name: 'before completed', matches: recordSays('completed'), moment: 'before' },
    { name: 'after completed', matches: isSyncAfter('completed'), moment: 'before' },
    { name: 'before the claim in a lock takeover', matches: isClaim, moment: 'before', second: true },
    { name: 'with the claim in a lock takeover', matches: isTakeover, moment: 'before', second: true },
    { name: 'after a lock takeover', matches: isTakeover, moment: 'after', second: true },
  ];
}
