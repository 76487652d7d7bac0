import { fail, ok, type Problem, type Result } from '../../platform/result.ts';

/**
 * Stripe's API versions as they appear in an event's `api_version`. The endpoint's setting decides it, not our code, so
 * every event says it anew. Two shapes are read by one reader:
 * A, before 2025-03-31.basil: billing periods on the subscription, `invoice.subscription`, `discount.coupon`, `line.price`;
 * B, from basil on: periods on the items, `invoice.parent`, `discount.source.coupon`, `line.pricing`.
 */
export type Shape = 'A' | 'B';

/** What we ask for when we read from Stripe's API ourselves. */
export const PINNED_VERSION = '2026-10-28.endive';

/** Oldest dated version whose subscription items carry a `price`. */
const OLDEST = '2020-08-27';
/** Versions without a name ended when names began, with 2024-09-30.acacia. */
const FIRST_NAMED = '2024-09-30';
const SHAPE_OF_FAMILY: Readonly<Record<string, Shape>> = { acacia: 'A', basil: 'B', clover: 'B', dahlia: 'B', endive: 'B' };

export type VersionProblem = Problem<'version-unknown' | 'version-too-old'>;

const ADVICE = `Set the endpoint's API version to ${PINNED_VERSION}, or deploy a release that knows this one, then replay.`;

/** A newer month of a known family only adds fields (Stripe's promise) and is read; a family that nobody has coded for is not. */
export const shapeOf = (apiVersion: string | null | undefined): Result<Shape, VersionProblem> => {
  const match = /^(\d{4}-\d{2}-\d{2})(?:\.([a-z_]+))?$/.exec(apiVersion ?? '');
  if (match === null)
    return fail(
      'version-unknown',
      `The event's api_version is ${apiVersion == null ? 'absent' : `"${apiVersion.slice(0, 40)}"`}. ${ADVICE}`,
      'api_version',
    );
  const [, date = '', family] = match;
  if (family !== undefined) {
    const shape = SHAPE_OF_FAMILY[family];
    return shape === undefined
      ? fail(
          'version-unknown',
          `The version family of ${apiVersion} is not known; known are ${Object.keys(SHAPE_OF_FAMILY).join(', ')}. ${ADVICE}`,
          'api_version',
        )
      : ok(shape);
  }
  if (date < OLDEST)
    return fail('version-too-old', `The version ${date} is older than ${OLDEST}, the oldest that is read. ${ADVICE}`, 'api_version');
  return date < FIRST_NAMED ? ok('A') : fail('version-unknown', `The version ${date} has no family name. ${ADVICE}`, 'api_version');
};
