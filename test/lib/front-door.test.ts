import { createContext, runInContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Synthesised, synthesise } from './support/synthesised.ts';

let app: Synthesised;
beforeAll(() => {
  app = synthesise();
});

const only = (type: string) => {
  const [found, second] = app.all(type);
  if (found === undefined || second !== undefined) throw new Error(`there is not exactly one ${type}`);
  return found.resource;
};

interface Behavior {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly AllowedMethods: readonly string[];
  readonly CachePolicyId: string;
  readonly OriginRequestPolicyId?: string;
  readonly ViewerProtocolPolicy: string;
  readonly Compress: boolean;
}

/** AWS's own policies, by the ids that its documentation gives. */
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

const config = () =>
  only('AWS::CloudFront::Distribution').Properties['DistributionConfig'] as {
    readonly DefaultCacheBehavior: Behavior;
    readonly CacheBehaviors: readonly Behavior[];
    readonly Origins: readonly {
      readonly Id: string;
      readonly S3OriginConfig?: object;
      readonly OriginAccessControlId?: object;
      readonly DomainName: unknown;
    }[];
    readonly CustomErrorResponses?: unknown;
  };

describe('the front door', () => {
  it('has a bucket that nobody but the distribution reads', () => {
    expect(only('AWS::S3::Bucket').Properties['PublicAccessBlockConfiguration']).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    const { Statement } = only('AWS::S3::BucketPolicy').Properties['PolicyDocument'] as {
      Statement: readonly { Effect: string; Action: string; Principal: object }[];
    };
    expect(Statement.filter(({ Effect }) => Effect === 'Allow').map(({ Action, Principal }) => [Action, Principal])).toEqual([
      ['s3:GetObject', { Service: 'cloudfront.amazonaws.com' }],
    ]);
    expect(config().Origins.find(({ S3OriginConfig }) => S3OriginConfig !== undefined)?.OriginAccessControlId).toBeDefined();
  });

  it('sends to the API what is the API’s, with its tokens and signatures and nothing kept, and files from the bucket', () => {
    const { DefaultCacheBehavior, CacheBehaviors, Origins } = config();
    const api = Origins.find(({ DomainName }) => JSON.stringify(DomainName).includes('execute-api'))?.Id;
    const bucket = Origins.find(({ S3OriginConfig }) => S3OriginConfig !== undefined)?.Id;
    expect(CacheBehaviors.map(({ PathPattern, TargetOriginId }) => [PathPattern, TargetOriginId])).toEqual([
      ['assets/*', bucket],
      ['api/*', api],
      ['webhooks/*', api],
      ['health', api],
    ]);
    expect(DefaultCacheBehavior).toMatchObject({
      TargetOriginId: bucket,
      CachePolicyId: CACHING_DISABLED,
      AllowedMethods: ['GET', 'HEAD'],
    });
    expect(CacheBehaviors[0]).toMatchObject({ CachePolicyId: CACHING_OPTIMIZED, Compress: true, AllowedMethods: ['GET', 'HEAD'] });
    for (const behavior of CacheBehaviors.slice(1)) {
      expect(behavior).toMatchObject({
        CachePolicyId: CACHING_DISABLED,
        OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
        ViewerProtocolPolicy: 'https-only',
      });
      expect(behavior.AllowedMethods).toEqual(expect.arrayContaining(['GET', 'POST', 'PUT', 'DELETE']));
    }
  });

  it('makes no page of an answer: what the API does not know stays unknown', () => {
    expect(config().CustomErrorResponses).toBeUndefined();
  });

  it.each([
    ['/', '/index.html'],
    ['/arr', '/index.html'],
    ['/customers/stripe.main.cus_1', '/index.html'],
    ['/config.json', '/config.json'],
    ['/favicon.svg', '/favicon.svg'],
  ])('answers %s with %s', (asked, given) => {
    const context = createContext({ event: { request: { method: 'GET', uri: asked } } });
    runInContext(String(only('AWS::CloudFront::Function').Properties['FunctionCode']), context);
    expect((runInContext('handler(event)', context) as { uri: string }).uri).toBe(given);
  });

  it('lets pages take nothing from elsewhere, and ask only the user pool', () => {
    const policies = app.all('AWS::CloudFront::ResponseHeadersPolicy').map(({ resource }) => JSON.stringify(resource.Properties));
    expect(policies).toHaveLength(2);
    for (const policy of policies) {
      expect(policy).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self' https://ascent-",
      );
      expect(policy).toContain("frame-ancestors 'none'");
    }
    expect(policies[0]).toContain('"Header":"cache-control","Override":true,"Value":"no-cache"');
    expect(policies[1]).toContain('"Value":"public, max-age=31536000, immutable"');
  });

  it('is where the user pool sends people back to', () => {
    const browser = app.all('AWS::Cognito::UserPoolClient').find(({ resource }) => resource.Properties['ClientName'] === 'browser');
    expect(JSON.stringify(browser?.resource.Properties['CallbackURLs'])).toMatch(/FrontDoor.*DomainName.*http:\/\/localhost:8080\//);
  });

  it('gets the page after the files that the page names, and removes none that an open page may still want', () => {
    const web = app.stack('Web').resources;
    const deployments = [...web].filter(([, { Type }]) => Type === 'Custom::CDKBucketDeployment');
    expect(deployments.map(([, { Properties }]) => Properties['Prune'])).toEqual([false, false]);
    const [assets, page] = deployments;
    expect(assets?.[1]).not.toHaveProperty('DependsOn');
    expect(page?.[1]).toMatchObject({ DependsOn: expect.arrayContaining([assets?.[0]]) });
  });
});
