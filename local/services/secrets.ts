import { randomInt, randomUUID } from 'node:crypto';
import type { Resource, SecretPort, Service, ServiceContext } from '../service.ts';
import { accessOf, answerJson, type JsonObject, listField, optionalText, parseBody, ServiceError, textField } from './json-protocol.ts';
import { checkProperties, numberAt, objectAt, requiredText, textAt } from './properties.ts';
import type { Store } from './store.ts';

export interface Secrets extends Service {
  readonly port: SecretPort;
}

const GENERATE = 'GenerateSecretString';
const PLAYED = ['Name', 'SecretString'].concat(
  [
    'PasswordLength',
    'ExcludeCharacters',
    'ExcludePunctuation',
    'ExcludeNumbers',
    'ExcludeLowercase',
    'ExcludeUppercase',
    'IncludeSpace',
    'RequireEachIncludedType',
    'SecretStringTemplate',
    'GenerateStringKey',
  ].map((name) => `${GENERATE}.${name}`),
);
const IGNORED = ['Description', 'KmsKeyId', 'Tags', 'ReplicaRegions'];
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS secret_versions (secret TEXT NOT NULL, version_id TEXT NOT NULL, value TEXT NOT NULL, created_ms INTEGER NOT NULL, PRIMARY KEY (secret, version_id));
  CREATE TABLE IF NOT EXISTS secret_stages (secret TEXT NOT NULL, stage TEXT NOT NULL, version_id TEXT NOT NULL, PRIMARY KEY (secret, stage));
