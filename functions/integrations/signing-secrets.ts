import { Bug } from '../platform/bug.ts';
import type { Problem, Result } from '../platform/result.ts';
import type { TimeLeft } from '../platform/time-left.ts';
import { cachedSecret, refreshedSecret } from './secrets.ts';

/** A rotation has two; more is a mistake that would slow down every check. */
const MAX_SECRETS = 5;

/** `{"webhookSecrets":["whsec_…"]}`. No usable secret is an operator's mistake, never "anything goes". */
const secretsOf = (text: string): readonly string[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's message would repeat the secret.
    throw new Bug('the signing secret is not the JSON {"webhookSecrets":["whsec_…"]}');
  }
  const list = (parsed as { webhookSecrets?: unknown } | null)?.webhookSecrets;
  const usable = Array.isArray(list) ? list.filter((secret): secret is string => typeof secret === 'string' && secret.trim() !== '') : [];
  if (usable.length === 0 || usable.length > MAX_SECRETS)
    throw new Bug(`the signing secret holds ${usable.length} usable values under webhookSecrets; 1 to ${MAX_SECRETS} are needed`);
  return usable;
};

/**
 * Judges a signature by every live secret of its endpoint (two during a rotation); where it fits none of those that we hold, once more by
 * freshly read ones: a rotation loses nothing, and a flood of wrong signatures reads the secret at most every 30 seconds. Secrets are read once in
 * an invocation, whose `timeLeft` bounds that reading.
 */
export const judgedBySecrets = async <T, P extends Problem>(
  secretId: string,
  judge: (secrets: readonly string[]) => Result<T, P>,
  timeLeft: TimeLeft,
): Promise<Result<T, P>> => {
  const first = judge(secretsOf(await cachedSecret(secretId, timeLeft)));
  if (first.ok || first.problem.code !== 'signature-mismatch') return first;
  const text = await refreshedSecret(secretId, timeLeft);
  return text === undefined ? first : judge(secretsOf(text));
};
