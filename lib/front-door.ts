import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './kit/nag.ts';

export interface FrontDoor {
  /** Private; only the distribution reads it. */
  readonly files: IBucket;
  /** `https://d111.cloudfront.net`: pages and the API have one host, so that a page needs no leave of another's. */
  readonly url: string;
}

export interface FrontDoorProps {
  readonly prefix: string;
  readonly httpApi: HttpApi;
  /** Where a page asks for tokens. */
  readonly signInUrl: string;
}

/**
 * Every address that is no file at the top is a screen's, and its page is the one page there is. It is told by the request, and not by an
 * answer 404, so that what the API does not know stays unknown. An id in an address may hold a dot.
 */
const SCREENS = `function handler(event) {
  var request = event.request;
  if (!/^\\/[^\\/]+\\.[a-z]+$/.test(request.uri)) request.uri = '/index.html';
  return request;
}`;

const YEAR = Duration.days(365);

/** Scripts, styles, fonts and answers come from here alone; only tokens are asked for elsewhere.. */
const contentPolicy = (signInUrl: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${signInUrl}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const headers = (scope: Construct, id: string, name: string, cacheControl: string, signInUrl: string): ResponseHeadersPolicy =>
  new ResponseHeadersPolicy(scope, id, {
    responseHeadersPolicyName: name,
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy: contentPolicy(signInUrl), override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(730), includeSubdomains: true, override: true },
    },
    customHeadersBehavior: {
      customHeaders: [
        { header: 'cache-control', value: cacheControl, override: true },
        { header: 'cross-origin-opener-policy', value: 'same-origin', override: true },
        { header: 'permissions-policy', value: 'camera=(), geolocation=(), microphone=()', override: true },
      ],
    },
  });

const filesBucket = (scope: Construct): IBucket => {
  const files = new Bucket(scope, 'WebFiles', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(
    files,
    'AwsSolutions-S1',
    'Holds the build of this open repository, the same for everybody, and only the distribution reads it.',
  );
  // The CDK's own class keeps its interface except for `exactOptionalPropertyTypes`.
  return files as IBucket;
};

/** The web application and the API behind one host, by CloudFront: files from a private bucket, everything else from the HTTP API. */
export const frontDoor = (scope: Construct, { prefix, httpApi, signInUrl }: FrontDoorProps): FrontDoor => {
  const files = filesBucket(scope);
  const origin = S3BucketOrigin.withOriginAccessControl(files);
  const page: BehaviorOptions = {
    origin,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
    // The page names the files of its version: it is asked for anew each time, and is small.
    cachePolicy: CachePolicy.CACHING_DISABLED,
    compress: false,
    responseHeadersPolicy: headers(scope, 'PageHeaders', `${prefix}-page`, 'no-cache', signInUrl),
    functionAssociations: [
      {
        eventType: FunctionEventType.VIEWER_REQUEST,
        function: new EdgeFunction(scope, 'Screens', {
          functionName: `${prefix}-screens`,
          comment: 'The address of a screen is answered by the one page',
          code: FunctionCode.fromInline(SCREENS),
          runtime: FunctionRuntime.JS_2_0,
        }),
      },
    ],
  };
  const assets: BehaviorOptions = {
    origin,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
    // The name of a file is the hash of what is in it.
    cachePolicy: CachePolicy.CACHING_OPTIMIZED,
    compress: true,
    responseHeadersPolicy: headers(scope, 'AssetHeaders', `${prefix}-assets`, `public, max-age=${YEAR.toSeconds()}, immutable`, signInUrl),
  };
  const { region, urlSuffix } = Stack.of(scope);
  const api: BehaviorOptions = {
    origin: new HttpOrigin(`${httpApi.apiId}.execute-api.${region}.${urlSuffix}`, { protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY }),
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    allowedMethods: AllowedMethods.ALLOW_ALL,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    // Tokens, signatures and If-None-Match with the rest; the API would not know another host's name.
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
  };
  const distribution = new Distribution(scope, 'FrontDoor', {
    comment: `${prefix}: the web application, and the API under the same host`,
    httpVersion: HttpVersion.HTTP2_AND_3,
    defaultBehavior: page,
    additionalBehaviors: { 'assets/*': assets, 'api/*': api, 'webhooks/*': api, health: api },
  });
  for (const [rule, reason] of EXCEPTIONS) acknowledge(distribution, rule, reason);
  return { files, url: `https://${distribution.distributionDomainName}` };
};

const EXCEPTIONS = [
  ['AwsSolutions-CFR1', 'A company that sells in every region is read in every region; who may read is told by tokens.'],
  [
    'AwsSolutions-CFR2',
    'Every route has its throttle, asks for a token or checks a signature; the files are static. A web firewall is the choice of the company that pays for it.',
  ],
  [
    'AwsSolutions-CFR3',
    'The API logs who called what (operations-stack.ts); of the files everybody is given the same, and an address would be personal data.',
  ],
  [
    'AwsSolutions-CFR4',
    "Without a domain of the company's own CloudFront's certificate is used, and with it CloudFront decides on the protocol's version.",
  ],
] as const;
