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
export type { Answer, Call, CallNotes, FaultNote, RawRequest, Route } from './api/call.js';
export { ControlError } from './control/base/control-error.js';
export type * from './control/contract/exported-types.js';
export type { ApiOptions } from './api/api.js';
export type { CorsOrigin } from './api/cors.js';
export type { GatewayOptions } from './control/http/gateway.js';
export type { ControlGuardOptions } from './control/http/guard.js';
export type { PageStorage } from './control/session/page-storage.js';
export { sessionName } from './control/session/session-name.js';
export type { SessionEntry } from './control/contract/sessions-control.js';
export { profiles, type ProfileName } from './contract/profiles.js';
export { monotonicClock, systemClock, VirtualClock, type Clock, type WaitingClock } from './core/clock.js';
export type { Inference, InferenceServer } from './inference/create-inference.js';
export {
  CatalogError,
  parseCatalog,
  type Catalog,
  type CatalogFile,
  type CatalogModel,
  type FileChoice,
} from './simulator/catalog.js';
export { catalogModels } from './simulator/catalog-models.js';
export type { Opening } from './simulator/opening.js';
export { testModels, type TestModel, type TestModelFamily } from './simulator/test-models.js';
export type { RefusalCode } from './core/errors.js';
export { parseScenario, ScenarioError, type Place, type Scenario, type ScenarioStep } from './simulator/scenario.js';
export { isScenarioName, scenarios, type NamedScenario, type ScenarioName } from './simulator/scenarios.js';
