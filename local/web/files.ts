import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { AssemblyError } from '../assembly/load.ts';
import { hostedSignInUrl, SIGN_IN_PATH } from '../http/sign-in.ts';
import type { Resource, Resources } from '../service.ts';

/** A file of a bucket, with its compressed forms once somebody wanted them. */
export interface StoredFile {
  readonly contentType: string;
  readonly etag: string;
  readonly bytes: Buffer;
  readonly encoded: (encoding: 'br' | 'gzip') => Buffer;
}

/** As the deployment tells S3 by the name's ending. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};
/** As fast as CloudFront's own: the highest takes seconds. */
const BROTLI_QUALITY = 5;

const stored = (path: string, bytes: Buffer): StoredFile => {
  const made = new Map<string, Buffer>();
  const make = (encoding: 'br' | 'gzip'): Buffer =>
    encoding === 'gzip' ? gzipSync(bytes) : brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } });
  return {
    contentType: CONTENT_TYPES[extname(path)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`,
    bytes,
    encoded: (encoding) => {
      const known = made.get(encoding) ?? make(encoding);
      made.set(encoding, known);
      return known;
    },
  };
};

interface Deployment {
  readonly DestinationBucketName: string;
  readonly SourceObjectKeys: readonly string[];
  readonly SourceMarkers?: readonly Readonly<Record<string, string>>[];
}

/**
 * What the template could not know when the file was written stands in it as a marker. The user pool's own pages are played by this stack, so their
 * address is another here.
 */
const withMarkers = (bytes: Buffer, markers: Readonly<Record<string, string>> | undefined, hosted: string | undefined): Buffer => {
  const entries = Object.entries(markers ?? {});
  if (entries.length === 0) return bytes;
  const text = entries.reduce((told, [marker, value]) => told.replaceAll(marker, value), bytes.toString('utf8'));
  return Buffer.from(hosted === undefined ? text : text.replaceAll(hosted, SIGN_IN_PATH));
};

const deployed = (
  deployment: Resource,
  assets: ReadonlyMap<string, string>,
  hosted: string | undefined,
): readonly (readonly [string, StoredFile])[] => {
  const { SourceObjectKeys, SourceMarkers } = deployment.properties as unknown as Deployment;
  return SourceObjectKeys.flatMap((key, index) => {
    const folder = assets.get(key);
    if (folder === undefined) throw new AssemblyError(deployment.path, `its source ${key} is not an asset of the assembly`);
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry): readonly [string, StoredFile] => {
        const file = join(entry.parentPath, entry.name);
        const path = file.slice(folder.length).replaceAll('\\', '/');
        return [path, stored(path, withMarkers(readFileSync(file), SourceMarkers?.[index], hosted))];
      });
  });
};

/** Files that the template's deployments bring into a bucket, by path (`/index.html`): what the CDK's own function would do on AWS. */
export const filesOf = (bucket: Resource, resources: Resources, assets: ReadonlyMap<string, string>): ReadonlyMap<string, StoredFile> =>
  new Map(
    resources
      .ofType('Custom::CDKBucketDeployment')
      .filter(({ properties }) => properties['DestinationBucketName'] === bucket.ref)
      .flatMap((deployment) => deployed(deployment, assets, hostedSignInUrl(resources))),
  );
