export { connect, type ConnectOptions, type SessionClient } from './client.js';
export { expectDownload, expectNoFindings, ExpectationError, withReplay, type ExpectedDownload } from './expect.js';
export { fromReplayToken, toReplayToken } from '../control/sessions/replay-token.js';
export { ControlError, type ControlErrorCode } from '../control/control-error.js';
export type { Finding, FindingId } from '../control/findings/findings.js';
export { reportFindings } from '../control/findings/report.js';
export type { DockControl } from '../control/dock-control.js';
export type { SessionSnapshot } from '../control/sessions/snapshot.js';
