import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { newFolder, resource, type Template } from './assembly-fixture.ts';
import { arn, fn, role, smallApp } from './small-app.ts';

/** A pool whose function gives readers `arr/read`, and takes `email` from everybody. */
const ON_TOKEN = `
export const handler = async (event) => {
  const { groupsToOverride } = event.request.groupConfiguration;
  if (event.version !== '2' || groupsToOverride.includes('broken')) throw new Error('no');
  const scopesToAdd = groupsToOverride.includes('reader') ? ['arr/read'] : [];
  return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToAdd, scopesToSuppress: ['email'] } } } };
};`;

const client = (name: string, flow: string, scopes: readonly string[]): Template =>
  resource(`Ascent/App/${name}`, 'AWS::Cognito::UserPoolClient', {
    ClientName: name.toLowerCase(),
    UserPoolId: { Ref: 'People' },
    AllowedOAuthFlows: [flow],
    AllowedOAuthScopes: scopes,
  });

const group = (name: string): Template =>
  resource(`Ascent/App/People/${name}`, 'AWS::Cognito::UserPoolGroup', { GroupName: name, UserPoolId: { Ref: 'People' } });

const pool: Template = {
  ...role('OnToken', []),
  ...fn('OnToken', {}),
  TriggerPermission: resource('Ascent/App/TriggerPermission', 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: arn('OnToken'),
    Principal: 'cognito-idp.amazonaws.com',
    SourceArn: arn('People'),
  }),
  People: resource('Ascent/App/People', 'AWS::Cognito::UserPool', {
    UserPoolName: 'small',
    LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: arn('OnToken'), LambdaVersion: 'V2_0' } },
  }),
  Reader: group('reader'),
  Broken: group('broken'),
  Idler: group('idler'),
  Browser: client('Browser', 'code', ['openid', 'email']),
  Program: client('Program', 'client_credentials', ['arr/read']),
};

type Change = NonNullable<Parameters<typeof smallApp>[0]>;

const accepted: Change = {
  Authorizer: (given) => ({
    ...given,
    Properties: {
      ...given.Properties,
      JwtConfiguration: {
        Issuer: { 'Fn::Sub': 'https://cognito-idp.${AWS::Region}.amazonaws.com/${People}' },
        Audience: [{ Ref: 'Browser' }, { Ref: 'Program' }],
      },
    },
  }),
};

const withPool = (change: Change = {}): string => smallApp({ ...accepted, ...change }, { ontoken: ON_TOKEN }, pool);

let running: LocalStack | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const start = async (assemblyDir = withPool()): Promise<LocalStack> => {
  running = await startLocalStack({ assemblyDir, dataDir: newFolder(), port: 0, auth: true });
  return running;
};

/** `npm run local -- token …` against the stack: what it prints, or the sentence in which it refuses. */
const token = (stack: LocalStack, ...words: readonly string[]): Promise<{ readonly token?: string; readonly refusal?: string }> =>
  new Promise((resolve) => {
    const args = ['local/cli.ts', 'token', ...words, '--port', new URL(stack.url).port];
    execFile(process.execPath, args, { cwd: join(import.meta.dirname, '..', '..') }, (_error, stdout, stderr) =>
      resolve(stdout === '' ? { refusal: stderr.trim() } : { token: (JSON.parse(stdout) as { access_token: string }).access_token }),
    );
  });

const echo = (stack: LocalStack, accessToken = ''): Promise<Response> =>
  fetch(`${stack.url}/echo`, { headers: { authorization: `Bearer ${accessToken}` } });

