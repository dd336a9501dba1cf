/** A method by its name with its groups: `findings`, `clock.set`. */
export type NamedMethod = readonly [name: string, method: (...given: unknown[]) => unknown];

/** Puts methods into the groups that their names begin with: `clock.set` becomes the method `set` of `clock`. */
export function groupMethods(methods: readonly NamedMethod[]): unknown {
  const grouped: Record<string, unknown> = {};
  for (const [name, method] of methods) {
    const groups = name.split('.');
    const last = groups.pop()!;
    const place = groups.reduce((in_, group) => (in_[group] ??= {}) as Record<string, unknown>, grouped);
    place[last] = method;
  }
  return grouped;
}
