/** Part of npm run lint: no regular expression of run-time code takes more than linear time. */
import { trackedFiles } from '../src/house-rules/tracked-files.ts';
import { superLinearRegexps } from '../src/regexps/check-regexps.ts';

const found = await superLinearRegexps(trackedFiles());
for (const sentence of found) process.stderr.write(`${sentence}\n`);
// The checker keeps a thread of its own.
process.exit(found.length === 0 ? 0 : 1);
