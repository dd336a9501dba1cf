/*
 * What a status poll costs a server: its processor time, user and system, under a load that is the same for every server.
 * Polls per second would count the load generator's wake-ups, and what else the machine is doing.
 */
import { startLoad } from './processes.mjs';

const LOAD = { connections: 50, everyMs: 20 };
const POLLS = 1000;
/** Before each measure: V8 drops the compiled code of a server that waits for its turn, and idle connections are closed. */
const REMINDER_POLLS = 2000;

/** Describes the measure in the heading of a report. */
export const method = `processor time of the server; ${LOAD.connections} connections poll once every ${LOAD.everyMs} ms`;

/**
 * Measures servers in turns, so that what else the machine is doing meets all of them.
 * @param servers by name, from `listenMeasured`, each with the `paths` that are polled in turn
 * @param warmUpPolls sent to each before its first measure, as fast as they are answered: until its code is compiled
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
