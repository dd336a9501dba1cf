export {
  createDock,
  createSessionDocks,
  type SimulatedDock,
  type SimulatedDockOptions,
  type SimulatedSessions,
  type SimulatedSessionsOptions,
  type SimulatedWorldOptions,
} from './create-dock.js';
export type { Api, Ownership } from './api/api.js';
export type { Answer, Call, Link } from './api/call.js';
export { ControlError, type ControlErrorCode } from './control/control-error.js';
export type { SessionEvent } from './control/events/events.js';
export type { Fault, FaultStatus } from './control/faults/fault.js';
export type { Finding } from './control/findings/findings.js';
export type { JournalEntry } from './control/journal/journal.js';
export type { ClockChange, ClockMode, ClockStatus } from './control/sessions/clock.js';
export type { Advanced, JobReport, Operator, SessionStatus, Step, WaitFor } from './control/operator.js';
export type { SessionSnapshot } from './control/sessions/snapshot.js';
export type { Condition, Transition } from './core/foresight.js';
export type { JobStretch, ScenarioChoice, ScenarioRule } from './core/simulation.js';
export { profiles, type Profile, type ProfileName } from './contract/profiles.js';
export { systemClock, VirtualClock, type Clock, type WaitingClock } from './core/clock.js';
export type { DownloadEngine, DownloadRequest, JobControl, ModelReference, SimulatorControl } from './core/engine.js';
export { RefusedError, type FailureCode, type RefusalCode } from './core/errors.js';
export type { JobSnapshot } from './core/job.js';
export type { InstalledModel, LoadedInstance, ModelShelf } from './core/shelf.js';
export { CatalogError, parseCatalog, type Catalog, type CatalogModel } from './simulator/catalog.js';
export { catalogModels } from './simulator/catalog-models.js';
export { magicFamilies } from './simulator/magic.js';
export { parseScenario, ScenarioError, type Phase, type Scenario } from './simulator/scenario.js';
export { isScenarioName, scenarios, type ScenarioName } from './simulator/scenarios.js';
