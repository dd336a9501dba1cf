export { connect, type ConnectOptions, type SessionClient } from './client.js';
export { expectDownload, expectNoFindings, ExpectationError, withReplay, type ExpectedDownload } from './expect.js';
export { fromReplayToken, toReplayToken } from '../control/session/replay-token.js';
export { ControlError, type ControlErrorCode } from '../control/base/control-error.js';
export type { Finding, FindingId } from '../control/findings/findings.js';
export { reportFindings } from '../control/findings/report.js';
export type { DockControl } from '../control/contract/dock-control.js';
export type { SessionSnapshot } from '../control/base/snapshot.js';
