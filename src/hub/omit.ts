/** Returns a copy of `object` without some keys. */
export function omit<Value>(object: Readonly<Record<string, Value>>, ...keys: string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
