/* All types that the control interface refers to: each entry that exposes the interface exports them. */
export type { Profile } from '../../contract/profiles.js';
export type { HubRefusalCode } from '../../contract/hub-refusal-code.js';
export type { ControlErrorCode } from '../base/control-error.js';
export type { AnswerDates, ClockChange, ClockMode, ClockStatus, SavedClock } from '../base/session-clock.js';
export type { SessionSnapshot } from '../base/snapshot.js';
export type { ListenOptions, SessionEvent } from '../events/events.js';
export type {
  BodyPlace,
  Fault,
  FaultEffect,
  FaultRoute,
  FaultSelection,
  FaultStatus,
  FaultWindow,
  LatencyEffect,
} from '../faults/fault.js';
export type { NthCall } from '../../core/nth-call.js';
export type { DocumentedRoute, RouteName } from '../../api/routes.js';
export type { Finding, FindingId } from '../findings/finding.js';
export type { AnswerHeaders, JournalEntry, JournalFault, RequestHeaders } from '../journal/entry.js';
export type { JournalText } from '../journal/text.js';
export type {
  Advanced,
  AdvanceStep,
  DockControl,
  JobReport,
  ModelCondition,
  SessionStatus,
  SettledOptions,
  StartOptions,
  WaitFor,
  WaitForModel,
} from './dock-control.js';
export type { BandwidthLimit, DownloadsControl, RealDockControl } from './downloads-control.js';
export type { DownloadDetails, DownloadPhase, FileProgress, RemovedModel } from '../../core/downloader.js';
export type { FailureCode } from '../../core/errors.js';
export type { Condition, Transition } from '../../core/foresight.js';
export type { ModelName, TestModelName } from '../../core/model-name.js';
export type { JobFacts, JobSnapshot, JobState } from '../../core/job.js';
export type {
  InstalledModel,
  LoadDefaults,
  ModelCapabilities,
  ModelType,
  UnreadField,
} from '../../core/model-library.js';
export type {
  Decision,
  DownloadMoment,
  JobStretch,
  StartMoment,
  ScenarioChoice,
  ScenarioRule,
  StartingPoint,
} from '../../core/simulation.js';
