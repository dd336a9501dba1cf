/*
 * Measures the cost of a status poll: the server's processor time, user and system, under the same load for every
 * server. Polls per second would include the load generator's wake-ups, and other work of the machine.
 */
import { startLoad } from './processes.mjs';

const LOAD = { connections: 50, everyMs: 20 };
const POLLS = 1000;
/** Repeated before each measurement: V8 drops the compiled code of an idle server, and idle connections are closed. */
const REMINDER_POLLS = 2000;

/** Describes the measurement in the heading of a report. */
export const method = `processor time of the server; ${LOAD.connections} connections poll once every ${LOAD.everyMs} ms`;

/**
 * Measures servers in turns, so that other work of the machine affects all of them.
 * @param servers by name, from `listenMeasured`, each with the `paths` that are polled in turn
 * @param warmUpPolls sent to each before its first measurement, as fast as they are answered: until its code is
 * compiled
 * @returns by name, for each round, µs per poll: `user`, `system` and `total`
 */
export async function measureInTurns(servers, { rounds, warmUpPolls = 8000 }) {
  const load = startLoad();
  const costs = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (const { url, paths } of Object.values(servers)) {
    await load.send({ url, paths, ...LOAD, everyMs: 0, polls: warmUpPolls });
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, each] of Object.entries(servers)) costs[name].push(await costPerPoll(load, each));
  }
  await load.close();
  return costs;
}

async function costPerPoll(load, { url, paths, processorTime }) {
  await load.send({ url, paths, ...LOAD, everyMs: 0, polls: REMINDER_POLLS });
  const before = await processorTime();
  await load.send({ url, paths, ...LOAD, polls: POLLS });
  const after = await processorTime();
  const user = (after.user - before.user) / POLLS;
  const system = (after.system - before.system) / POLLS;
  return { user, system, total: user + system };
}
