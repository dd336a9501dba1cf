/** An error that the user can act on; it is shown without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
