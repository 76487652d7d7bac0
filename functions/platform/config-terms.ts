import * as z from 'zod/mini';

/** What several parts of the company's configuration are written in. */
export const currency = z.string().check(z.regex(/^[A-Z]{3}$/));
export const key = z.string().check(z.minLength(1), z.maxLength(40));
/** Names of instances and legal entities become parts of keys, paths and ARNs. */
export const slug = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/, 'a lower-case letter, then letters, digits and dashes, at most 40'));
/** Our name of an attribute that totals are cut by. */
export const attribute = z
  .string()
  .check(
    z.regex(
      /^(?!(total|product|entity|origin)$)[a-z][a-z0-9_]{0,39}$/,
      'lower-case letters, digits and underscores; total, product, entity and origin are dimensions of their own',
    ),
  );
