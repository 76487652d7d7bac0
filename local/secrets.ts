import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resources, SecretPort } from './service.ts';
import { writeWhole } from './whole-file.ts';

/**
 * Local values of the template's secrets: `secrets.json` in the data folder, by the secret's name. What is missing there
 * is made up once and written down, so that a person can read it (to sign a webhook) or replace it (an API key by a real test key).
 */
const placeholders: readonly { readonly name: RegExp; readonly make: () => unknown }[] = [
  { name: /\/webhook-signing$/, make: () => ({ webhookSecrets: [`whsec_local_${randomBytes(18).toString('hex')}`] }) },
  // Of an account that nobody has connected: no made-up key is ever sent to Stripe.
  { name: /\/api-key$/, make: () => ({ apiKey: '' }) },
];

const FILE = 'secrets.json';

const readSaved = (file: string): Readonly<Record<string, unknown>> => {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    // The parser's message would repeat a secret.
    throw new RangeError(`${file} is not JSON: mend it, and give its secrets by name as they were`);
  }
};

/** Puts what the file, and then what is given, says into the stack's secrets. Answers the names of those whose value has changed. */
export const setLocalSecrets = async (
  dataDir: string,
  resources: Resources,
  secrets: SecretPort,
  given: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> => {
  const file = join(dataDir, FILE);
  const values: Record<string, unknown> = { ...readSaved(file), ...given };
  const changed: string[] = [];
  for (const secret of resources.ofType('AWS::SecretsManager::Secret')) {
    const name = String(secret.properties['Name'] ?? secret.path);
    values[name] ??= placeholders.find((placeholder) => placeholder.name.test(name))?.make();
    const value = values[name];
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (secrets.current(secret.arn) === text) continue;
    await secrets.put(secret.arn, text);
    changed.push(name);
  }
  writeWhole(file, `${JSON.stringify(values, undefined, 2)}\n`, 0o600);
  return changed;
};
