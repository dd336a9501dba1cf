export { connect, type ConnectOptions, type SessionClient } from './client.js';
export { expectDownload, expectNoFindings, ExpectationError, withReplay, type ExpectedDownload } from './expect.js';
export { fromReplayToken, toReplayToken } from '../control/session/replay-token.js';
export { ControlError } from '../control/base/control-error.js';
export type * from '../control/contract/exported-types.js';
export type { Fetch } from './control-calls.js';
export type { Noted } from './note-failures.js';
export { reportFindings } from '../control/findings/report.js';
export { passTime, type PassTimeOptions } from './pass-time.js';