describe('a token of somebody in a role', () => {
  it('is signed with what the function of the pool adds and takes away, and says who calls and by which groups', async () => {
    const stack = await start();
    const reader = (await token(stack, '--role', 'reader', '--role', 'idler')).token ?? '';
    expect(decodeJwt(reader)).toMatchObject({
      sub: 'local-reader-idler',
      username: 'local-reader-idler',
      client_id: stack.resources.ofType('AWS::Cognito::UserPoolClient')[0]?.ref,
      token_use: 'access',
      scope: 'openid arr/read',
      'cognito:groups': ['reader', 'idler'],
    });
    const answer = await echo(stack, reader);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      requestContext: { authorizer: { jwt: { claims: { sub: 'local-reader-idler', 'cognito:groups': '[reader idler]' } } } },
    });
    const idler = (await token(stack, '--role', 'idler', '--subject', 'jo')).token ?? '';
    expect(decodeJwt(idler)).toMatchObject({ sub: 'jo', scope: 'openid' });
    expect((await echo(stack, idler)).status).toBe(403);
  });

  it('is that of its client, where the role is a program’s', async () => {
    const stack = await start();
    const program = (await token(stack, '--role', 'program')).token ?? '';
    const id = stack.resources.ofType('AWS::Cognito::UserPoolClient')[1]?.ref;
    expect(decodeJwt(program)).toMatchObject({ sub: id, client_id: id, scope: 'arr/read' });
    expect(decodeJwt(program)).not.toHaveProperty('username');
    expect((await echo(stack, program)).status).toBe(200);
  });

  it('is refused where there is no such role, or where a program would be somebody else', async () => {
    const stack = await start();
    expect(await token(stack, '--role', 'Reader')).toEqual({
      refusal: '"Reader" is no role; there are: reader, broken, idler, program',
    });
    const refusal = '"program" is the role of a program, which has no other role and no subject of its own';
    expect(await token(stack, '--role', 'program', '--role', 'reader')).toEqual({ refusal });
    expect(await token(stack, '--role', 'program', '--subject', 'jo')).toEqual({ refusal });
    const both = await fetch(`${stack.url}/local/token`, { method: 'POST', body: '{"roles":["reader"],"scopes":["arr/read"]}' });
    expect([both.status, await both.json()]).toEqual([
      400,
      { message: expect.stringContaining('a token is asked for by roles or by scopes') },
    ]);
  });

  it('is not signed where the function fails', async () => {
    const stack = await start();
    expect((await token(stack, '--role', 'broken')).token).toBeUndefined();
  });

  it('is refused where the template has no user pool', async () => {
    const stack = await start(smallApp());
    expect(await token(stack, '--role', 'reader')).toEqual({ refusal: 'the template has no user pool, so there are no roles' });
  });
});

describe('a mistake in the wiring of the pool stops the start', () => {
  const lambdaConfig =
    (config: Template) =>
    (given: { readonly Properties: Template }): unknown => ({ ...given, Properties: { ...given.Properties, LambdaConfig: config } });

  it.each([
    [
      'a missing permission of the pool',
      withPool({ TriggerPermission: (given) => ({ ...given, Properties: { ...given.Properties, Principal: 'events.amazonaws.com' } }) }),
      'Ascent/App/People: the user pool lacks the permission to invoke Ascent/App/OnToken',
    ],
    [
      'an event of another version',
      withPool({ People: lambdaConfig({ PreTokenGenerationConfig: { LambdaArn: arn('OnToken'), LambdaVersion: 'V1_0' } }) }),
      'Ascent/App/People: the local stack plays pre token generation of version V2_0 only, and this is V1_0',
    ],
    [
      'another trigger',
      withPool({ People: lambdaConfig({ PostConfirmation: arn('OnToken') }) }),
      'Ascent/App/People: the local stack does not play the trigger PostConfirmation',
    ],
    [
      'a function of another place',
      withPool({ People: lambdaConfig({ PreTokenGenerationConfig: { LambdaArn: 'arn:aws:lambda:x', LambdaVersion: 'V2_0' } }) }),
      'Ascent/App/People: its function arn:aws:lambda:x is not in the assembly',
    ],
  ])('%s', async (_what, assemblyDir, sentence) => {
    await expect(start(assemblyDir)).rejects.toThrow(sentence);
  });
});
