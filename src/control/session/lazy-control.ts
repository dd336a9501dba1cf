import type { ControlOperations, DockControl } from '../contract/dock-control.js';
import { groupMethods, type NamedMethod } from '../contract/group-methods.js';
import type { AnyOperations, ControlRequest, MethodName } from '../contract/route.js';
import type * as Local from './local-control.js';
import type { LocalControl, LocalControlContext } from './local-control.js';

/** The control of a session in process. */
export interface LazyControl {
  /** The operations behind the control's routes, for checked inputs. */
  readonly operations: ControlOperations;
  readonly control: DockControl;
  /** The number of waits in progress, and of calls that wait until the control is loaded. */
  waiting(): number;
}

/**
 * Controls a session by code that the first call loads: a page that only serves handlers never needs it. Calls keep their
 * order. Events are listened to at once.
 */
export function createLazyControl(context: LocalControlContext): LazyControl {
  let local: LocalControl | undefined;
  let loading = 0;
  const events: DockControl['events'] = (options) => context.state().events.listen(options);

  let operations: ControlOperations | undefined;
  let control: DockControl | undefined;
  return {
    get operations() {
      return (operations ??= makeOperations());
    },
    get control() {
      return (control ??= makeControl());
    },
    waiting: () => loading + (local?.waiting() ?? 0),
  };

  function makeOperations(): ControlOperations {
    const lazy = names.map((name) => [
      name,
      (request: ControlRequest) => whenLoaded((opened) => (opened as AnyOperations)[name]!(request as never)),
    ]);
    return { ...Object.fromEntries(lazy), events } as ControlOperations;
  }

  function makeControl(): DockControl {
    const lazy = names.map((name): NamedMethod => {
      return [name, (...given) => whenLoaded((opened, { callOperation }) => callOperation(opened, name, given))];
    });
    return { ...(groupMethods(lazy) as Omit<DockControl, 'events'>), events };
  }

  async function whenLoaded(
    act: (operations: LocalControl['operations'], module: typeof Local) => unknown,
  ): Promise<unknown> {
    loading++;
    let module: typeof Local;
    try {
      module = await loadLocalControl();
    } finally {
      loading--;
    }
    local ??= module.createLocalControl(context);
    return act(local.operations, module);
  }
}

let localControl: Promise<typeof Local> | undefined;

/** All calls wait for the same promise, so that those made while it loads are carried out in their order. */
function loadLocalControl(): Promise<typeof Local> {
  return (localControl ??= import('./local-control.js').catch((error: unknown) => {
    localControl = undefined;
    throw error;
  }));
}

/** Every method but `events`; an object, because its type refuses one that is missing. */
const methodNames: Record<Exclude<MethodName<DockControl>, 'events'>, true> = {
  status: true,
  reset: true,
  'clock.get': true,
  'clock.set': true,
  'clock.advance': true,
  'jobs.list': true,
  'jobs.get': true,
  'jobs.start': true,
  'jobs.waitFor': true,
  'jobs.pause': true,
  'jobs.resume': true,
  'jobs.cancel': true,
  'jobs.fail': true,
  'jobs.wait': true,
  'scenario.get': true,
  'scenario.set': true,
  'faults.list': true,
  'faults.add': true,
  'faults.remove': true,
  'faults.clear': true,
  'models.list': true,
  'models.add': true,
  'models.remove': true,
  'journal.list': true,
  'journal.clear': true,
  findings: true,
  report: true,
  settled: true,
  snapshot: true,
  restore: true,
  fork: true,
};
const names = Object.keys(methodNames) as (keyof typeof methodNames)[];
