/*
 * The control API of the hub, under /__hub, for tests in other languages. It can change what every client gets, so web
 * pages must not reach it: neither by a form, nor by fetch, nor by a host name that resolves to loopback.
 */
import type { HubControl } from './control.js';
import type { FaultList } from './faults/fault-list.js';
import { parseHubFaults } from './faults/parse-hub-faults.js';
import { InvalidInput, readHubInput } from './read-input.js';
import { clockOffset, strictObject, text } from './schemas.js';
import type { HubJournal } from './journal.js';
import { readRepo } from './repos/read-repo.js';
import type { HubCall } from './wire/call.js';
import { foreignPartOf } from '../core/foreign-call.js';
import { hostInUrl } from '../core/loopback.js';
import { jsonReply, type Reply } from './wire/reply.js';

/** The parts of a hub that its control API changes. */
export interface Operated {
  control: HubControl;
  faults: FaultList;
  journal: HubJournal;
  /** The address that the hub listens on, which is allowed as Host besides loopback. */
  host: string;
}

const INDEX = {
  'GET /__hub/faults': 'the faults, and how often each matched and was applied',
  'POST /__hub/faults': 'add one fault or a list; returns their ids',
  'DELETE /__hub/faults': 'remove all; with /{id}, one',
  'GET /__hub/journal': 'every request; /summary for totals by file',
  'DELETE /__hub/journal': 'empty the journal',
  'GET /__hub/repos': 'repos with branches, tags, commits and files',
  'POST /__hub/repos': 'add or replace a repo',
  'POST /__hub/repos/{owner}/{name}/branches/{branch}': '{"to": "next" | "previous" | a commit} moves the branch',
  'DELETE /__hub/repos/{owner}/{name}/commits/{sha}': 'remove the commit',
  'POST /__hub/access': '{"user", "repo"} gives a user access to a repo',
  'PUT /__hub/clock': '{"offsetMs"} sets the offset of the clock',
  'POST /__hub/reset': 'restore the initial state',
};

const moveInput = strictObject({ to: text });
const accessInput = strictObject({ user: text, repo: text });
const clockInput = strictObject({ offsetMs: clockOffset });

/** Answers a request under /__hub. */
export function controlReply(operated: Operated, call: HubCall, body: string): Reply {
  const refused = refusal(operated.host, call, body);
  if (refused !== undefined) return jsonReply({ error: refused }, 403);
  try {
    const answer = answerOf(operated, call, body);
    if (answer === undefined)
      return jsonReply({ error: 'Cannot find this route: expected one of these:', ...INDEX }, 404);
    return jsonReply(answer);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return jsonReply({ error: error.message, path: error.path }, 400);
  }
}

function answerOf({ control, faults, journal }: Operated, call: HubCall, body: string): unknown {
  const [, topic, ...rest] = call.segments;
  switch ([call.method === 'HEAD' ? 'GET' : call.method, topic, ...shape(topic, rest)].join(' ').trim()) {
    case 'GET':
      return INDEX;
    case 'GET faults':
      return faults.list();
    case 'POST faults':
      return { ids: faults.add(parseHubFaults(json(body))) };
    case 'DELETE faults':
      faults.clear();
      return { removed: 'all' };
    case 'DELETE faults {id}':
      if (!faults.remove(rest[0]!))
        throw new InvalidInput('id', `Cannot remove the fault ${rest[0]!}: there is no fault with this id.`);
      return { removed: rest[0] };
    case 'GET journal':
      return journal.entries();
    case 'GET journal summary':
      return journal.summary();
    case 'DELETE journal':
      journal.clear();
      return { removed: 'all' };
    case 'GET repos':
      return control.repos();
    case 'POST repos':
      return control.addRepo(withoutDisk(readRepo(json(body), 'repo')));
    case 'POST repos {owner} {name} branches {branch}': {
      const { to } = readHubInput(moveInput, json(body), 'body');
      return { sha: control.moveBranch(`${rest[0]!}/${rest[1]!}`, rest[3]!, to) };
    }
    case 'DELETE repos {owner} {name} commits {sha}':
      return { sha: control.dropCommit(`${rest[0]!}/${rest[1]!}`, rest[3]!) };
    case 'POST access': {
      const { user, repo } = readHubInput(accessInput, json(body), 'body');
      control.grantAccess(user, repo);
      return { user, repo };
    }
    case 'PUT clock': {
      const { offsetMs } = readHubInput(clockInput, json(body), 'body');
      control.setClockOffset(offsetMs);
      return { offsetMs };
    }
    case 'POST reset':
      control.reset();
      return { reset: true };
  }
  return undefined;
}

/** Returns the segments after the topic with names for the variable ones, so that routes can be written as texts. */
function shape(topic: string | undefined, rest: readonly string[]): string[] {
  const names: Record<string, string> = { branches: '{branch}', commits: '{sha}' };
  if (topic === 'faults' && rest.length === 1) return ['{id}'];
  if (topic === 'repos' && rest.length === 4) return ['{owner}', '{name}', rest[2]!, names[rest[2]!] ?? rest[3]!];
  return [...rest];
}

/** Returns why this request may not control the hub; undefined if it may. */
function refusal(host: string, { method, headers, origin }: HubCall, body: string): string | undefined {
  const source = {
    host: headers.host,
    origin: headers.origin,
    fetchSite: headers['sec-fetch-site'],
  };
  // `origin` is this hub's origin by the Host header; without it, the name under which the hub was called is unknown.
  const foreign = origin === undefined ? 'host' : foreignPartOf(source, [hostInUrl(host).toLowerCase()]);
  if (foreign === 'host') {
    return `Cannot control this hub under the host ${headers.host ?? 'of this request'}: expected the address that it printed at its start`;
  }
  if (foreign === 'page') return 'Cannot control this hub from a web page of another origin';
  const writes = method !== 'GET' && method !== 'HEAD';
  if (writes && body !== '' && !/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return 'Cannot read the body: expected Content-Type application/json';
  }
  // Without a body there is no Content-Type to check, and a form can POST without one.
  if (method === 'POST' && body === '' && headers['sec-fetch-site'] === 'same-site')
    return 'Cannot control this hub by a form';
  return undefined;
}

/** Refuses repos with files of this machine, which a client must not read over HTTP. */
function withoutDisk(repo: ReturnType<typeof readRepo>): ReturnType<typeof readRepo> {
  for (const [commit, { files }] of repo.commits.entries()) {
    const index = files.findIndex(({ from }) => from !== undefined);
    if (index >= 0) {
      throw new InvalidInput(
        `repo.commits[${commit}].files[${index}].from`,
        'Cannot add a file of this machine over HTTP: expected size or text, found from.',
      );
    }
  }
  return repo;
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InvalidInput('body', 'Cannot read the body: expected JSON.');
  }
}
