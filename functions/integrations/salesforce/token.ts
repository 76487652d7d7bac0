import { createSign } from 'node:crypto';
import * as z from 'zod/mini';

/**
 * How Ascent signs in to an org, from the secret `{"clientId":"…","clientSecret":"…"}` (OAuth client credentials: the app's own user runs it)
 * or `{"clientId":"…","username":"…","privateKey":"-----BEGIN PRIVATE KEY-----…"}` (JWT bearer: the app acts for that user).
 */
export const credentialsSchema = z.union([
  z.strictObject({ clientId: z.string(), clientSecret: z.string() }),
  z.strictObject({ clientId: z.string(), username: z.string(), privateKey: z.string() }),
]);

export type Credentials = z.infer<typeof credentialsSchema>;

/** Where an org's tokens are issued: its My Domain, and what a JWT names as its audience. */
export interface TokenIssuer {
  /** `https://<domain>.my.salesforce.com` */
  readonly instanceUrl: string;
  readonly audience: 'https://login.salesforce.com' | 'https://test.salesforce.com';
}

const JWT_SECONDS = 180;
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** RFC 7523: issuer, subject, audience and a short life, signed with RS256. */
const assertionOf = (
  { clientId, username, privateKey }: Extract<Credentials, { username: string }>,
  { audience }: TokenIssuer,
  nowSeconds: number,
): string => {
  const signed = `${base64url({ alg: 'RS256' })}.${base64url({ iss: clientId, sub: username, aud: audience, exp: nowSeconds + JWT_SECONDS })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
};

/** The form that is posted to `/services/oauth2/token`. `nowSeconds`: wall time, which the org checks the assertion against. */
export const tokenForm = (credentials: Credentials, issuer: TokenIssuer, nowSeconds: number): URLSearchParams =>
  'clientSecret' in credentials
    ? new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
      })
    : new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertionOf(credentials, issuer, nowSeconds),
      });
