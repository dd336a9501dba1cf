export {
  createDock,
  createSessions,
  type SimulatedDock,
  type SimulatedDockOptions,
  type SimulatedSessions,
  type SimulatedSessionsOptions,
  type SimulatedWorldOptions,
} from './create-dock.js';
export type { Api, Ownership } from './api/api.js';
export type { Answer, Call } from './api/call.js';
export { ControlError, type ControlErrorCode } from './control/base/control-error.js';
export type { SessionEvent } from './control/events/events.js';
export type { Fault, FaultStatus } from './control/faults/fault.js';
export type { Finding } from './control/findings/findings.js';
export type { JournalEntry } from './control/journal/journal.js';
export type { ClockChange, ClockMode, ClockStatus } from './control/base/session-clock.js';
export type {
  Advanced,
  JobReport,
  DockControl,
  SessionStatus,
  AdvanceStep,
  WaitFor,
} from './control/contract/dock-control.js';
export type { SessionSnapshot } from './control/base/snapshot.js';
export type { Condition, Transition } from './core/foresight.js';
export type { JobStretch, ScenarioChoice, ScenarioRule } from './core/simulation.js';
export { profiles, type Profile, type ProfileName } from './contract/profiles.js';
export { monotonicClock, systemClock, VirtualClock, type Clock } from './core/clock.js';
export type { FailureCode } from './core/errors.js';
export type { JobSnapshot } from './core/job.js';
export type { Inference, InferenceServer } from './inference/create-inference.js';
export type { InstalledModel } from './core/model-library.js';
export { CatalogError, parseCatalog, type Catalog, type CatalogModel } from './simulator/catalog.js';
export { catalogModels } from './simulator/catalog-models.js';
export { testModels } from './simulator/test-models.js';
export { parseScenario, ScenarioError, type ScenarioStep, type Scenario } from './simulator/scenario.js';
export { isScenarioName, scenarios, type ScenarioName } from './simulator/scenarios.js';
