import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { secret, secretArn, startServices } from './support.ts';

const RESOURCES = [
  secret('stripe/main'),
  secret('given', { SecretString: '{"a":1}' }),
  secret('generated', {
    GenerateSecretString: {
      PasswordLength: 20,
      ExcludePunctuation: true,
      SecretStringTemplate: '{"user":"ascent"}',
      GenerateStringKey: 'password',
    },
  }),
];

describe('Secrets Manager', () => {
  it('gives the value of the template, or generates one as the template says', async () => {
    const stack = await startServices(RESOURCES);
    const given = await stack.secretsManager.send(new GetSecretValueCommand({ SecretId: 'given' }));
    expect(given).toMatchObject({ ARN: secretArn('given'), Name: 'given', SecretString: '{"a":1}', VersionStages: ['AWSCURRENT'] });
    const generated = await stack.secretsManager.send(new GetSecretValueCommand({ SecretId: secretArn('generated') }));
    expect(JSON.parse(generated.SecretString ?? '')).toEqual({ user: 'ascent', password: expect.stringMatching(/^[A-Za-z0-9]{20}$/) });
    await expect(stack.secretsManager.send(new GetSecretValueCommand({ SecretId: 'stripe/main' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await stack.stop();
  });

  it('keeps the former value as AWSPREVIOUS, over a restart too', async () => {
    const first = await startServices(RESOURCES);
    await first.services.secrets.put('stripe/main', 'whsec_old');
    const put = await first.secretsManager.send(new PutSecretValueCommand({ SecretId: 'stripe/main', SecretString: 'whsec_new' }));
    expect(put.VersionStages).toEqual(['AWSCURRENT']);
    await first.stop('keep');
    const second = await startServices(RESOURCES, { dataDir: first.dataDir });
    expect(second.services.secrets.current('stripe/main')).toBe('whsec_new');
    const previous = await second.secretsManager.send(new GetSecretValueCommand({ SecretId: 'stripe/main', VersionStage: 'AWSPREVIOUS' }));
    expect(previous.SecretString).toBe('whsec_old');
    expect((await second.secretsManager.send(new DescribeSecretCommand({ SecretId: 'stripe/main' }))).VersionIdsToStages).toEqual({
      [put.VersionId ?? '']: ['AWSCURRENT'],
      [previous.VersionId ?? '']: ['AWSPREVIOUS'],
    });
    await second.stop();
  });

  it('makes a pending version current, and takes it back', async () => {
    const stack = await startServices(RESOURCES);
    const { VersionId: before } = await stack.secretsManager.send(new GetSecretValueCommand({ SecretId: 'given' }));
    const { VersionId: pending } = await stack.secretsManager.send(
      new PutSecretValueCommand({ SecretId: 'given', SecretString: 'new', VersionStages: ['AWSPENDING'] }),
    );
    expect(stack.services.secrets.current('given')).toBe('{"a":1}');
    const move = (MoveToVersionId = pending, RemoveFromVersionId = before) =>
      stack.secretsManager.send(
        new UpdateSecretVersionStageCommand({ SecretId: 'given', VersionStage: 'AWSCURRENT', MoveToVersionId, RemoveFromVersionId }),
      );
    await expect(
      stack.secretsManager.send(
        new UpdateSecretVersionStageCommand({ SecretId: 'given', VersionStage: 'AWSCURRENT', MoveToVersionId: pending }),
      ),
    ).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await move();
    expect(stack.services.secrets.current('given')).toBe('new');
    await move(before, pending);
    expect(stack.services.secrets.current('given')).toBe('{"a":1}');
    await stack.stop();
  });
});
