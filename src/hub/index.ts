/* A fake Hugging Face hub on loopback, to test downloaders: see docs/testing-downloaders.md. */
export { createHub, type Hub, type HubOptions } from './create-hub.js';
export { createProxy, type LoggingProxy, type ProxiedRequest, type ProxyOptions } from './proxy.js';
export { builtinRepos } from './repos/builtin-repos.js';
export { reposFromDisk, type ReposOnDisk } from './repos/repos-from-disk.js';
export { builtinTokens, type Token } from './origin/access.js';
export { faultKinds, type FaultKind } from './faults/fault-kinds.js';
export { parseHubFault, parseHubFaults } from './faults/parse-hub-faults.js';
export { InvalidInput } from './read-input.js';
export { CannotListenError, PortTakenError } from '../node/cannot-listen.js';
export type { Certificate } from './wire/certificate.js';
export type { HubClock } from './clock.js';
export type { HubControl, RepoState } from './control.js';
export type { FaultList } from './faults/fault-list.js';
export type { HubFault, HubFaultEffect, HubFaultSelection, HubFaultStatus, HubRouteName } from './faults/hub-fault.js';
export type { FileSummary, HubJournal, HubJournalEntry, JournalSummary } from './journal.js';
export type { Limits } from './origin/rate-limits.js';
export type { CommitDescription, FileDescription, RepoDescription, RepoInput, Storage } from './repos/description.js';
export type { NthCall } from '../core/nth-call.js';
