import { InvalidInput, listOf, oneOf, optional, readObject, text, whole, type Reader } from '../validators.js';
import { routes, type HubFault, type FaultAction, type FaultTarget } from './fault.js';
import { faultKinds } from './fault-kinds.js';

const TYPES = Object.keys(faultKinds) as FaultAction['type'][];
const routeName = oneOf(...routes);

/** Checks a fault from outside. @throws InvalidInput with the path of the wrong value and what is allowed there */
export function parseFault(value: unknown, path = 'fault'): HubFault {
  const fault = readObject(value, path, ['id', 'on', 'times', 'do']);
  const action = readAction(fault.do, `${path}.do`);
  const parsed: HubFault = {
    ...optional(fault, 'id', text, path),
    ...optional(fault, 'on', readTarget, path),
    ...optional(fault, 'times', whole(1), path),
    do: action,
  };
  if (parsed.on?.covers !== undefined && faultKinds[action.type].phase === 'before') {
    throw new InvalidInput(
      `${path}.on.covers`,
      `means nothing for ${action.type}, which happens before there is an answer`,
    );
  }
  return parsed;
}

/** One fault, or a list of them. */
export function parseFaults(value: unknown, path = 'faults'): HubFault[] {
  return Array.isArray(value) ? listOf(parseFault)(value, path) : [parseFault(value, path)];
}

function readTarget(value: unknown, path: string): FaultTarget {
  const target = readObject(value, path, ['route', 'repo', 'file', 'method', 'nth', 'covers']);
  return {
    ...optional(target, 'route', oneOrMore(routeName), path),
    ...optional(target, 'repo', text, path),
    ...optional(target, 'file', text, path),
    ...optional(target, 'method', (each, at) => text(each, at).toUpperCase(), path),
    ...optional(target, 'nth', readNth, path),
    ...optional(target, 'covers', whole(), path),
  };
}

function readNth(value: unknown, path: string): NonNullable<FaultTarget['nth']> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return oneOrMore(whole(1))(value, path);
  const span = readObject(value, path, ['from', 'to']);
  const from = whole(1)(span.from, `${path}.from`);
  return { from, ...optional(span, 'to', whole(from), path) };
}

function oneOrMore<Type>(read: Reader<Type>): Reader<Type | Type[]> {
  return (value, path) => (Array.isArray(value) ? listOf(read)(value, path) : read(value, path));
}

function readAction(value: unknown, path: string): FaultAction {
  const { type: name } = readObject(value, path);
  const type = oneOf(...TYPES)(name, `${path}.type`);
  const { fields } = faultKinds[type];
  const action = readObject(value, path, ['type', ...Object.keys(fields)]);
  for (const [key, { read, required }] of Object.entries(fields)) {
    if (action[key] !== undefined) read(action[key], `${path}.${key}`);
    else if (required) throw new InvalidInput(`${path}.${key}`, `is missing, and ${type} needs it`);
  }
  if (action.atByte !== undefined && action.afterBytes !== undefined) {
    throw new InvalidInput(`${path}.afterBytes`, 'cannot stand beside atByte: give one of the two');
  }
  if (type === 'wrong-content-range' && action.shift === undefined && action.total === undefined) {
    throw new InvalidInput(path, 'needs shift, total or both');
  }
  return { ...action } as unknown as FaultAction;
}
