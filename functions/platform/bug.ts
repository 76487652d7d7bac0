/**
 * A broken promise of our own code (an assertion that failed), as opposed to an expected failure, which is a value.
 * Its message is ours and holds no personal data, so that it may be logged; messages of any other error are not logged.
 */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** Throws a `Bug` unless the condition holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}
