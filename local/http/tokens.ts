import * as z from 'zod/mini';
import { LOCAL_SUBJECT } from './authorizer.ts';
import type { Issuer } from './issuer.ts';
import { BadRequest, parseBody } from './operator-request.ts';
import type { Api } from './routes.ts';
import type { UserPool } from './user-pool.ts';

/** What `POST /local/token` answers. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

export interface TokenParts {
  readonly issuer: Issuer;
  readonly api: Api | undefined;
  /** Every scope that any route asks for. */
  readonly allScopes: readonly string[];
  readonly userPool: UserPool | undefined;
}

const LIFETIME_SECONDS = 3_600;

const tokenSchema = z.object({
  roles: z.optional(z.array(z.string())),
  scopes: z.optional(z.array(z.string())),
  subject: z.optional(z.string()),
  expiresInSeconds: z.optional(z.int()),
});

const EXAMPLE =
  '{"roles": ["finance"], "subject": "somebody", "expiresInSeconds": 3600}, or "scopes": ["arr/read"] in place of "roles"; without either, every scope';

/** A program is its client and nothing beside it; people have any number of groups. */
const tokenOfRoles = (pool: UserPool, roles: readonly string[], subject: string | undefined, expiresInSeconds: number): Promise<string> => {
  const { groups, programs } = pool;
  const unknown = roles.find((role) => !groups.includes(role) && !programs.includes(role));
  if (unknown !== undefined) throw new BadRequest(`"${unknown}" is no role; there are: ${[...groups, ...programs].join(', ')}`);
  const program = roles.find((role) => programs.includes(role));
  if (program === undefined)
    return pool.personToken({ subject: subject ?? ['local', ...roles].join('-'), groups: roles, expiresInSeconds });
  if (roles.length > 1 || subject !== undefined)
    throw new BadRequest(`"${program}" is the role of a program, which has no other role and no subject of its own`);
  return pool.programToken({ name: program, expiresInSeconds });
};

/** Signs a token for `--auth`: of a person or program in a role, as the user pool would, or with whatever scopes are asked for. */
export const createTokens = ({ issuer, api, allScopes, userPool }: TokenParts): ((body: Buffer) => Promise<TokenAnswer>) => {
  return async (body) => {
    const { roles, scopes, subject, expiresInSeconds = LIFETIME_SECONDS } = parseBody(tokenSchema, body, EXAMPLE);
    if (roles !== undefined && scopes !== undefined) throw new BadRequest(`a token is asked for by roles or by scopes, like ${EXAMPLE}`);
    const answer = (token: string): TokenAnswer => ({ access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds });
    if (roles !== undefined) {
      if (userPool === undefined) throw new BadRequest('the template has no user pool, so there are no roles');
      return answer(await tokenOfRoles(userPool, roles, subject, expiresInSeconds));
    }
    const authorizer = api?.routes.find((route) => route.authorizer !== undefined)?.authorizer;
    return answer(
      await issuer.sign({
        issuer: authorizer?.issuer ?? 'local',
        clientId: authorizer?.audience[0] ?? 'local',
        subject: subject ?? LOCAL_SUBJECT,
        scopes: scopes ?? allScopes,
        expiresInSeconds,
      }),
    );
  };
};
