import { arnOf, digest, type Identity, name, type ResourceType, words } from './identity.ts';

const bucketName = (identity: Identity): string => identity.name.toLowerCase();
const edgeId = (identity: Identity): string => `E${digest(identity.name, 13).toUpperCase()}`;
const edgeFunctionArn = arnOf('cloudfront', ({ name: fn }) => `function/${fn}`);

/** The way of the web application: files, the distribution in front of them, and the custom resource that brings the files. */
export const webTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    properties: words('BucketName BucketEncryption PublicAccessBlockConfiguration Tags'),
    ref: bucketName,
    arn: (identity) => `arn:aws:s3:::${bucketName(identity)}`,
    attributes: {
      RegionalDomainName: (identity) => `${bucketName(identity)}.s3.${identity.region}.amazonaws.com`,
      DomainName: (identity) => `${bucketName(identity)}.s3.amazonaws.com`,
    },
  },
  'AWS::S3::BucketPolicy': { properties: words('Bucket PolicyDocument'), ref: name },
  'AWS::CloudFront::Distribution': {
    properties: words('DistributionConfig Tags'),
    ref: edgeId,
    attributes: { Id: edgeId, DomainName: (identity) => `d${digest(identity.name, 13)}.cloudfront.net` },
  },
  'AWS::CloudFront::OriginAccessControl': { properties: words('OriginAccessControlConfig'), ref: edgeId, attributes: { Id: edgeId } },
  'AWS::CloudFront::ResponseHeadersPolicy': { properties: words('ResponseHeadersPolicyConfig'), ref: edgeId, attributes: { Id: edgeId } },
  'AWS::CloudFront::Function': {
    nameProperty: 'Name',
    properties: words('Name AutoPublish FunctionCode FunctionConfig'),
    ref: edgeFunctionArn,
    arn: edgeFunctionArn,
    attributes: { FunctionARN: edgeFunctionArn },
  },
  'AWS::Lambda::LayerVersion': { properties: words('Content Description LayerName CompatibleRuntimes'), ref: name },
  'Custom::CDKBucketDeployment': {
    properties: words(`
      ServiceToken SourceBucketNames SourceObjectKeys SourceMarkers SourceMarkersConfig DestinationBucketName
      WaitForDistributionInvalidation Prune OutputObjectKeys`),
    ref: name,
  },
};
