import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/**
 * AWS Signature Version 4 of a POST without query (IAM User Guide, "Create a signed AWS API request"), synchronous: one call of
 * WebCrypto for each of its seven digests costs several times the digests themselves.
 */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ToSign {
  /** Of the signature's scope: `events`. */
  readonly service: string;
  readonly region: string;
  readonly path: string;
  /** All headers that are to be signed, names in lower case; with `host` and `x-amz-date` (`20261122T090000Z`). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly credentials: Credentials;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

const sha256 = (text: string): string => hash('sha256', text);
const hmac = (key: string | Buffer | KeyObject, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Keys of a day, a region and a service, the same for every request of the day: as many as a function calls services, around midnight twice. */
const kept = new Map<string, KeyObject>();
const MAX_KEPT = 16;

const signingKey = (secretAccessKey: string, day: string, region: string, service: string): KeyObject => {
  const of = `${secretAccessKey} ${day} ${region} ${service}`;
  const known = kept.get(of);
  if (known !== undefined) return known;
  const key = createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, day), region), service), 'aws4_request'));
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(of, key);
  return key;
};

/** `2026-11-22T09:00:00.123Z` → `20261122T090000Z` */
export const amzDate = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/** The value of the header `authorization`. */
export const authorizationOf = ({ service, region, path, headers, body, credentials }: ToSign): string => {
  const names = Object.keys(headers).sort();
  const canonicalHeaders = names.map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, ' ')}\n`).join('');
  const signedHeaders = names.join(';');
  const canonical = `POST\n${path}\n\n${canonicalHeaders}\n${signedHeaders}\n${sha256(body)}`;
  const date = headers['x-amz-date'] ?? '';
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = signingKey(credentials.secretAccessKey, day, region, service);
  const signature = hmac(key, `${ALGORITHM}\n${date}\n${scope}\n${sha256(canonical)}`).toString('hex');
  return `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
};
