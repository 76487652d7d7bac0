import { createHash, createPublicKey } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { Answer } from './rest.ts';

/** The token endpoint of an org: who may have an access token, and until when it holds. */
export interface OAuthOptions {
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** PEM of the public key, or of the certificate, that the connected app was given. Without it no assertion is accepted. */
  readonly publicKey?: string;
  /** User whom assertions name. */
  readonly username?: string;
  /** Accepted as `aud`, besides the org's own address. */
  readonly audience?: string;
  /** Epoch milliseconds: wall time, as tokens do not follow the test clock, unless given. */
  readonly tokenNow?: () => number;
  /** A session ends when it was not used for so long. */
  readonly sessionMs?: number;
}

export interface OAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the endpoint answers; `orgUrl` is where the org itself is reached. */
  readonly answer: (form: URLSearchParams, authorization: string | undefined, orgUrl: string) => Promise<Answer>;
  /** Whether the header holds a live access token; using one prolongs its session. */
  readonly accepts: (authorization: string | undefined) => boolean;
  readonly expireAll: () => void;
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TWO_HOURS_MS = 7_200_000;

const refused = (error: string, description: string): Answer => ({ status: 400, body: { error, error_description: description } });
const invalidGrant = (description: string): Answer => refused('invalid_grant', description);

/** What the endpoint says of an assertion that it does not accept. */
const reasonOf = (error: errors.JOSEError): Answer => {
  if (error instanceof errors.JWTExpired) return invalidGrant('expired authorization code');
  const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : undefined;
  switch (claim) {
    case 'iss':
      return refused('invalid_client_id', 'client identifier invalid');
    case 'sub':
      return invalidGrant("user hasn't approved this consumer");
    case 'aud':
      return invalidGrant('audience is invalid');
    default:
      return invalidGrant('invalid assertion');
  }
};

const basic = (authorization: string | undefined): readonly string[] => {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  return encoded === undefined ? [] : Buffer.from(encoded, 'base64').toString('utf8').split(':').map(decodeURIComponent);
};

export const openOAuth = (orgId: string, userId: string, options: OAuthOptions = {}): OAuth => {
  const {
    clientId = '3MVG9localConsumerKey',
    clientSecret = 'local-consumer-secret',
    username = 'integration@example.com',
    audience = 'https://test.salesforce.com',
    tokenNow = Date.now,
    sessionMs = TWO_HOURS_MS,
  } = options;
  const key = options.publicKey === undefined ? undefined : createPublicKey(options.publicKey);
  const sessions = new Map<string, number>();
  let issued = 0;

  const newToken = (): string => {
    issued += 1;
    const token = `${orgId.slice(0, 15)}!AQEA${createHash('sha256').update(`${orgId} ${issued}`).digest('base64url')}`;
    sessions.set(token, tokenNow() + sessionMs);
    return token;
  };
  const common = (orgUrl: string) => ({
    access_token: newToken(),
    instance_url: orgUrl,
    id: `${audience}/id/${orgId}/${userId}`,
    token_type: 'Bearer',
  });

  const clientCredentials = (form: URLSearchParams, authorization: string | undefined, orgUrl: string): Answer => {
    const [headerId, headerSecret] = basic(authorization);
    if ((form.get('client_id') ?? headerId) !== clientId) return refused('invalid_client_id', 'client identifier invalid');
    if ((form.get('client_secret') ?? headerSecret) !== clientSecret) return refused('invalid_client', 'invalid client credentials');
    const token = common(orgUrl);
    const issuedAt = String(tokenNow());
    const signature = createHash('sha256').update(`${token.id}${issuedAt}`).digest('base64');
    return {
      status: 200,
      body: { ...token, signature, scope: 'api', issued_at: issuedAt, api_instance_url: 'https://api.salesforce.com' },
    };
  };

  const jwtBearer = async (assertion: string, orgUrl: string): Promise<Answer> => {
    if (key === undefined) return invalidGrant('invalid assertion');
    try {
      await jwtVerify(assertion, key, {
        algorithms: ['RS256'],
        issuer: clientId,
        subject: username,
        audience: [audience, orgUrl],
        requiredClaims: ['exp'],
        currentDate: new Date(tokenNow()),
      });
    } catch (error) {
      if (error instanceof errors.JOSEError) return reasonOf(error);
      throw error;
    }
    return { status: 200, body: { ...common(orgUrl), scope: 'api refresh_token' } };
  };

  return {
    clientId,
    clientSecret,
    answer: async (form, authorization, orgUrl) => {
      switch (form.get('grant_type')) {
        case 'client_credentials':
          return clientCredentials(form, authorization, orgUrl);
        case JWT_BEARER:
          return jwtBearer(form.get('assertion') ?? '', orgUrl);
        default:
          return refused('unsupported_grant_type', 'grant type not supported');
      }
    },
    accepts: (authorization) => {
      const token = /^(?:Bearer|OAuth) (.+)$/.exec(authorization ?? '')?.[1];
      const until = token === undefined ? undefined : sessions.get(token);
      if (token === undefined || until === undefined || until <= tokenNow()) return false;
      sessions.set(token, tokenNow() + sessionMs);
      return true;
    },
    expireAll: () => sessions.clear(),
  };
};
