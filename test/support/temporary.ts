import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever a test makes in the folder for temporary files, it makes in one that is gone when the run ends, however its process ended. */
export default (): (() => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'ascent-tests-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
};