`;
const CHARACTERS = [
  { omit: 'ExcludeLowercase', set: 'abcdefghijklmnopqrstuvwxyz' },
  { omit: 'ExcludeUppercase', set: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
  { omit: 'ExcludeNumbers', set: '0123456789' },
  { omit: 'ExcludePunctuation', set: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~' },
];

interface Version {
  readonly versionId: string;
  readonly value: string;
  readonly createdMs: number;
}

/** A password of the characters that the template leaves, as the service generates it at creation. */
const generate = (resource: Resource, wanted: JsonObject): string => {
  const excluded = textAt(resource, wanted, 'ExcludeCharacters') ?? '';
  const alphabet = [
    ...CHARACTERS.filter(({ omit }) => wanted[omit] !== true).map(({ set }) => set),
    wanted['IncludeSpace'] === true ? ' ' : '',
  ].join('');
  const allowed = [...alphabet].filter((character) => !excluded.includes(character));
  const password = Array.from({ length: numberAt(resource, wanted, 'PasswordLength', 32) }, () => allowed[randomInt(allowed.length)]).join(
    '',
  );
  const template = textAt(resource, wanted, 'SecretStringTemplate');
  if (template === undefined) return password;
  return JSON.stringify({ ...(JSON.parse(template) as JsonObject), [requiredText(resource, wanted, 'GenerateStringKey')]: password });
};

const initialValue = (resource: Resource): string | undefined => {
  checkProperties(resource, PLAYED, IGNORED);
  const given = textAt(resource, resource.properties, 'SecretString');
  const wanted = objectAt(resource, resource.properties, GENERATE);
  return given ?? (wanted === undefined ? undefined : generate(resource, wanted));
};

/** Secrets Manager: versions with their stages, kept in the data folder. Nothing of a value is ever logged. */
export const createSecrets = (context: ServiceContext, store: Store): Secrets => {
  const resources = context.resources.ofType('AWS::SecretsManager::Secret');
  const initial = new Map(resources.map((resource) => [resource.arn, initialValue(resource)]));
  const nameOf = (resource: Resource): string => textAt(resource, resource.properties, 'Name') ?? resource.ref;
  store.exec(SCHEMA);
  const insertVersion = store.prepare('INSERT OR IGNORE INTO secret_versions (secret, version_id, value, created_ms) VALUES (?, ?, ?, ?)');
  const setStage = store.prepare(
    'INSERT INTO secret_stages (secret, stage, version_id) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version_id = excluded.version_id',
  );
  const removeStage = store.prepare('DELETE FROM secret_stages WHERE secret = ? AND stage = ?');
  const allStages = store.prepare('SELECT stage, version_id AS versionId FROM secret_stages WHERE secret = ? ORDER BY stage');
  const stageVersion = store.prepare('SELECT version_id AS versionId FROM secret_stages WHERE secret = ? AND stage = ?');
  const getVersion = store.prepare(
    'SELECT version_id AS versionId, value, created_ms AS createdMs FROM secret_versions WHERE secret = ? AND version_id = ?',
  );

  /** By ARN, name, or the ARN without the six characters that the service appends. */
  const find = (secretId: string): Resource | undefined =>
    resources.find(
      (resource) => resource.arn === secretId || nameOf(resource) === secretId || resource.arn.replace(/-[A-Za-z0-9]{6}$/, '') === secretId,
    );
  const known = (secretId: string): Resource => {
    const resource = find(secretId);
    if (resource === undefined) throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return resource;
  };
  const atStage = (arn: string, stage: string): string | undefined =>
    (stageVersion.get(arn, stage) as { versionId: string } | undefined)?.versionId;
  const versionOf = (arn: string, versionId: string): Version | undefined =>
    getVersion.get(arn, versionId) as unknown as Version | undefined;
  const stagesOf = (arn: string): readonly { readonly stage: string; readonly versionId: string }[] =>
    allStages.all(arn) as unknown as { stage: string; versionId: string }[];

  /** Moves AWSCURRENT, and AWSPREVIOUS behind it. */
  const makeCurrent = (arn: string, versionId: string): void => {
    const former = atStage(arn, 'AWSCURRENT');
    if (former === versionId) return;
    setStage.run(arn, 'AWSCURRENT', versionId);
    if (former !== undefined) setStage.run(arn, 'AWSPREVIOUS', former);
  };
  const put = (arn: string, value: string, versionId: string, stages: readonly string[]): void => {
    const existing = versionOf(arn, versionId);
    if (existing !== undefined && existing.value !== value)
      throw new ServiceError('ResourceExistsException', `Version ${versionId} already exists with another value.`);
    store.write(() => {
      insertVersion.run(arn, versionId, value, context.clock.now());
      for (const stage of stages) {
        if (stage === 'AWSCURRENT') makeCurrent(arn, versionId);
        else setStage.run(arn, stage, versionId);
      }
    });
  };

  const getSecretValue = (input: JsonObject): JsonObject => {
    const resource = known(textField(input, 'SecretId'));
    const stage = optionalText(input, 'VersionStage') ?? 'AWSCURRENT';
    const versionId = optionalText(input, 'VersionId') ?? atStage(resource.arn, stage);
    const version = versionId === undefined ? undefined : versionOf(resource.arn, versionId);
    if (version === undefined)
      throw new ServiceError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
      );
    const stages = stagesOf(resource.arn).filter((each) => each.versionId === version.versionId);
    return {
      ARN: resource.arn,
      Name: nameOf(resource),
      VersionId: version.versionId,
      SecretString: version.value,
      VersionStages: stages.map(({ stage }) => stage),
      CreatedDate: version.createdMs / 1000,
    };
  };

  const putSecretValue = (input: JsonObject): JsonObject => {
    const resource = known(textField(input, 'SecretId'));
    const versionId = optionalText(input, 'ClientRequestToken') ?? randomUUID();
    const given = listField(input, 'VersionStages').map(String);
    const stages = given.length === 0 ? ['AWSCURRENT'] : given;
    put(resource.arn, textField(input, 'SecretString'), versionId, stages);
    return { ARN: resource.arn, Name: nameOf(resource), VersionId: versionId, VersionStages: stages };
  };

  const describeSecret = (input: JsonObject): JsonObject => {
    const resource = known(textField(input, 'SecretId'));
    const versions: Record<string, string[]> = {};
    for (const { stage, versionId } of stagesOf(resource.arn)) versions[versionId] = [...(versions[versionId] ?? []), stage];
    return { ARN: resource.arn, Name: nameOf(resource), VersionIdsToStages: versions };
  };

  const updateVersionStage = (input: JsonObject): JsonObject => {
    const { arn, ...resource } = known(textField(input, 'SecretId'));
    const stage = textField(input, 'VersionStage');
    const moveTo = optionalText(input, 'MoveToVersionId');
    const removeFrom = optionalText(input, 'RemoveFromVersionId');
    const at = atStage(arn, stage);
    if (at !== undefined && at !== removeFrom && at !== moveTo)
      throw new ServiceError(
        'InvalidParameterException',
        `The staging label ${stage} is currently attached to version ${at}: RemoveFromVersionId must name it.`,
      );
    if (moveTo !== undefined && versionOf(arn, moveTo) === undefined)
      throw new ServiceError('ResourceNotFoundException', `Secrets Manager can't find version ${moveTo}.`);
    store.write(() => {
      if (moveTo === undefined) removeStage.run(arn, stage);
      else if (stage === 'AWSCURRENT') makeCurrent(arn, moveTo);
      else setStage.run(arn, stage, moveTo);
    });
    return { ARN: arn, Name: nameOf({ arn, ...resource }) };
  };

  const operations: Readonly<Record<string, (input: JsonObject) => JsonObject>> = {
    GetSecretValue: getSecretValue,
    PutSecretValue: putSecretValue,
    DescribeSecret: describeSecret,
    UpdateSecretVersionStage: updateVersionStage,
  };

  return {
    signingName: 'secretsmanager',
    port: {
      put: async (secretId, value) => {
        put(known(secretId).arn, value, randomUUID(), ['AWSCURRENT']);
        await store.committed();
      },
      current: (secretId) => {
        const arn = find(secretId)?.arn;
        const versionId = arn === undefined ? undefined : atStage(arn, 'AWSCURRENT');
        return arn === undefined || versionId === undefined ? undefined : versionOf(arn, versionId)?.value;
      },
    },
    start: async () => {
      for (const [arn, value] of initial)
        if (value !== undefined && stagesOf(arn).length === 0) put(arn, value, randomUUID(), ['AWSCURRENT']);
    },
    stop: async () => undefined,
    access: (request) => {
      const action = `secretsmanager:${request.operation}`;
      return accessOf(request, action, (input) => [
        { action, resource: find(String(input['SecretId']))?.arn ?? String(input['SecretId']) },
      ]);
    },
    handle: (request) =>
      answerJson('1.1', async () => {
        const operation = operations[request.operation];
        if (operation === undefined)
          throw new ServiceError('UnknownOperationException', `The local stack does not play secretsmanager:${request.operation}.`);
        const answer = operation(parseBody(request));
        await store.committed();
        return answer;
      }),
  };
};
