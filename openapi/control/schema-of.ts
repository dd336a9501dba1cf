import type * as z from 'zod/mini';
import type { ModelName } from '../../src/core/model-name.js';

/**
 * The same type without `readonly`, with its intersections merged, and with plain text for the names that editors complete:
 * JSON has none of them.
 */
type Plain<Type> = [ModelName, Type] extends [Type, ModelName | undefined]
  ? string | Extract<Type, undefined>
  : PlainStructure<Type>;

type PlainStructure<Type> = Type extends readonly (infer Item)[]
  ? Plain<Item>[]
  : Type extends object
    ? { -readonly [Key in keyof Type]: Plain<Type[Key]> }
    : Type;

// Types that differ only in what is optional are assignable to each other; as conditions of a function they are not.
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters */
type Same<One, Other> =
  (<Probe>() => Probe extends One ? 1 : 2) extends <Probe>() => Probe extends Other ? 1 : 2 ? true : false;
/* eslint-enable @typescript-eslint/no-unnecessary-type-parameters */

/** Does not compile if a schema and its type differ. */
type Spelling<Schema extends z.ZodMiniType, Type> =
  Same<Plain<z.infer<Schema>>, Plain<Type>> extends true
    ? unknown
    : { theSchemaSays: z.infer<Schema>; theTypeSays: Type };

/**
 * Checks a schema of the control API's answers against the type that the control returns: if only one of them changes,
 * it does not compile.
 */
export function schemaOf<Type>(): <Schema extends z.ZodMiniType>(schema: Schema & Spelling<Schema, Type>) => Schema {
  return (schema) => schema;
}
