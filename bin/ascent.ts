import { company } from '../ascent.config.ts';
import { ascentApp } from '../lib/app.ts';
import { bundle } from '../lib/bundles.ts';
import { acknowledgements } from '../lib/kit/nag.ts';

/** The CDK app. `cdk synth` and `cdk deploy` run it; so does the local stack, as plain `node bin/ascent.ts` with CDK_OUTDIR. */
const startedByCli = process.env['CDK_CLI_ASM_VERSION'] !== undefined;
const { app } = ascentApp({ company, bundles: bundle(), againstSchemas: startedByCli });
app.synth();
console.error(`cdk-nag: ${acknowledgements(app).length} findings acknowledged, each on its construct with its reason; no other finding.`);
