import type { IncomingMessage } from 'node:http';
import { createContext, runInContext } from 'node:vm';
import { AssemblyError, type StackTemplate } from '../assembly/load.ts';
import { type HttpAnswer, messageAnswer } from '../http/payload.ts';
import type { Resource, Resources } from '../service.ts';
import { filesOf, type StoredFile } from './files.ts';

/** The distribution of the template, as far as it is not the API behind it. */
export interface FrontDoor {
  /** Undefined: the request is the API's. */
  readonly answer: (request: IncomingMessage, url: URL) => HttpAnswer | undefined;
}

interface Behavior {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly AllowedMethods?: readonly string[];
  readonly Compress?: boolean;
  readonly ResponseHeadersPolicyId?: string;
  readonly FunctionAssociations?: readonly { readonly EventType: string; readonly FunctionARN: string }[];
}

interface DistributionConfig {
  readonly Origins: readonly { readonly Id: string; readonly DomainName: string }[];
  readonly DefaultCacheBehavior: Behavior;
  readonly CacheBehaviors?: readonly Behavior[];
}

interface HeadersConfig {
  readonly SecurityHeadersConfig?: {
    readonly ContentSecurityPolicy?: { readonly ContentSecurityPolicy: string };
    readonly ContentTypeOptions?: object;
    readonly FrameOptions?: { readonly FrameOption: string };
    readonly ReferrerPolicy?: { readonly ReferrerPolicy: string };
    readonly StrictTransportSecurity?: { readonly AccessControlMaxAgeSec: number; readonly IncludeSubdomains?: boolean };
  };
  readonly CustomHeadersConfig?: { readonly Items: readonly { readonly Header: string; readonly Value: string }[] };
}

type Headers = Readonly<Record<string, string>>;

const headersOf = ({ SecurityHeadersConfig: security = {}, CustomHeadersConfig }: HeadersConfig): Headers => {
  const { ContentSecurityPolicy, ContentTypeOptions, FrameOptions, ReferrerPolicy, StrictTransportSecurity } = security;
  const age = StrictTransportSecurity;
  return {
    ...(ContentSecurityPolicy && { 'content-security-policy': ContentSecurityPolicy.ContentSecurityPolicy }),
    ...(ContentTypeOptions && { 'x-content-type-options': 'nosniff' }),
    ...(FrameOptions && { 'x-frame-options': FrameOptions.FrameOption }),
    ...(ReferrerPolicy && { 'referrer-policy': ReferrerPolicy.ReferrerPolicy }),
    ...(age && {
      'strict-transport-security': `max-age=${age.AccessControlMaxAgeSec}${age.IncludeSubdomains ? '; includeSubDomains' : ''}`,
    }),
    ...Object.fromEntries((CustomHeadersConfig?.Items ?? []).map(({ Header, Value }) => [Header, Value])),
  };
};

/** A function at the edge may give the request another address; the template's own code says which. */
const rewriteOf = (behavior: Behavior, resources: Resources, path: string): ((uri: string) => string) => {
  const [association, second] = behavior.FunctionAssociations ?? [];
  if (association === undefined) return (uri) => uri;
  if (second !== undefined || association.EventType !== 'viewer-request')
    throw new AssemblyError(path, 'the local stack plays one function a behavior, on viewer-request');
  const code = resources.byArn(association.FunctionARN)?.properties['FunctionCode'];
  if (typeof code !== 'string') throw new AssemblyError(path, `its function ${association.FunctionARN} is not in the assembly`);
  const context = createContext({ event: undefined });
  runInContext(code, context);
  return (uri) => {
    context['event'] = { request: { method: 'GET', uri } };
    return String((runInContext('handler(event)', context) as { readonly uri: string }).uri);
  };
};

const encodingFor = (accepted: string | undefined): 'br' | 'gzip' | undefined => {
  const named = (accepted ?? '').split(',').map((part) => part.split(';')[0]?.trim());
  return named.includes('br') ? 'br' : named.includes('gzip') ? 'gzip' : undefined;
};

