import { defineConfig } from '@playwright/test';
import { base } from './base.config.ts';

/** Measures the web app against its targets and prints the table: npm run measure. Nothing fails by being slow. */
export default defineConfig({ ...base, testMatch: '*.measure.ts', timeout: 300_000 });
