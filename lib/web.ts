import { BucketDeployment, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Platform } from './kit/capability-stack.ts';
import { acknowledge } from './kit/nag.ts';

/** The web application's files, brought into the bucket of the front door at each deployment. */
export class WebStack extends Stack {
  constructor(scope: Construct, id: string, { bundles, web }: Platform) {
    super(scope, id, { description: 'Ascent: the web application' });
    const put = (name: string, sources: ISource[]): BucketDeployment =>
      new BucketDeployment(this, name, {
        destinationBucket: web.files,
        sources,
        // A page that is open goes on with the files of its version.
        prune: false,
        memoryLimit: 256,
      });
    const assets = put('Assets', [Source.asset(bundles.web, { exclude: ['*', '!assets', '!assets/**'] })]);
    const page = put('Page', [
      Source.asset(bundles.web, { exclude: ['assets'] }),
      Source.jsonData('config.json', { signInUrl: web.signInUrl, clientId: web.clientId }),
    ]);
    // What the page names is there before it.
    page.node.addDependency(assets);
    this.#acceptProvider();
  }

  /** The function that unpacks the files is the CDK's own, one a stack. */
  #acceptProvider(): void {
    const provider = this.node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
    if (provider === undefined) throw new Error('the CDK has no function that deploys to buckets');
    for (const [rule, reason] of PROVIDER_EXCEPTIONS) acknowledge(provider, rule, reason);
  }
}

const OWN_BUCKETS =
  'It reads the assets of this deployment and writes the bucket of the front door; the CDK grants it families of actions on these two.';

/** What the CDK's own function brings along. */
const PROVIDER_EXCEPTIONS: readonly (readonly [string, string])[] = [
  ['AwsSolutions-L1', 'The runtime is chosen by the CDK, whose function it is, and moves with its version.'],
  [
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    'The CDK lets its function write its log by the policy that Lambda has for that, and nothing else.',
  ],
  ...[
    'Action::s3:GetBucket*',
    'Action::s3:GetObject*',
    'Action::s3:List*',
    'Action::s3:Abort*',
    'Action::s3:DeleteObject*',
    'Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*',
    'Resource::Ascent-Data:ExportsOutputFnGetAttWebFilesA54B85CDArnFBB99685/*',
  ].map((what) => [`AwsSolutions-IAM5[${what}]`, OWN_BUCKETS] as const),
];
