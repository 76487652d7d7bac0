import { existsSync, readFileSync } from 'node:fs';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { writeWhole } from '../whole-file.ts';

/** Stands in for the Cognito user pool: signs access tokens with a key of its own, kept in the data folder. */
export interface Issuer {
  /** The public key, as `/.well-known/jwks.json` of a user pool gives it. */
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly sign: (request: TokenRequest) => Promise<string>;
  /** Claims of a token that this issuer signed and that has not expired; throws jose's error otherwise. */
  readonly verify: (token: string, issuer: string) => Promise<JWTPayload>;
}

export interface TokenRequest {
  readonly issuer: string;
  readonly clientId: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  /** Of the user pool, where a person has any. */
  readonly groups?: readonly string[];
  /** Wall seconds: tokens do not follow the test clock. */
  readonly expiresInSeconds: number;
}

const ALGORITHM = 'RS256';

const loadKey = async (file: string): Promise<JWK> => {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'local', alg: ALGORITHM, use: 'sig' };
  writeWhole(file, JSON.stringify(jwk), 0o600);
  return jwk;
};

export const openIssuer = async (file: string): Promise<Issuer> => {
  const jwk = await loadKey(file);
  const privateKey = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
  const { kty, n, e, kid, alg, use } = jwk;
  const publicJwk: JWK = Object.fromEntries(Object.entries({ kty, n, e, kid, alg, use }).filter(([, value]) => value !== undefined));
  const publicKey = (await importJWK(publicJwk, ALGORITHM)) as CryptoKey;
  return {
    jwks: { keys: [publicJwk] },
    sign: ({ issuer, clientId, subject, scopes, groups = [], expiresInSeconds }) =>
      new SignJWT({
        client_id: clientId,
        token_use: 'access',
        scope: scopes.join(' '),
        // A program is its own subject, and has no name.
        ...(subject === clientId ? {} : { username: subject }),
        ...(groups.length === 0 ? {} : { 'cognito:groups': [...groups] }),
      })
        .setProtectedHeader({ alg: ALGORITHM, kid: 'local' })
        .setIssuer(issuer)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
        .sign(privateKey),
    verify: async (token, issuer) => (await jwtVerify(token, publicKey, { issuer, algorithms: [ALGORITHM] })).payload,
  };
};
