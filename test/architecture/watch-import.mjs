// Imports a module and reports, as JSON, what the import did besides defining things. Arguments: the module's path, then
// the packages to import first, whose own doings are not ours. A process of its own, so that nothing else is running.

const [, , modulePath, ...peers] = process.argv;
for (const peer of peers) await import(peer);

const scheduled = [];
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']) {
  const original = globalThis[name];
  globalThis[name] = (...args) => {
    scheduled.push(name);
    return original(...args);
  };
}

const before = look();
await import(modulePath);
const after = look();

console.log(
  JSON.stringify({
    scheduled,
    handles: after.handles.filter((handle) => !before.handles.includes(handle)),
    listeners: after.listeners.filter((event) => !before.listeners.includes(event)),
    globals: [...after.globals]
      .filter(([path, value]) => !Object.is(before.globals.get(path), value))
      .map(([path]) => path),
    removed: [...before.globals.keys()].filter((path) => !after.globals.has(path)),
  }),
);

function look() {
  return { handles: process.getActiveResourcesInfo(), listeners: process.eventNames(), globals: lookAtGlobals() };
}

/** Every global, and every property of one and of its prototype, by path. */
function lookAtGlobals() {
  const found = new Map();
  for (const [name, value] of propertiesOf(globalThis)) {
    found.set(name, value);
    if (value === globalThis || !isObject(value)) continue;
    for (const [inner, innerValue] of propertiesOf(value)) found.set(`${name}.${inner}`, innerValue);
    if (!isObject(value.prototype)) continue;
    for (const [inner, innerValue] of propertiesOf(value.prototype))
      found.set(`${name}.prototype.${inner}`, innerValue);
  }
  return found;
}

function propertiesOf(object) {
  return Object.entries(Object.getOwnPropertyDescriptors(object)).map(([name, { value, get }]) => [name, value ?? get]);
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
