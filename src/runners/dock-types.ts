/* The types that the options of a test's LM Studio refer to. */
export type { SimulatedDockOptions, SimulatedWorldOptions } from '../create-dock.js';