const fileAnswer = (request: IncomingMessage, file: StoredFile, headers: Headers, compress: boolean): HttpAnswer => {
  const told = { ...headers, etag: file.etag, ...(compress && { vary: 'accept-encoding' }) };
  if (request.headers['if-none-match'] === file.etag) return { status: 304, headers: told, body: '' };
  const encoding = compress ? encodingFor(request.headers['accept-encoding']) : undefined;
  const typed = { ...told, 'content-type': file.contentType };
  return encoding === undefined
    ? { status: 200, headers: typed, body: file.bytes }
    : { status: 200, headers: { ...typed, 'content-encoding': encoding }, body: file.encoded(encoding) };
};

/** Answers from a bucket: of what is not there S3 says no more than that it may not be read. */
const fromBucket = (behavior: Behavior, files: ReadonlyMap<string, StoredFile>, resources: Resources, path: string) => {
  const rewrite = rewriteOf(behavior, resources, path);
  const policy = resources.ofType('AWS::CloudFront::ResponseHeadersPolicy').find(({ ref }) => ref === behavior.ResponseHeadersPolicyId);
  const headers = headersOf((policy?.properties['ResponseHeadersPolicyConfig'] ?? {}) as HeadersConfig);
  const methods = behavior.AllowedMethods ?? ['GET', 'HEAD'];
  return (request: IncomingMessage, url: URL): HttpAnswer => {
    if (!methods.includes(request.method ?? 'GET'))
      return messageAnswer(403, 'This distribution is not configured to allow the HTTP request method');
    const file = files.get(decodeURIComponent(rewrite(url.pathname)));
    return file === undefined
      ? messageAnswer(403, 'Access Denied', { ...headers, 'cache-control': 'no-store' })
      : fileAnswer(request, file, headers, behavior.Compress === true);
  };
};

const patternOf = (pattern: string): RegExp =>
  new RegExp(
    `^/${pattern
      .replace(/^\//, '')
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

/** The first behavior that fits answers, the default one where none does. Undefined where the template has no distribution. */
export const readFrontDoor = (resources: Resources, stacks: readonly StackTemplate[]): FrontDoor | undefined => {
  const [distribution, second] = resources.ofType('AWS::CloudFront::Distribution');
  if (distribution === undefined) return undefined;
  if (second !== undefined)
    throw new AssemblyError(second.path, 'the local stack serves one distribution on its port, and this is a second one');
  const { Origins, DefaultCacheBehavior, CacheBehaviors = [] } = distribution.properties['DistributionConfig'] as DistributionConfig;
  const assets = new Map(stacks.flatMap((stack) => [...stack.assets]));
  const bucketAt = (origin: string): Resource | undefined =>
    resources.ofType('AWS::S3::Bucket').find(({ ref }) => origin.startsWith(`${ref}.s3.`));
  const answering = (behavior: Behavior): FrontDoor['answer'] => {
    const origin = Origins.find(({ Id }) => Id === behavior.TargetOriginId)?.DomainName ?? '';
    const bucket = bucketAt(origin);
    if (bucket !== undefined) return fromBucket(behavior, filesOf(bucket, resources, assets), resources, distribution.path);
    const [api] = resources.ofType('AWS::ApiGatewayV2::Api');
    if (api === undefined || !origin.startsWith(`${api.ref}.execute-api.`))
      throw new AssemblyError(distribution.path, `its origin ${origin} is neither a bucket nor the HTTP API of the assembly`);
    return () => undefined;
  };
  const named = CacheBehaviors.map((behavior) => ({ pattern: patternOf(behavior.PathPattern ?? '*'), answer: answering(behavior) }));
  const otherwise = answering(DefaultCacheBehavior);
  return {
    answer: (request, url) => (named.find(({ pattern }) => pattern.test(url.pathname))?.answer ?? otherwise)(request, url),
  };
};
