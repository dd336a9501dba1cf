import * as z from 'zod/mini';

/** Text that is not empty. */
export const text = z.string().check(z.minLength(1));

/** A whole number from `least` to `most`, both included. */
export function whole(least = 0, most: number = Number.MAX_SAFE_INTEGER): z.ZodMiniType<number> {
  return z.int().check(z.minimum(least), z.maximum(most));
}

/** The largest offset of the clock: a larger one has no valid date. */
const MOST_OFFSET_MS = 100 * 366 * 86_400_000;

/** The offset of a clock, in ms, in either direction. */
export const clockOffset = whole(-MOST_OFFSET_MS, MOST_OFFSET_MS);

/** Matches an origin that can stand before a path in a header without escapes. */
const ORIGIN = /^[Hh][Tt][Tt][Pp][Ss]?:\/\/(?:[\w.-]+|\[[\dA-Fa-f:.]+\])(?::\d+)?$/;

/** Scheme, host and port of a server, without a path. */
export const webOrigin = z.string().check(
  z.regex(ORIGIN, 'an origin such as https://huggingface.co'),
  z.refine((value) => URL.canParse(value), 'an origin such as https://huggingface.co'),
);

/** An object without other keys; the error about another key lists the known ones. */
export function strictObject<Shape extends Readonly<Record<string, z.ZodMiniType>>>(
  shape: Shape,
): z.ZodMiniObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `no key but ${keys}` : undefined),
  });
}
