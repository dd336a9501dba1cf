import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say, SetUpError } from './project.mjs';

/**
 * Runs `work` while no other process runs its own under the same lock file. The lock of a process that has ended is
 * taken over.
 */
export async function withLock(file, work, { waitMs = 15 * 60_000, pollMs = 100 } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const deadline = Date.now() + waitMs;
  let announced = false;
  while (!create(file)) {
    const owner = ownerOf(file);
    if (owner !== undefined && isGone(owner)) breakLock(file);
    else if (!announced) {
      say(`Waiting for process ${owner}, which is setting up …`);
      announced = true;
    }
    if (Date.now() > deadline) {
      throw new SetUpError(
        `Cannot set up: process ${owner} has held ${file} for too long. If it is not setting up, delete ${file}*.`,
      );
    }
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function create(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Returns the process that created the lock; undefined if the lock does not exist, or is not yet written. */
function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Removes a dead process's lock. Only one process at a time may check and remove: of two that found the same dead
 * owner, the slower would remove the lock that the faster has just created.
 */
function breakLock(file) {
  const breaking = `${file}.breaking`;
  if (!create(breaking)) return;
  try {
    const owner = ownerOf(file);
    if (owner !== undefined && isGone(owner)) rmSync(file, { force: true });
  } finally {
    rmSync(breaking, { force: true });
  }
}

function isGone(pid) {
  // In a container, process numbers repeat: this process's own number in a lock that it does not hold is that of a
  // predecessor.
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code !== 'EPERM';
  }
}
