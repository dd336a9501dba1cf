/*
 * The operator's side over HTTP, under /__hub, for tests in other languages. It can change what every client sees, so a
 * web page must not reach it: neither by a form, nor by fetch, nor by a host name that resolves to loopback.
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

/** What the operator's API works on. */
export interface Operated {
  control: HubControl;
  faults: FaultList;
  journal: HubJournal;
  /** The address the hub was told to listen on: a Host beside loopback. */
  host: string;
}

const INDEX = {
  'GET /__hub/faults': 'the faults, and how often each was seen and fired',
  'POST /__hub/faults': 'add one fault or a list; answers their ids',
  'DELETE /__hub/faults': 'remove all; with /{id}, one',
  'GET /__hub/journal': 'every request; /summary for what follows from them',
  'DELETE /__hub/journal': 'start the journal anew',
  'GET /__hub/repos': 'repos with branches, tags, commits and files',
  'POST /__hub/repos': 'add or replace a repo',
  'POST /__hub/repos/{owner}/{name}/branches/{branch}': '{"to": "next" | "previous" | a commit} moves the branch',
  'DELETE /__hub/repos/{owner}/{name}/commits/{sha}': 'the commit is gone',
  'POST /__hub/access': '{"user", "repo"} lets a user download a repo',
  'PUT /__hub/clock': '{"offsetMs"} sets how far the clock is off',
  'POST /__hub/reset': 'everything as it was at the start',
};

const moveInput = strictObject({ to: text });
const accessInput = strictObject({ user: text, repo: text });
const clockInput = strictObject({ offsetMs: clockOffset });

/** The answer to a request under /__hub. */
export function controlReply(operated: Operated, call: HubCall, body: string): Reply {
  const refused = refusal(operated.host, call, body);
  if (refused !== undefined) return jsonReply({ error: refused }, 403);
  try {
    const answer = answerOf(operated, call, body);
    if (answer === undefined) return jsonReply({ error: 'There is nothing here; there is:', ...INDEX }, 404);
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
        throw new InvalidInput('id', `Cannot remove the fault ${rest[0]!}: there is none of this id.`);
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

/** The segments after the topic with the variable ones named, so that routes can be written as texts. */
function shape(topic: string | undefined, rest: readonly string[]): string[] {
  const names: Record<string, string> = { branches: '{branch}', commits: '{sha}' };
  if (topic === 'faults' && rest.length === 1) return ['{id}'];
  if (topic === 'repos' && rest.length === 4) return ['{owner}', '{name}', rest[2]!, names[rest[2]!] ?? rest[3]!];
  return [...rest];
}

/** Why this request may not operate the hub, if it may not. */
function refusal(host: string, { method, headers, origin }: HubCall, body: string): string | undefined {
  const source = {
    host: headers.host,
    origin: headers.origin,
    fetchSite: headers['sec-fetch-site'],
  };
  // `origin` is what the Host header makes of this hub; without one there is no telling under which name it was asked for.
  const foreign = origin === undefined ? 'host' : foreignPartOf(source, [hostInUrl(host).toLowerCase()]);
  if (foreign === 'host') {
    return `the host ${headers.host ?? 'of this request'} may not operate this hub: use the address it printed at its start`;
  }
  if (foreign === 'page') return 'a web page of another origin may not operate this hub';
  const writes = method !== 'GET' && method !== 'HEAD';
  if (writes && body !== '' && !/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return 'a body must come as Content-Type: application/json';
  }
  // Without a body there is no Content-Type to check, and a form can POST without one.
  if (method === 'POST' && body === '' && headers['sec-fetch-site'] === 'same-site')
    return 'a form may not operate this hub';
  return undefined;
}

/** Refuses repos with files of this machine: over HTTP a client must not get at them. */
function withoutDisk(repo: ReturnType<typeof readRepo>): ReturnType<typeof readRepo> {
  for (const [commit, { files }] of repo.commits.entries()) {
    const index = files.findIndex(({ from }) => from !== undefined);
    if (index >= 0) {
      throw new InvalidInput(
        `repo.commits[${commit}].files[${index}].from`,
        'Cannot serve a file of this machine for a client: over HTTP a file has size or text instead of from.',
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
